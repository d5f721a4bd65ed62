package io.holdfast.keyservice.store;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.util.ArrayList;
import java.util.List;

/** Reads of many keys of etcd, bounded. */
final class Listings {
    private static final int READS_PER_TRANSACTION = 100;

    private final KeyValueStore store;

    Listings(KeyValueStore store) {
        this.store = store;
    }

    /** The last parts of the keys under a prefix. */
    List<String> ids(String indexPrefix) {
        List<String> ids = new ArrayList<>();
        String after = "";
        while (true) {
            Page page = store.scan(new Scan(indexPrefix, after, Scan.MAX_LIMIT, 0, Scan.Order.KEY, true));
            page.values().forEach(value -> ids.add(Layout.last(value.key())));
            if (!page.more() || page.values().isEmpty()) {
                return ids;
            }
            requireListable(ids.size());
            after = page.values().getLast().key();
        }
    }

    List<StoredValue> all(String prefix) {
        List<StoredValue> values = new ArrayList<>();
        Scan scan = Scan.of(prefix, Scan.MAX_LIMIT);
        while (true) {
            Page page = store.scan(scan);
            values.addAll(page.values());
            if (!page.more() || page.values().isEmpty()) {
                return values;
            }
            requireListable(values.size());
            scan = scan.after(page.values().getLast().key());
        }
    }

    /** Those of the keys that there are. */
    List<StoredValue> read(List<String> keys) {
        List<StoredValue> found = new ArrayList<>(keys.size());
        for (int from = 0; from < keys.size(); from += READS_PER_TRANSACTION) {
            Transaction.Builder reads = Transaction.builder();
            keys.subList(from, Math.min(keys.size(), from + READS_PER_TRANSACTION))
                    .forEach(reads::read);
            found.addAll(store.commit(reads.build()).read());
        }
        return found;
    }

    private static void requireListable(int soFar) {
        if (soFar >= KeyStore.MAX_LISTED) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED, "There are more than " + KeyStore.MAX_LISTED + " resources to list.");
        }
    }
}
