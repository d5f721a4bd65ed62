package io.holdfast.keyservice.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.vault.Encryptions;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;

/** Material that customers bring: the ways to wrap it, and what a holder of the public half can put inside. */
class MaterialWrappingFuzzTest {
    private static final int BITS = 2048;
    private static final int MODULUS = BITS / Byte.SIZE;
    private static final int LONGEST_OAEP = MODULUS - 2 * 32 - 2;
    private static final KeyPair PAIR = rsa();

    @FuzzTest
    void whatDoesNotUnwrapIsDamaged(byte[] wrapped) {
        for (MaterialWrapping wrapping : MaterialWrapping.values()) {
            assertThat(unwrapped(wrapping, wrapped)).isNegative();
        }
    }

    /** @param bytes the AES key's length, an AES key of that length, and what is said to be wrapped under it */
    @FuzzTest
    void anythingUnderAnAesKeyOfTheCustomersUnwrapsOrIsDamaged(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        int length = Math.min(bytes[0] & 0xff, Math.min(bytes.length - 1, LONGEST_OAEP));
        byte[] aes = new byte[length];
        System.arraycopy(bytes, 1, aes, 0, length);
        byte[] first;
        try (SecretBytes key = SecretBytes.takeOwnershipOf(aes)) {
            first = Encryptions.oaepEncrypt(PAIR.getPublic(), EncryptionAlgorithm.RSA_OAEP_SHA_256, new byte[0], key);
        }
        byte[] wrapped = ByteBuffer.allocate(MODULUS + bytes.length - 1 - length)
                .put(first)
                .put(bytes, 1 + length, bytes.length - 1 - length)
                .array();
        assertThat(unwrapped(MaterialWrapping.RSA_OAEP_AES_SHA256, wrapped)).isLessThan(bytes.length);
    }

    /** Bytes of the material, or -1. */
    private static int unwrapped(MaterialWrapping wrapping, byte[] wrapped) {
        try (SecretBytes material = wrapping.unwrap(PAIR.getPrivate(), MODULUS, wrapped)) {
            return material.length();
        } catch (EnvelopeDamaged | GeneralSecurityException refused) {
            return -1;
        }
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
