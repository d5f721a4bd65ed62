package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The wrapped key-encryption keys of bindings. A record is written once and never changed, so this process remembers what it
 * has read, {@value #REMEMBERED} at the most.
 */
@ApplicationScoped
public class KekStore {
    private static final int REMEMBERED = 4096;

    private final KeyValueStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Bytes> remembered = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bytes> eldest) {
            return size() > REMEMBERED;
        }
    };

    public KekStore(KeyValueStore store) {
        this.store = store;
    }

    /** The wrapped KEK of this binding under this version, as {@link #recordFirst} recorded it. */
    public Optional<Bytes> find(BindingId binding, KeyVersionId version) {
        String at = Layout.kek(binding, version);
        lock.lock();
        try {
            Bytes known = remembered.get(at);
            if (known != null) {
                return Optional.of(known);
            }
        } finally {
            lock.unlock();
        }
        return store.get(at).map(StoredValue::value).map(found -> remember(at, found));
    }

    /** Records a wrapped KEK if there is none yet, and answers the one that is recorded. */
    public Bytes recordFirst(BindingId binding, KeyVersionId version, Bytes wrapped) {
        String at = Layout.kek(binding, version);
        // Whatever became of the transaction, the record that is there now counts.
        store.commit(Transaction.builder().ifAbsent(at).put(at, wrapped).build());
        return remember(at, store.get(at).orElseThrow().value());
    }

    private Bytes remember(String at, Bytes wrapped) {
        lock.lock();
        try {
            remembered.put(at, wrapped);
            return wrapped;
        } finally {
            lock.unlock();
        }
    }
}
