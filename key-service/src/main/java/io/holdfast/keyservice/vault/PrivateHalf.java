package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.SigningAlgorithm;

/** The private half of an RSA or ECDSA key version, wherever it is. Thread safe. */
interface PrivateHalf extends AutoCloseable {

    /**
     * @return owned by the caller
     * @throws EnvelopeDamaged when it was not encrypted under the public half with this label, or was altered
     */
    SecretBytes oaepDecrypt(EncryptionAlgorithm algorithm, byte[] label, byte[] ciphertext);

    /** @param algorithm fits the key */
    Bytes sign(SigningAlgorithm algorithm, byte[] digest);

    /**
     * Its PKCS#8 form, owned by the caller.
     *
     * @throws ProblemException INVALID_PARAMETER where it never leaves the vault
     */
    SecretBytes export();

    @Override
    void close();
}
