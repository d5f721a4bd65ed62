package io.holdfast.envelope.cbc;

import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;

/**
 * A value encrypted once, with the payload that must be wrapped before it can be stored.
 *
 * <p>The data does not depend on the master key. A writer that loses to the write fence wraps the same payload again
 * under the newer key version and stores the same data. It closes this when the write is decided, which wipes the payload.
 */
public final class SealedSecret implements AutoCloseable {
    private final Bytes data;
    private final SecretBytes payload;

    SealedSecret(Bytes data, SecretBytes payload) {
        this.data = data;
        this.payload = payload;
    }

    /** IV(16) and ciphertext, as they stand in etcd. */
    public Bytes data() {
        return data;
    }

    /** DEK(32) and tag(32), to be wrapped. Owned by this: do not close it. */
    public SecretBytes payload() {
        return payload;
    }

    /** The bytes for etcd, once the payload is wrapped: provider {@link KmsV1Value#HOLDFAST}, KMS v1 framing. */
    public byte[] stored(Bytes wrappedDek) {
        return new KmsV1Value(KmsV1Value.HOLDFAST, wrappedDek, data).encode();
    }

    /** Wipes the payload; idempotent. */
    @Override
    public void close() {
        payload.close();
    }
}
