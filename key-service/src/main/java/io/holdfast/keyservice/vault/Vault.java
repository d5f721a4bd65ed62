package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;

/**
 * Where key material is made and used. The material itself never leaves an adapter: callers keep what {@link #generate}
 * answers beside the key version, opaque, and give it back to {@link #open}.
 *
 * <p>{@code VaultContract} is the suite that every adapter passes.
 */
public interface Vault {

    /**
     * Makes the material of a new AES-256 key version.
     *
     * @return what to store: sealed material or a reference to it, bound to this key and version
     */
    Bytes generate(KeyId key, KeyVersionId version);

    /**
     * Opens the material of a key version for use.
     *
     * @param stored what {@link #generate} answered for the same key and version
     * @throws MaterialUnusable when it is not: damaged, of another key or version, or under another root key
     */
    Material open(KeyId key, KeyVersionId version, Bytes stored);

    /** The opened material of one key version. Thread safe; closing it ends its use and wipes what is in memory. */
    interface Material extends AutoCloseable {

        /**
         * @param payload stays the caller's
         * @throws io.holdfast.kernel.ProblemException INVALID_PARAMETER when the payload's length does not fit the purpose
         */
        WrappedDek wrap(Scope scope, SecretBytes payload);

        /**
         * @return owned by the caller
         * @throws EnvelopeDamaged when it was made by another key version, for another scope, or was altered
         */
        SecretBytes unwrap(Scope scope, WrappedDek wrapped);

        @Override
        void close();
    }
}
