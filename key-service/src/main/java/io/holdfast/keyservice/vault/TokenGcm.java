package io.holdfast.keyservice.vault;

import io.holdfast.kernel.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-GCM (NIST SP 800-38D) under a key that is in a PKCS#11 token: a nonce of 96 random bits, ciphertext, a tag of 128 bits.
 * Callers see to it that a key is not used too often: see {@link UseBudget}.
 */
final class TokenGcm {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    /** How much longer the sealed form is, in bytes. */
    static final int OVERHEAD = NONCE + TAG_BITS / Byte.SIZE;

    private final Pkcs11Device device;
    private final SecureRandom random = new SecureRandom();

    TokenGcm(Pkcs11Device device) {
        this.device = device;
    }

    /**
     * @param payload stays the caller's
     * @throws GeneralSecurityException when the token does not do it
     */
    byte[] seal(SecretKey key, byte[] associatedData, SecretBytes payload) throws GeneralSecurityException {
        byte[] sealed = new byte[payload.length() + OVERHEAD];
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, sealed, 0, NONCE);
        return device.call(() -> {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, associatedData);
            byte[] made = payload.use(bytes -> finish(cipher, bytes));
            if (made.length != sealed.length - NONCE) {
                throw new GeneralSecurityException("AES-GCM of the HSM made " + made.length + " bytes");
            }
            System.arraycopy(made, 0, sealed, NONCE, made.length);
            return sealed;
        });
    }

    /**
     * @return owned by the caller
     * @throws GeneralSecurityException when it was sealed under another key, with other associated data, or was altered
     */
    SecretBytes open(SecretKey key, byte[] associatedData, byte[] sealed) throws GeneralSecurityException {
        if (sealed.length < OVERHEAD) {
            throw new GeneralSecurityException("shorter than a nonce and a tag");
        }
        return device.call(() -> {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(sealed, NONCE), associatedData);
            return SecretBytes.takeOwnershipOf(cipher.doFinal(sealed, NONCE, sealed.length - NONCE));
        });
    }

    private Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] associatedData)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", device.provider());
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associatedData);
        return cipher;
    }

    private static byte[] finish(Cipher cipher, byte[] bytes) {
        try {
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            // The handle's reader throws no checked exception; the device's caller takes this apart again.
            throw new ProviderException(e);
        }
    }
}
