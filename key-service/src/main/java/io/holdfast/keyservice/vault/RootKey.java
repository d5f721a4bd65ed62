package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The root key: 32 bytes that seal all key material at rest.
 *
 * <p>etcd keeps a key-check value, made under the root key of the first start. A start with another root key is refused
 * before anything is sealed under it: two root keys in one store would make keys that only one of them opens.
 */
public final class RootKey implements AutoCloseable {
    /** Bytes in a root key. */
    public static final int LENGTH = 32;

    private static final String CHECK = "key-service root key check";

    private final SecretBytes bytes;

    private RootKey(SecretBytes bytes) {
        this.bytes = bytes;
    }

    /** Takes 32 bytes over. */
    public static RootKey takeOwnershipOf(SecretBytes bytes) {
        if (bytes.length() != LENGTH) {
            throw new RootKeyRefused("A root key has 32 bytes, this one has " + bytes.length() + ".", null);
        }
        return new RootKey(bytes);
    }

    /**
     * @throws RootKeyRefused when the file cannot be read, or has not exactly 32 bytes
     */
    public static RootKey read(Path file) {
        byte[] read;
        // One byte more than a key, so that a longer file shows without being read whole.
        try (InputStream in = Files.newInputStream(file)) {
            read = in.readNBytes(LENGTH + 1);
        } catch (IOException e) {
            throw new RootKeyRefused(
                    "The root key file " + file
                            + " (holdfast.keys.root-key-file) cannot be read: it must exist and hold"
                            + " exactly 32 random bytes.",
                    e);
        }
        if (read.length != LENGTH) {
            String length = read.length > LENGTH ? "more" : "only " + read.length;
            Arrays.fill(read, (byte) 0);
            throw new RootKeyRefused(
                    "The root key file " + file + " (holdfast.keys.root-key-file) must hold exactly 32 bytes; it holds "
                            + length + ".",
                    null);
        }
        return new RootKey(SecretBytes.takeOwnershipOf(read));
    }

    /**
     * Compares this root key with the one that the store was first used with; the first start records it.
     *
     * @throws RootKeyRefused when they differ
     */
    public void check(KeyValueStore store) {
        DekWrapping wrapping = new DekWrapping();
        Bytes mine;
        try (SecretBytes probe = SecretBytes.takeOwnershipOf(new byte[LENGTH])) {
            mine = wrapping.seal(bytes, CHECK, probe);
        }
        TransactionResult first = store.commit(Transaction.builder()
                .ifAbsent(Layout.ROOT_KEY_CHECK)
                .put(Layout.ROOT_KEY_CHECK, mine)
                .build());
        if (first.committed()) {
            return;
        }
        Bytes recorded = store.get(Layout.ROOT_KEY_CHECK).orElseThrow().value();
        try {
            wrapping.open(bytes, CHECK, recorded).close();
        } catch (EnvelopeDamaged e) {
            throw new RootKeyRefused(
                    "The root key is not the one that this etcd's keys are sealed under: the key-check value at "
                            + Layout.ROOT_KEY_CHECK + " does not open. Give the right file as"
                            + " holdfast.keys.root-key-file. Nothing was changed.",
                    e);
        }
    }

    SecretBytes bytes() {
        return bytes;
    }

    @Override
    public void close() {
        bytes.close();
    }

    @Override
    public String toString() {
        return "RootKey[redacted]";
    }
}
