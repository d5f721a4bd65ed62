package io.holdfast.kernel;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable run of bytes that are no secret: ciphertext, wrapped keys, hashes. Equality is by content. */
public final class Bytes {
    private final byte[] value;

    private Bytes(byte[] value) {
        this.value = value;
    }

    public static Bytes copyOf(byte[] value) {
        return new Bytes(value.clone());
    }

    /** Wraps the array itself; the caller must not change it afterwards. */
    public static Bytes takeOwnershipOf(byte[] value) {
        return new Bytes(value);
    }

    /** A fresh copy. */
    public byte[] toArray() {
        return value.clone();
    }

    public int length() {
        return value.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    /** Hex of the first bytes and the length. */
    @Override
    public String toString() {
        int shown = Math.min(value.length, 16);
        return HexFormat.of().formatHex(value, 0, shown) + (shown < value.length ? "…" : "") + " (" + value.length
                + " bytes)";
    }
}
