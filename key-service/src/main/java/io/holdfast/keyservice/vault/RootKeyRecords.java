package io.holdfast.keyservice.vault;

import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.util.LinkedHashMap;
import java.util.Map;

/** The key-check values in etcd, one per root key that something may be sealed under; see {@link RootKeys}. */
public final class RootKeyRecords {
    private final KeyValueStore store;

    public RootKeyRecords(KeyValueStore store) {
        this.store = store;
    }

    /**
     * A root key's record.
     *
     * @param modRevision moves with whatever is sealed under the key
     */
    public record Recorded(Bytes checkValue, long modRevision) {}

    /**
     * All of them, at one revision.
     *
     * @throws IllegalStateException when there are more than {@value Scan#MAX_LIMIT}, or one has no root key's name
     */
    public Map<RootKeyId, Recorded> all() {
        Page page = store.scan(Scan.of(Layout.ROOT_KEYS, Scan.MAX_LIMIT));
        if (page.more()) {
            throw new IllegalStateException("there are more root keys on record than can be: " + page.total());
        }
        Map<RootKeyId, Recorded> all = new LinkedHashMap<>();
        for (StoredValue value : page.values()) {
            all.put(RootKeyId.parse(Layout.last(value.key())), new Recorded(value.value(), value.modRevision()));
        }
        return all;
    }

    /** Records the sealing key unless it is on record already. */
    void recordFirst(RootKeys keys) {
        store.commit(Transaction.builder()
                .ifAbsent(Layout.rootKey(keys.sealingId()))
                .with(keys.recordUse())
                .build());
    }

    /**
     * Ends the record of a root key, atomically, if and only if nothing was sealed under it since it was read.
     *
     * @return whether it was ended by this call
     */
    public boolean end(RootKeyId id, Recorded seen) {
        String at = Layout.rootKey(id);
        return store.commit(Transaction.builder()
                        .ifModRevision(at, seen.modRevision())
                        .delete(at)
                        .build())
                .committed();
    }
}
