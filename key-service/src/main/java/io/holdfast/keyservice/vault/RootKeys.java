package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The root keys of this process: one seals, all open. Which one seals never changes while the process lives.
 *
 * <p><strong>The invariant of root keys:</strong> whatever in etcd is sealed under a root key, that key's check value is
 * recorded. Every transaction that writes something newly sealed therefore writes {@link #recordUse} too. It also tells whoever
 * wants to end a record whether something was sealed under it meanwhile.
 *
 * <p>Thread safe.
 */
public final class RootKeys implements AutoCloseable {
    private final RootKey sealing;
    private final Bytes checkValue;
    private final Map<RootKeyId, RootKey> all;

    private RootKeys(RootKey sealing, Map<RootKeyId, RootKey> all) {
        this.sealing = sealing;
        this.all = all;
        this.checkValue = sealing.checkValue();
    }

    /**
     * Takes root keys over. One that is given twice counts once.
     *
     * @param sealing seals from now on
     * @param others open what they sealed before
     */
    public static RootKeys takeOwnershipOf(RootKey sealing, List<RootKey> others) {
        Map<RootKeyId, RootKey> all = new LinkedHashMap<>();
        all.put(sealing.id(), sealing);
        for (RootKey other : others) {
            if (all.putIfAbsent(other.id(), other) != null && other != sealing) {
                other.close();
            }
        }
        return new RootKeys(sealing, Collections.unmodifiableMap(all));
    }

    /**
     * Reads every source.
     *
     * @throws RootKeyRefused when one is not there, or holds no root key; then none stays in memory
     */
    public static RootKeys read(RootKeySource sealing, List<RootKeySource> others) {
        List<RootKey> read = new ArrayList<>();
        try {
            read.add(sealing.read());
            others.forEach(source -> read.add(source.read()));
        } catch (RuntimeException e) {
            read.forEach(RootKey::close);
            throw e;
        }
        return takeOwnershipOf(read.getFirst(), read.subList(1, read.size()));
    }

    /** Of the one that seals. */
    public RootKeyId sealingId() {
        return sealing.id();
    }

    /** Of all that open. */
    public Set<RootKeyId> ids() {
        return all.keySet();
    }

    /** Seals; the transaction that writes the answer to etcd must write {@link #recordUse} too. */
    public Bytes seal(String what, SecretBytes payload) {
        return sealing.seal(what, payload);
    }

    /**
     * Opens what any of them sealed. The caller owns the answer.
     *
     * @throws EnvelopeDamaged when it was sealed under none of them, or as another thing, or was altered
     */
    public SecretBytes open(String what, Bytes sealed) {
        return keyOf(sealed).orElseThrow(EnvelopeDamaged::new).open(what, sealed);
    }

    /**
     * The same thing under the sealing key.
     *
     * @throws EnvelopeDamaged as {@link #open}
     */
    public Bytes reseal(String what, Bytes sealed) {
        try (SecretBytes opened = open(what, sealed)) {
            return seal(what, opened);
        }
    }

    private Optional<RootKey> keyOf(Bytes sealed) {
        return RootKeyId.namedIn(sealed).map(all::get);
    }

    /** The write that goes with everything newly sealed: records the check value of the sealing key. */
    public Consumer<Transaction.Builder> recordUse() {
        return transaction -> transaction.put(Layout.rootKey(sealing.id()), checkValue);
    }

    /** Whether the key of that id is among them and opens its check value. */
    boolean opens(RootKeyId id, Bytes recordedCheck) {
        RootKey key = all.get(id);
        return key != null && key.opens(recordedCheck);
    }

    @Override
    public void close() {
        all.values().forEach(RootKey::close);
    }

    @Override
    public String toString() {
        return "RootKeys[redacted]";
    }
}
