package io.holdfast.envelope.jca;

import io.holdfast.envelope.EnvelopeDamaged;
import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/**
 * AES-256 through JCA. Every call makes its own {@link Cipher}: one kept per thread would hold a key schedule in each of
 * thousands of virtual threads.
 */
public final class Aes {
    /** Bytes in a block, and in a CBC initialisation vector. */
    public static final int BLOCK = 16;
    /** Bytes in a key. */
    public static final int KEY = 32;
    /** Bytes in a GCM tag. */
    public static final int TAG = 16;

    /**
     * The provider that JCA prefers for AES, asked once: searching all of them for every instance costs more than the
     * encryption of a data key. A provider that is put before it later is not seen.
     */
    private static final Provider PROVIDER = preferred();

    private Aes() {}

    /** CBC with PKCS#7 padding (RFC 5652, section 6.3): IV(16) followed by the ciphertext, always longer than the text. */
    public static byte[] cbcEncrypt(byte[] key, byte[] iv, byte[] plaintext) {
        try (EphemeralKey handle = EphemeralKey.aes(key)) {
            // JCA says PKCS5Padding for what is PKCS#7 with a block of 16.
            Cipher cipher = instance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, handle, new IvParameterSpec(iv));
            byte[] out = new byte[BLOCK + cipher.getOutputSize(plaintext.length)];
            System.arraycopy(iv, 0, out, 0, BLOCK);
            cipher.doFinal(plaintext, 0, plaintext.length, out, BLOCK);
            return out;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /**
     * CBC without looking at the padding.
     *
     * @param data IV(16) and at least one whole block; the caller has checked the length
     */
    public static byte[] cbcDecrypt(byte[] key, byte[] data) {
        try (EphemeralKey handle = EphemeralKey.aes(key)) {
            Cipher cipher = instance("AES/CBC/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, handle, new IvParameterSpec(data, 0, BLOCK));
            return cipher.doFinal(data, BLOCK, data.length - BLOCK);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** The block cipher itself under one key, for key derivation only. Not for data. */
    public static final class Blocks implements AutoCloseable {
        private final EphemeralKey handle;
        private final Cipher cipher;

        public Blocks(byte[] key) {
            handle = EphemeralKey.aes(key);
            try {
                cipher = instance("AES_256/ECB/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, handle);
            } catch (GeneralSecurityException e) {
                handle.close();
                throw unusable(e);
            }
        }

        /** Each block of {@code blocks} encrypted by itself. */
        public byte[] encrypt(byte[] blocks) {
            try {
                return cipher.doFinal(blocks);
            } catch (GeneralSecurityException e) {
                throw unusable(e);
            }
        }

        @Override
        public void close() {
            handle.close();
        }
    }

    /**
     * GCM (NIST SP 800-38D), ciphertext and tag written to {@code out} from {@code at}.
     *
     * @param nonce 12 bytes, never used twice under one key
     */
    public static void gcmSeal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext, byte[] out, int at) {
        try (EphemeralKey handle = EphemeralKey.aes(key)) {
            Cipher cipher = gcm(Cipher.ENCRYPT_MODE, handle, nonce, aad);
            cipher.doFinal(plaintext, 0, plaintext.length, out, at);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /**
     * The plaintext of ciphertext and tag in {@code sealed} from {@code at}.
     *
     * @throws EnvelopeDamaged when the tag does not match
     */
    public static byte[] gcmOpen(byte[] key, byte[] nonce, byte[] aad, byte[] sealed, int at) {
        try (EphemeralKey handle = EphemeralKey.aes(key)) {
            return gcm(Cipher.DECRYPT_MODE, handle, nonce, aad).doFinal(sealed, at, sealed.length - at);
        } catch (AEADBadTagException e) {
            throw new EnvelopeDamaged();
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private static Cipher gcm(int mode, EphemeralKey key, byte[] nonce, byte[] aad) throws GeneralSecurityException {
        Cipher cipher = instance("AES_256/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(aad);
        return cipher;
    }

    /** With {@code AES_256/} in front where SunJCE has that name: it need not take it apart, and refuses other key lengths. */
    private static Cipher instance(String transformation) throws GeneralSecurityException {
        return Cipher.getInstance(transformation, PROVIDER);
    }

    private static Provider preferred() {
        try {
            return Cipher.getInstance("AES_256/GCM/NoPadding").getProvider();
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private static IllegalStateException unusable(GeneralSecurityException e) {
        return new IllegalStateException("this Java runtime does not do AES as required", e);
    }
}
