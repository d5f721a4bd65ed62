package io.holdfast.envelope.jca;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A key as JCA wants it, for the length of one call.
 *
 * <p>{@code SecretKeySpec} keeps a copy that nobody can wipe; this one wipes its copy on close. What a cipher expands
 * from it inside the provider stays until the cipher is collected: JCA offers no way to end it sooner.
 */
final class EphemeralKey implements SecretKey, AutoCloseable {
    private final String algorithm;
    private final transient byte[] material;

    private EphemeralKey(String algorithm, byte[] material) {
        this.algorithm = algorithm;
        this.material = material.clone();
    }

    static EphemeralKey aes(byte[] material) {
        return new EphemeralKey("AES", material);
    }

    static EphemeralKey hmac(byte[] material) {
        return new EphemeralKey("HmacSHA256", material);
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return material.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(material, (byte) 0);
    }

    @Override
    public void close() {
        destroy();
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(EphemeralKey.class.getName());
    }

    @Override
    public String toString() {
        return "EphemeralKey[" + algorithm + ", redacted]";
    }
}
