package io.holdfast.envelope.cbc;

import io.holdfast.kernel.SecretBytes;

/**
 * A value in the clear. The caller owns and closes it.
 *
 * @param plaintext what was encrypted
 * @param authenticated whether a tag was there and proved the value to belong to this etcd key. When false, the bytes may
 *     have been altered or moved by whoever can write to etcd: treat the value as stale, and refuse it when the name or
 *     namespace inside differs from the key
 */
public record Opened(SecretBytes plaintext, boolean authenticated) implements AutoCloseable {
    /** Wipes the plaintext; idempotent. */
    @Override
    public void close() {
        plaintext.close();
    }
}
