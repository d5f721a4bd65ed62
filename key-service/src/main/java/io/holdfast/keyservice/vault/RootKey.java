package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;

/** A root key: 32 bytes that seal all key material at rest. Known by an id that tells nothing of it. Thread safe. */
public final class RootKey implements AutoCloseable {
    /** Bytes in a root key. */
    public static final int LENGTH = 32;

    private static final String CHECK = "key-service root key check";

    private final SecretBytes bytes;
    private final RootKeyId id;
    private final DekWrapping wrapping = new DekWrapping();

    private RootKey(SecretBytes bytes) {
        this.bytes = bytes;
        this.id = RootKeyId.of(bytes);
    }

    /**
     * Takes 32 bytes over.
     *
     * @throws RootKeyRefused when it has another length
     */
    public static RootKey takeOwnershipOf(SecretBytes bytes) {
        if (bytes.length() != LENGTH) {
            int length = bytes.length();
            bytes.close();
            throw new RootKeyRefused("A root key has 32 bytes, this one has " + length + ".", null);
        }
        return new RootKey(bytes);
    }

    public RootKeyId id() {
        return id;
    }

    /** See {@link DekWrapping#seal}. */
    Bytes seal(String what, SecretBytes payload) {
        return wrapping.seal(bytes, what, payload);
    }

    /**
     * The caller owns the answer.
     *
     * @throws EnvelopeDamaged see {@link DekWrapping#open}
     */
    SecretBytes open(String what, Bytes sealed) {
        return wrapping.open(bytes, what, sealed);
    }

    /** A new key-check value: {@link #opens} is true of it for this root key and for no other. */
    Bytes checkValue() {
        try (SecretBytes probe = SecretBytes.takeOwnershipOf(new byte[LENGTH])) {
            return seal(CHECK, probe);
        }
    }

    boolean opens(Bytes checkValue) {
        try (SecretBytes probe = open(CHECK, checkValue)) {
            return probe.length() == LENGTH;
        } catch (EnvelopeDamaged e) {
            return false;
        }
    }

    @Override
    public void close() {
        bytes.close();
    }

    @Override
    public String toString() {
        return "RootKey[redacted]";
    }
}
