package io.holdfast.keyservice.vault;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.bouncycastle.crypto.AsymmetricBlockCipher;
import org.bouncycastle.crypto.CipherParameters;

/**
 * The bare private-key operation of RSA (RFC 8017, sections 5.1.2 and 5.2.1) as BouncyCastle's paddings want it, done by
 * whoever holds the key. JCA has neither PSS over a digest nor, for a PKCS#11 device, OAEP; of these devices every one
 * that does PKCS#11's CKM_RSA_X_509 serves.
 *
 * <p>For one call: not thread safe.
 */
final class RawRsa implements AsymmetricBlockCipher {
    /** For {@link #init}: the key is given to the constructor. */
    static final CipherParameters NO_PARAMETERS = new CipherParameters() {};

    private final JcaKey<? extends PrivateKey> key;
    private final int length;
    private boolean signing;

    /** @param length of the modulus in bytes */
    RawRsa(JcaKey<? extends PrivateKey> key, int length) {
        this.key = key;
        this.length = length;
    }

    /** @param ignored the key was given already */
    @Override
    public void init(boolean forSigning, CipherParameters ignored) {
        this.signing = forSigning;
    }

    @Override
    public int getInputBlockSize() {
        return length;
    }

    /** What is decrypted begins with a zero octet, which the paddings leave out of their reckoning. */
    @Override
    public int getOutputBlockSize() {
        return signing ? length : length - 1;
    }

    @Override
    public byte[] processBlock(byte[] in, int offset, int count) {
        byte[] block = new byte[length];
        System.arraycopy(in, offset, block, length - count, count);
        try {
            Cipher cipher = key.cipher("RSA/ECB/NoPadding", Cipher.DECRYPT_MODE);
            byte[] out = cipher.doFinal(block);
            return signing || out.length < length || out[0] != 0 ? out : Arrays.copyOfRange(out, 1, out.length);
        } catch (GeneralSecurityException e) {
            throw new RsaFailed(e);
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }

    /** The holder of the key did not do the operation; the cause says why. */
    static final class RsaFailed extends RuntimeException {
        private final transient GeneralSecurityException failure;

        RsaFailed(GeneralSecurityException failure) {
            super(failure);
            this.failure = failure;
        }

        GeneralSecurityException failure() {
            return failure;
        }
    }
}
