package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.platform.store.Transaction;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where key material is made and used. What can leave an adapter is the caller's choice of {@link Material#export}, and
 * only where the material is software: callers keep what {@link #generate} answers beside the key version, opaque, and give
 * it back to {@link #open}.
 *
 * <p>A method that needs a remote vault or a device throws {@link VaultUnavailable} when it does not answer.
 *
 * <p>{@code VaultContract} is the suite that every adapter passes.
 */
public interface Vault {

    /**
     * A version to be made.
     *
     * @param key of which it is a version; a vault that names keys itself answers its own name in {@link Made}
     * @param version the name that the version gets, likewise; also what makes a repeated call recognisable
     * @param displayName of the key
     * @param protectionMode that the key has
     * @param first whether the key is new, too
     */
    record Wish(
            KeyId key,
            KeyVersionId version,
            KeyShape shape,
            String displayName,
            ProtectionMode protectionMode,
            boolean first) {}

    /**
     * A version that was made.
     *
     * @param stored what to keep: sealed material or a reference to it, bound to this key and version
     * @param publicKey of an RSA or ECDSA version, as PEM
     * @param alongside writes that the transaction which records {@code stored} must make as well
     */
    record Made(
            KeyId key,
            KeyVersionId version,
            Bytes stored,
            Optional<String> publicKey,
            Consumer<Transaction.Builder> alongside) {

        /** Nothing must be written alongside. */
        public Made(KeyId key, KeyVersionId version, Bytes stored, Optional<String> publicKey) {
            this(key, version, stored, publicKey, nothing -> {});
        }
    }

    /**
     * Makes the material of a new key version.
     *
     * @throws ProblemException INVALID_PARAMETER for a shape that this vault does not do
     */
    Made generate(Wish wish);

    /**
     * Takes material that the customer made.
     *
     * @param material of an AES key its bytes, of an RSA key its PKCS#8 (RFC 5208) form; stays the caller's
     * @throws ProblemException INVALID_PARAMETER when it is not of that shape, or this vault takes none
     */
    Made adopt(Wish wish, SecretBytes material);

    /**
     * Opens the material of a key version for use.
     *
     * @param stored what {@link #generate} or {@link #adopt} answered for the same key and version
     * @throws MaterialUnusable when it is not: damaged, of another key or version, or under another root key
     */
    Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored);

    /**
     * Destroys what the vault itself holds of a version that is deleted or was never recorded; nothing is no fault.
     */
    void destroy(KeyVersionId version);

    /** Whether the vault itself holds something of a version, which only {@link #destroy} ends. */
    boolean holdsMaterial();

    /** Whether {@link Material#wrap} needs nothing but this process's memory, so that each data key may be wrapped by it. */
    boolean wrapsInMemory(KeyShape shape);

    /** The opened material of one key version. Thread safe; closing it ends its use and wipes what is in memory. */
    interface Material extends AutoCloseable {

        /**
         * @param payload stays the caller's
         * @throws ProblemException INVALID_PARAMETER when the payload's length does not fit the purpose or the key, or keys
         *     of this shape don't encrypt by this algorithm
         */
        WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload);

        /**
         * @return owned by the caller
         * @throws EnvelopeDamaged when it was made by another key version, for another scope, or was altered
         */
        SecretBytes unwrap(Scope scope, WrappedDek wrapped);

        /**
         * Signs a digest.
         *
         * @param digest by the algorithm's hash, exactly as long as that makes it
         * @throws ProblemException INVALID_PARAMETER when keys of this shape don't sign by this algorithm
         */
        Bytes sign(SigningAlgorithm algorithm, byte[] digest);

        /**
         * The material itself: of an AES key its bytes, of an RSA or ECDSA key its PKCS#8 form.
         *
         * @return owned by the caller
         * @throws ProblemException INVALID_PARAMETER where material never leaves the vault
         */
        SecretBytes export();

        @Override
        void close();
    }
}
