package io.holdfast.keyservice.store;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Master keys as this replica holds them, mostly without a read. Every change of a key raises the state revision: what was
 * read at one revision says how the keys are for as long as that is held. It may allow; what it refuses is to be asked of
 * {@link KeyStore}.
 *
 * <p>Thread safe.
 *
 * @see StateRevision#held
 */
@ApplicationScoped
public class HeldKeys {
    /** Keys held at one revision; beyond, they are read each time. */
    private static final int MOST = 10_000;

    private final KeyValueStore store;
    private final StateRevision state;
    private volatile Held held = new Held(-1);

    private record Held(long revision, Map<KeyId, Stored<MasterKey>> keys) {
        Held(long revision) {
            this(revision, new ConcurrentHashMap<>());
        }
    }

    public HeldKeys(KeyValueStore store, StateRevision state) {
        this.store = store;
        this.state = state;
    }

    /** Empty for a key that is not there now. */
    public Optional<Stored<MasterKey>> key(KeyId id) {
        long revision = state.held();
        Held now = held;
        return Optional.ofNullable(now.revision() >= revision ? now.keys().get(id) : null)
                .or(() -> read(id));
    }

    private Optional<Stored<MasterKey>> read(KeyId id) {
        TransactionResult result = store.commit(Transaction.builder()
                .read(StateRevision.KEY)
                .read(Layout.key(id))
                .build());
        Optional<Stored<MasterKey>> found = result.read(Layout.key(id)).map(KeyStore::asKey);
        long revision =
                result.read(StateRevision.KEY).map(StoredValue::modRevision).orElse(0L);
        Held now = held;
        if (now.revision() < revision) {
            // Of two that begin a new one at once, one may be lost: its keys are read again.
            now = new Held(revision);
            held = now;
        }
        Map<KeyId, Stored<MasterKey>> keys = now.keys();
        if (now.revision() == revision && keys.size() < MOST) {
            found.ifPresent(key -> keys.put(id, key));
        }
        return found;
    }
}
