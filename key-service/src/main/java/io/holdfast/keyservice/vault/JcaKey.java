package io.holdfast.keyservice.vault;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.Provider;
import java.security.Signature;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * A key and who computes with it.
 *
 * @param provider the device that the key lives in; null for a software key, which this Java runtime's providers take
 */
record JcaKey<K extends Key>(K key, @Nullable Provider provider) {
    static <K extends Key> JcaKey<K> ofSoftware(K key) {
        return new JcaKey<>(key, null);
    }

    /** @param mode as {@link Cipher#init(int, Key)} takes it */
    Cipher cipher(String transformation, int mode) throws GeneralSecurityException {
        Cipher cipher =
                provider == null ? Cipher.getInstance(transformation) : Cipher.getInstance(transformation, provider);
        cipher.init(mode, key);
        return cipher;
    }

    Signature signature(String algorithm) throws GeneralSecurityException {
        return provider == null ? Signature.getInstance(algorithm) : Signature.getInstance(algorithm, provider);
    }

    @Override
    public String toString() {
        return "JcaKey[redacted]";
    }
}
