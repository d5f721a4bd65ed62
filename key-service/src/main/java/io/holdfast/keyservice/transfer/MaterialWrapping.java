package io.holdfast.keyservice.transfer;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.vault.Encryptions;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * How material is wrapped on its way in and out (OCI KMS, wrappingAlgorithm of importKey and algorithm of exportKey).
 *
 * <pre>
 * RSA_OAEP_SHA256     = RSA-OAEP of the material
 * RSA_OAEP_AES_SHA256 = RSA-OAEP of an AES key, then the material under it by AES key wrap with padding (RFC 5649)
 * </pre>
 *
 * <p>OAEP with SHA-256, also in its mask (RFC 8017, section 7.1); the second form is PKCS#11's CKM_RSA_AES_KEY_WRAP.
 */
public enum MaterialWrapping {
    RSA_OAEP_SHA256,
    RSA_OAEP_AES_SHA256;

    private static final int AES_LENGTH = 32;
    private static final byte[] NO_LABEL = new byte[0];
    private static final int OAEP_OVERHEAD = 2 * 32 + 2;
    /** What AES key wrap with padding makes is a multiple of this many bytes (RFC 5649, section 4). */
    private static final int KEY_WRAP_STEP = 8;

    private static final int SHORTEST_KEY_WRAP = 2 * KEY_WRAP_STEP;

    /**
     * Wraps material for the holder of the private half.
     *
     * @param material stays the caller's
     * @throws ProblemException INVALID_PARAMETER when the material is too long for this wrapping under that key
     */
    public Bytes wrap(RSAPublicKey recipient, SecretBytes material, SecureRandom random) {
        return switch (this) {
            case RSA_OAEP_SHA256 -> {
                int most = recipient.getModulus().bitLength() / Byte.SIZE - OAEP_OVERHEAD;
                if (material.length() > most) {
                    throw ProblemException.invalid(
                            "algorithm", "must be RSA_OAEP_AES_SHA256 for material of more than " + most + " bytes");
                }
                yield Bytes.takeOwnershipOf(oaep(recipient, material));
            }
            case RSA_OAEP_AES_SHA256 -> {
                byte[] made = new byte[AES_LENGTH];
                random.nextBytes(made);
                try (SecretBytes aes = SecretBytes.takeOwnershipOf(made)) {
                    byte[] first = oaep(recipient, aes);
                    byte[] second = keyWrap(aes, material);
                    yield Bytes.takeOwnershipOf(ByteBuffer.allocate(first.length + second.length)
                            .put(first)
                            .put(second)
                            .array());
                }
            }
        };
    }

    /**
     * Unwraps what was wrapped for the holder of this key. The caller owns the answer.
     *
     * @param modulus bytes in the key's modulus
     * @throws EnvelopeDamaged when it does not unwrap
     * @throws GeneralSecurityException likewise
     */
    SecretBytes unwrap(PrivateKey key, int modulus, byte[] wrapped) throws GeneralSecurityException {
        return switch (this) {
            case RSA_OAEP_SHA256 -> oaep(key, wrapped);
            case RSA_OAEP_AES_SHA256 -> {
                if (wrapped.length <= modulus) {
                    throw new EnvelopeDamaged();
                }
                try (SecretBytes aes = oaep(key, Arrays.copyOf(wrapped, modulus))) {
                    yield keyUnwrap(aes, wrapped, modulus);
                }
            }
        };
    }

    private static byte[] oaep(RSAPublicKey recipient, SecretBytes bytes) {
        return Encryptions.oaepEncrypt(recipient, EncryptionAlgorithm.RSA_OAEP_SHA_256, NO_LABEL, bytes);
    }

    private static SecretBytes oaep(PrivateKey key, byte[] wrapped) {
        return Encryptions.oaepDecrypt(key, EncryptionAlgorithm.RSA_OAEP_SHA_256, NO_LABEL, wrapped);
    }

    private static byte[] keyWrap(SecretBytes aes, SecretBytes bytes) {
        return bytes.use(material -> {
            try {
                return keyWrapCipher(Cipher.ENCRYPT_MODE, aes).doFinal(material);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java runtime has no AES key wrap with padding", e);
            }
        });
    }

    private static SecretBytes keyUnwrap(SecretBytes aes, byte[] wrapped, int at) throws GeneralSecurityException {
        int length = wrapped.length - at;
        // Less is no damage to the JDK's cipher but a NegativeArraySizeException.
        if (length < SHORTEST_KEY_WRAP || length % KEY_WRAP_STEP != 0) {
            throw new EnvelopeDamaged();
        }
        try {
            return SecretBytes.takeOwnershipOf(
                    keyWrapCipher(Cipher.DECRYPT_MODE, aes).doFinal(wrapped, at, length));
        } catch (IllegalArgumentException emptyKey) {
            throw new EnvelopeDamaged();
        }
    }

    private static Cipher keyWrapCipher(int mode, SecretBytes aes) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/KWP/NoPadding");
        SecretKeySpec wrappingKey = aes.use(key -> new SecretKeySpec(key, "AES"));
        cipher.init(mode, wrappingKey);
        return cipher;
    }
}
