package io.holdfast.envelope.xaes;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.jca.Aes;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * XAES-256-GCM (C2SP, c2sp.org/XAES-256-GCM): AES-256-GCM under a key derived per message from half of a 24-byte nonce.
 *
 * <p>The nonce is random. 2^80 messages under one key leave a chance of 2^-32 that two share a nonce, so a master key
 * needs no count of its uses. It does not commit to the key: who knows two keys can make a message that opens under both.
 *
 * <pre>
 * sealed = nonce ciphertext tag     ; 24 octets, as long as the plaintext, 16 octets
 * </pre>
 *
 * <p>Thread safe.
 */
public final class Xaes256Gcm {
    /** Bytes in a key. */
    public static final int KEY = Aes.KEY;
    /** Bytes in a nonce. */
    public static final int NONCE = 24;
    /** How many bytes longer than the plaintext the sealed message is. */
    public static final int OVERHEAD = NONCE + Aes.TAG;

    /** How many bytes of the nonce go into the message key; the rest is the nonce of AES-GCM. */
    static final int DERIVE = 12;

    private final SecureRandom random;

    public Xaes256Gcm() {
        this(new SecureRandom());
    }

    /** Takes its nonces from {@code random}, which must be strong outside of tests. */
    public Xaes256Gcm(SecureRandom random) {
        this.random = random;
    }

    /**
     * Seals under a new random nonce.
     *
     * @param key 32 bytes; stays the caller's
     * @param plaintext stays the caller's
     * @param aad bound to the message, not in it
     */
    public Bytes seal(SecretBytes key, SecretBytes plaintext, byte[] aad) {
        try (XaesKey once = XaesKey.of(key)) {
            return seal(once, plaintext, aad);
        }
    }

    /** The same under a prepared key. */
    public Bytes seal(XaesKey key, SecretBytes plaintext, byte[] aad) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] derived = key.derive(nonce);
        try {
            return plaintext.use(text -> {
                byte[] out = Arrays.copyOf(nonce, OVERHEAD + text.length);
                Aes.gcmSeal(derived, Arrays.copyOfRange(nonce, DERIVE, NONCE), aad, text, out, NONCE);
                return Bytes.takeOwnershipOf(out);
            });
        } finally {
            Arrays.fill(derived, (byte) 0);
        }
    }

    /**
     * Opens what {@link #seal} made. The caller owns the answer.
     *
     * @throws EnvelopeDamaged when it was not sealed under this key with this {@code aad}, or was altered
     */
    public SecretBytes open(SecretBytes key, Bytes sealed, byte[] aad) {
        try (XaesKey once = XaesKey.of(key)) {
            return open(once, sealed, aad);
        }
    }

    /** The same under a prepared key. */
    public SecretBytes open(XaesKey key, Bytes sealed, byte[] aad) {
        if (sealed.length() < OVERHEAD) {
            throw new EnvelopeDamaged();
        }
        byte[] bytes = sealed.toArray();
        byte[] derived = key.derive(bytes);
        try {
            byte[] nonce = Arrays.copyOfRange(bytes, DERIVE, NONCE);
            return SecretBytes.takeOwnershipOf(Aes.gcmOpen(derived, nonce, aad, bytes, NONCE));
        } finally {
            Arrays.fill(derived, (byte) 0);
        }
    }
}
