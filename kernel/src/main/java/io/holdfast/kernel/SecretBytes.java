package io.holdfast.kernel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Key or secret bytes behind a handle: readable only inside {@link #use}, wiped by {@link #close}, never printed.
 *
 * <p>Thread safe; closing while another thread is inside {@code use} wipes the array under it, so an owner closes only
 * what it alone uses.
 */
public final class SecretBytes implements AutoCloseable {
    private final AtomicReference<byte @Nullable []> bytes;

    private SecretBytes(byte[] bytes) {
        this.bytes = new AtomicReference<>(bytes);
    }

    /** Wraps the array itself; the caller must not keep it. */
    public static SecretBytes takeOwnershipOf(byte[] bytes) {
        return new SecretBytes(bytes);
    }

    /** Copies the array; the caller still owns (and wipes) its own. */
    public static SecretBytes copyOf(byte[] bytes) {
        return new SecretBytes(bytes.clone());
    }

    /**
     * Lends the bytes to {@code reader} for the length of the call. The reader must not keep them.
     *
     * @throws IllegalStateException when closed
     */
    public <T> T use(Function<byte[], T> reader) {
        return reader.apply(open());
    }

    /** How many bytes. */
    public int length() {
        return open().length;
    }

    private byte[] open() {
        byte[] value = bytes.get();
        if (value == null) {
            throw new IllegalStateException("secret bytes are closed");
        }
        return value;
    }

    /** Wipes the bytes; idempotent. */
    @Override
    public void close() {
        byte[] value = bytes.getAndSet(null);
        if (value != null) {
            Arrays.fill(value, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return "SecretBytes[redacted]";
    }
}
