package io.holdfast.envelope.xaes;

import io.holdfast.envelope.jca.Aes;
import io.holdfast.kernel.SecretBytes;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A key of {@link Xaes256Gcm}, prepared: the CMAC subkey is computed once, and a few AES ciphers are kept keyed, since the
 * key schedule and JCA's look-up cost more than the derivation itself.
 *
 * <p>Owns what it holds, and wipes it when closed; whatever is in use then is wiped when that use ends. Thread safe.
 */
public final class XaesKey implements AutoCloseable {
    /** More threads than this derive at once only on machines where a key schedule now and then does not matter. */
    private static final int MOST_KEPT = 16;

    private final SecretBytes material;
    private final byte[] subkey;
    private final ConcurrentLinkedQueue<Aes.Blocks> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger kept = new AtomicInteger();
    private volatile boolean closed;

    private XaesKey(SecretBytes material) {
        this.material = material;
        Aes.Blocks first = blocks();
        this.subkey = doubled(first.encrypt(new byte[Aes.BLOCK]));
        giveBack(first);
    }

    /**
     * Prepares a copy.
     *
     * @param key 32 bytes; stays the caller's
     */
    public static XaesKey of(SecretBytes key) {
        SecretBytes copy = SecretBytes.takeOwnershipOf(key.use(byte[]::clone));
        try {
            return new XaesKey(copy);
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    /**
     * The message key: NIST SP 800-108r1 in counter mode with CMAC-AES256, label 'X', context the nonce's first 12 bytes.
     *
     * @param nonce 24 bytes, or what begins with them
     * @throws IllegalStateException when closed
     */
    byte[] derive(byte[] nonce) {
        byte[] messages = new byte[2 * Aes.BLOCK];
        for (int counter = 1; counter <= 2; counter++) {
            int at = (counter - 1) * Aes.BLOCK;
            messages[at + 1] = (byte) counter;
            messages[at + 2] = 'X';
            System.arraycopy(nonce, 0, messages, at + 4, Xaes256Gcm.DERIVE);
            for (int i = 0; i < Aes.BLOCK; i++) {
                messages[at + i] ^= subkey[i];
            }
        }
        Aes.Blocks aes = borrow();
        try {
            return aes.encrypt(messages);
        } finally {
            giveBack(aes);
        }
    }

    private Aes.Blocks borrow() {
        if (closed) {
            throw new IllegalStateException("the key is closed");
        }
        Aes.@Nullable Blocks free = idle.poll();
        if (free == null) {
            return blocks();
        }
        kept.decrementAndGet();
        return free;
    }

    private Aes.Blocks blocks() {
        return material.use(bytes -> {
            if (bytes.length != Xaes256Gcm.KEY) {
                throw new IllegalArgumentException("an XAES-256-GCM key has 32 bytes");
            }
            return new Aes.Blocks(bytes);
        });
    }

    private void giveBack(Aes.Blocks aes) {
        if (kept.incrementAndGet() > MOST_KEPT) {
            kept.decrementAndGet();
            aes.close();
            return;
        }
        idle.add(aes);
        // The key may have been closed in between, and nobody else would come for these.
        if (closed) {
            wipeIdle();
        }
    }

    private void wipeIdle() {
        for (Aes.Blocks free = idle.poll(); free != null; free = idle.poll()) {
            kept.decrementAndGet();
            free.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        wipeIdle();
        material.close();
        Arrays.fill(subkey, (byte) 0);
    }

    @Override
    public String toString() {
        return "XaesKey";
    }

    /** Doubling in GF(2^128) (NIST SP 800-38B, section 6.1), in place and without a branch on the secret. */
    private static byte[] doubled(byte[] block) {
        int reduce = 0x87 & -((block[0] & 0x80) >>> 7);
        for (int i = 0; i < Aes.BLOCK - 1; i++) {
            block[i] = (byte) (block[i] << 1 | (block[i + 1] & 0x80) >>> 7);
        }
        block[Aes.BLOCK - 1] = (byte) (block[Aes.BLOCK - 1] << 1 ^ reduce);
        return block;
    }
}
