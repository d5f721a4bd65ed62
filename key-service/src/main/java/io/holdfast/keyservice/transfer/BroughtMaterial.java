package io.holdfast.keyservice.transfer;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.vault.Encryptions;
import io.holdfast.keyservice.vault.PublicKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Unwraps the material that a customer brings.
 *
 * <pre>
 * RSA_OAEP_SHA256     = RSA-OAEP of the material
 * RSA_OAEP_AES_SHA256 = RSA-OAEP of an AES key, then the material under it by AES key wrap with padding (RFC 5649)
 * </pre>
 *
 * <p>OAEP with SHA-256, also in its mask (RFC 8017, section 7.1); the second form is PKCS#11's CKM_RSA_AES_KEY_WRAP.
 */
@ApplicationScoped
public class BroughtMaterial {
    private static final byte[] NO_LABEL = new byte[0];

    private final WrappingKeys keys;

    public BroughtMaterial(WrappingKeys keys) {
        this.keys = keys;
    }

    /** How it is wrapped (OCI KMS, wrappingAlgorithm). */
    public enum Wrapping {
        RSA_OAEP_SHA256,
        RSA_OAEP_AES_SHA256
    }

    /**
     * The material, owned by the caller.
     *
     * @throws ProblemException INVALID_PARAMETER, one message for every cause, when it does not unwrap
     */
    public SecretBytes unwrap(Vault vault, Wrapping wrapping, byte[] wrapped) {
        try (SecretBytes pkcs8 = keys.privateHalf(vault)) {
            PrivateKey key = PublicKeys.privateKey(KeyShape.Algorithm.RSA, pkcs8);
            return switch (wrapping) {
                case RSA_OAEP_SHA256 -> oaep(key, wrapped);
                case RSA_OAEP_AES_SHA256 -> inTwo(key, wrapped);
            };
        } catch (EnvelopeDamaged | GeneralSecurityException e) {
            throw ProblemException.invalid("wrappedImportKey.keyMaterial", "does not unwrap under the wrapping key");
        }
    }

    private static SecretBytes inTwo(PrivateKey key, byte[] wrapped) throws GeneralSecurityException {
        int first = WrappingKeys.LENGTH;
        if (wrapped.length <= first) {
            throw new EnvelopeDamaged();
        }
        try (SecretBytes aes = oaep(key, Arrays.copyOf(wrapped, first))) {
            SecretKeySpec wrappingKey = aes.use(bytes -> new SecretKeySpec(bytes, "AES"));
            Cipher cipher = Cipher.getInstance("AES/KWP/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, wrappingKey);
            return SecretBytes.takeOwnershipOf(cipher.doFinal(wrapped, first, wrapped.length - first));
        } catch (IllegalArgumentException emptyKey) {
            throw new EnvelopeDamaged();
        }
    }

    private static SecretBytes oaep(PrivateKey key, byte[] wrapped) {
        return Encryptions.oaepDecrypt(key, EncryptionAlgorithm.RSA_OAEP_SHA_256, NO_LABEL, wrapped);
    }
}
