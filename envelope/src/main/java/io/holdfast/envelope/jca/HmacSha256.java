package io.holdfast.envelope.jca;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Arrays;
import javax.crypto.Mac;

/** HMAC-SHA-256 (RFC 2104) and the one block of HKDF-Expand (RFC 5869, section 2.3) that this module needs. */
public final class HmacSha256 {
    /** Bytes in a tag. */
    public static final int LENGTH = 32;

    private static final String NAME = "HmacSHA256";
    /** As for {@link Aes}: asked once. */
    private static final Provider PROVIDER = preferred();

    private HmacSha256() {}

    /** The tag over the parts as if they were one. */
    public static byte[] of(byte[] key, byte[]... parts) {
        try (EphemeralKey handle = EphemeralKey.hmac(key)) {
            Mac mac = Mac.getInstance(NAME, PROVIDER);
            mac.init(handle);
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** HKDF-Expand to {@value #LENGTH} bytes: HMAC(key, info, 0x01). No extract: {@code key} is uniformly random. */
    public static byte[] expand(byte[] key, byte[] info) {
        byte[] block = Arrays.copyOf(info, info.length + 1);
        block[info.length] = 1;
        return of(key, block);
    }

    private static Provider preferred() {
        try {
            return Mac.getInstance(NAME).getProvider();
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private static IllegalStateException unusable(GeneralSecurityException e) {
        return new IllegalStateException("this Java runtime has no HMAC-SHA-256", e);
    }
}
