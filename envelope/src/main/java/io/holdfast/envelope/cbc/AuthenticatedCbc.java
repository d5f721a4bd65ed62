package io.holdfast.envelope.cbc;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.jca.Aes;
import io.holdfast.envelope.jca.HmacSha256;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Encrypts one value for etcd under a data encryption key of its own: AES-256-CBC with PKCS#7 padding, byte for byte as
 * Kubernetes 1.10 to 1.24 wrote it, and a tag that travels with the key.
 *
 * <pre>
 * data            = iv 1*block                ; iv is 16 random octets, a block is 16
 * wrapped-payload = dek tag                   ; written by Holdfast
 *                 / dek                       ; written by kube-apiserver: not authenticated
 * dek             = 32OCTET                   ; new for every encryption
 * tag             = 32OCTET                   ; HMAC-SHA-256(mac-key, length etcd-key iv 1*block)
 * length          = 4OCTET                    ; of the etcd key, big-endian
 * mac-key         = 32OCTET                   ; HKDF-Expand(SHA-256, dek, "holdfast cbc v1", 32)
 * </pre>
 *
 * <p>CBC has no integrity of its own. With the tag, a value that was altered, or moved to another etcd key, is refused
 * before a byte of it is decrypted. The length in front of the etcd key keeps its last octets from being read as the IV.
 *
 * <p>Thread safe.
 */
public final class AuthenticatedCbc {
    private static final int DEK = Aes.KEY;
    private static final int PAYLOAD = DEK + HmacSha256.LENGTH;
    private static final byte[] MAC_KEY_INFO = "holdfast cbc v1".getBytes(StandardCharsets.US_ASCII);

    private final SecureRandom random;

    public AuthenticatedCbc() {
        this(new SecureRandom());
    }

    /** For vectors: {@code random} is asked for the DEK first, then for the IV. */
    AuthenticatedCbc(SecureRandom random) {
        this.random = random;
    }

    /**
     * Encrypts under a new key and a new IV.
     *
     * @param etcdKey the full key under which the value will be stored, with its prefix
     * @param plaintext stays the caller's
     */
    public SealedSecret seal(byte[] etcdKey, SecretBytes plaintext) {
        byte[] dek = new byte[DEK];
        byte[] iv = new byte[Aes.BLOCK];
        try {
            random.nextBytes(dek);
            random.nextBytes(iv);
            byte[] data = plaintext.use(text -> Aes.cbcEncrypt(dek, iv, text));
            byte[] payload = Arrays.copyOf(dek, PAYLOAD);
            System.arraycopy(tag(dek, etcdKey, data), 0, payload, DEK, HmacSha256.LENGTH);
            return new SealedSecret(Bytes.takeOwnershipOf(data), SecretBytes.takeOwnershipOf(payload));
        } finally {
            wipe(dek);
        }
    }

    /**
     * Decrypts. A payload of 64 bytes is checked against the etcd key and the data first; one of 32 bytes is what
     * kube-apiserver had wrapped, and the answer says that nothing was proved.
     *
     * @param etcdKey the full key under which the value was found
     * @param data IV and ciphertext as found
     * @param payload the unwrapped payload; stays the caller's
     * @throws EnvelopeDamaged whatever is wrong: form, tag or padding
     */
    public Opened open(byte[] etcdKey, Bytes data, SecretBytes payload) {
        // An IV alone has no padding byte to read; kube-apiserver 1.34 panics on it.
        if (data.length() < 2 * Aes.BLOCK || data.length() % Aes.BLOCK != 0) {
            throw new EnvelopeDamaged();
        }
        byte[] bytes = data.toArray();
        return payload.use(key -> openChecked(etcdKey, bytes, key));
    }

    private static Opened openChecked(byte[] etcdKey, byte[] data, byte[] payload) {
        boolean authenticated = payload.length == PAYLOAD;
        if (!authenticated && payload.length != DEK) {
            throw new EnvelopeDamaged();
        }
        byte[] dek = Arrays.copyOf(payload, DEK);
        try {
            if (authenticated) {
                byte[] expected = tag(dek, etcdKey, data);
                byte[] found = Arrays.copyOfRange(payload, DEK, PAYLOAD);
                if (!MessageDigest.isEqual(expected, found)) {
                    throw new EnvelopeDamaged();
                }
            }
            byte[] padded = Aes.cbcDecrypt(dek, data);
            try {
                // Kubernetes takes a last byte beyond the block size when all of that many bytes agree; so do we for
                // its values.
                int length = unpaddedLength(padded, authenticated ? Aes.BLOCK : 0xff);
                return new Opened(SecretBytes.takeOwnershipOf(Arrays.copyOf(padded, length)), authenticated);
            } finally {
                wipe(padded);
            }
        } finally {
            wipe(dek);
        }
    }

    private static int unpaddedLength(byte[] padded, int longest) {
        int count = padded[padded.length - 1] & 0xff;
        if (count == 0 || count > longest || count > padded.length) {
            throw new EnvelopeDamaged();
        }
        int difference = 0;
        for (int i = padded.length - count; i < padded.length; i++) {
            difference |= padded[i] ^ count;
        }
        if ((difference & 0xff) != 0) {
            throw new EnvelopeDamaged();
        }
        return padded.length - count;
    }

    private static byte[] tag(byte[] dek, byte[] etcdKey, byte[] data) {
        byte[] macKey = HmacSha256.expand(dek, MAC_KEY_INFO);
        try {
            byte[] keyLength =
                    ByteBuffer.allocate(Integer.BYTES).putInt(etcdKey.length).array();
            return HmacSha256.of(macKey, keyLength, etcdKey, data);
        } finally {
            wipe(macKey);
        }
    }

    private static void wipe(byte[] secret) {
        Arrays.fill(secret, (byte) 0);
    }
}
