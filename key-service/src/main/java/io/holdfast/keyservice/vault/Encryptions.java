package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/** Which algorithms a shape encrypts by, and RSA-OAEP (RFC 8017, section 7.1) through JCA. */
public final class Encryptions {
    private Encryptions() {}

    /** What a key of this shape encrypts by when the request says nothing. */
    public static EncryptionAlgorithm usual(KeyShape shape) {
        return shape.algorithm() == KeyShape.Algorithm.RSA
                ? EncryptionAlgorithm.RSA_OAEP_SHA_256
                : EncryptionAlgorithm.AES_256_GCM;
    }

    /**
     * @throws ProblemException INVALID_PARAMETER when keys of this shape don't encrypt by this algorithm
     */
    public static void requireFits(KeyShape shape, EncryptionAlgorithm algorithm) {
        if (!shape.algorithm().encrypts()) {
            throw ProblemException.invalid("keyId", "names an ECDSA key, which signs and can't encrypt");
        }
        boolean fits = (shape.algorithm() == KeyShape.Algorithm.AES) == (algorithm == EncryptionAlgorithm.AES_256_GCM);
        if (!fits) {
            throw ProblemException.invalid(
                    "encryptionAlgorithm",
                    shape.algorithm() == KeyShape.Algorithm.AES
                            ? "must be AES_256_GCM for an AES key"
                            : "must be RSA_OAEP_SHA_1 or RSA_OAEP_SHA_256 for an RSA key");
        }
    }

    /** The most that an RSA key encrypts at once, in bytes (RFC 8017, section 7.1.1). */
    public static int most(KeyShape shape, EncryptionAlgorithm algorithm) {
        return shape.length() - 2 * (algorithm == EncryptionAlgorithm.RSA_OAEP_SHA_1 ? 20 : 32) - 2;
    }

    /** @throws ProblemException INVALID_PARAMETER for a payload that is longer than an RSA key encrypts at once */
    static void requireShort(KeyShape shape, EncryptionAlgorithm algorithm, SecretBytes payload) {
        int most = most(shape, algorithm);
        if (payload.length() > most) {
            throw ProblemException.invalid(
                    "plaintext",
                    "must have at most " + most + " bytes for " + algorithm + " under a key of this length");
        }
    }

    /** What binds an encryption to its scope where only a short label fits: the hash of what must be bound. */
    public static byte[] label(Scope scope, WrappedDek.Header header) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(scope.associatedData(header));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    /**
     * @param label bound, not in it; may be empty
     * @param payload no longer than the key's length allows; stays the caller's
     */
    public static byte[] oaepEncrypt(PublicKey key, EncryptionAlgorithm algorithm, byte[] label, SecretBytes payload) {
        return payload.use(bytes -> {
            try {
                Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
                cipher.init(Cipher.ENCRYPT_MODE, key, oaep(algorithm, label));
                return cipher.doFinal(bytes);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java runtime does not do RSA-OAEP as required", e);
            }
        });
    }

    /** @throws EnvelopeDamaged for every cause alike */
    public static SecretBytes oaepDecrypt(
            PrivateKey key, EncryptionAlgorithm algorithm, byte[] label, byte[] ciphertext) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, oaep(algorithm, label));
            return SecretBytes.takeOwnershipOf(cipher.doFinal(ciphertext));
        } catch (GeneralSecurityException e) {
            throw new EnvelopeDamaged();
        }
    }

    private static AlgorithmParameterSpec oaep(EncryptionAlgorithm algorithm, byte[] label) {
        PSource source = new PSource.PSpecified(label);
        return switch (algorithm) {
            case RSA_OAEP_SHA_1 -> new OAEPParameterSpec("SHA-1", "MGF1", MGF1ParameterSpec.SHA1, source);
            case RSA_OAEP_SHA_256 -> new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, source);
            case AES_256_GCM -> throw new IllegalArgumentException("an RSA key does not encrypt by AES_256_GCM");
        };
    }
}
