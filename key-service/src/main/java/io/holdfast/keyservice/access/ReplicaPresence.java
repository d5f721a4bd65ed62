package io.holdfast.keyservice.access;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which processes may be answering Pings, or using keys on a revision that they hold: one leased key for each under
 * {@value #PREFIX}.
 *
 * <p>A replica answers a Ping, and holds a revision, only from a read that also found its own key, and its lease outlives a
 * killed process by more than a term. So what a replica answered is over when its key is gone, or within a term after it
 * went.
 *
 * <p>Thread safe.
 */
final class ReplicaPresence {
    static final String PREFIX = "/holdfast/keys/replicas/";

    private static final Logger LOG = Logger.getLogger(ReplicaPresence.class);
    /** A lease is renewed at a third of its time; what is left must still exceed a term. */
    private static final int LEASE_TERMS = 3;
    /** Reads before a presence that etcd does not keep is given up. */
    private static final int ATTEMPTS = 2;

    private final KeyValueStore store;
    private final TimeSource time;
    private final Duration term;
    private final String ownKey = PREFIX + UUID.randomUUID();
    private final ReentrantLock registering = new ReentrantLock();
    private volatile KeyValueStore.@Nullable Lease lease;
    /** Keys of other replicas as the watch tells them. */
    private final Set<String> others = ConcurrentHashMap.newKeySet();
    /** When the watch last told of another replica's coming or going. */
    private final AtomicReference<@Nullable Long> otherSeen = new AtomicReference<>();

    ReplicaPresence(KeyValueStore store, TimeSource time, Duration term) {
        this.store = store;
        this.time = time;
        this.term = term;
    }

    /**
     * The state revision, read linearizably by a replica that is known to the others.
     *
     * @throws StoreUnavailable when etcd can't be read, or does not keep this replica's key
     */
    long readRevision() {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            KeyValueStore.Lease held = present();
            TransactionResult result = store.commit(
                    Transaction.builder().read(StateRevision.KEY).read(ownKey).build());
            if (result.read(ownKey).isPresent()) {
                return result.read(StateRevision.KEY)
                        .map(StoredValue::modRevision)
                        .orElse(0L);
            }
            lapsed(held);
        }
        throw new StoreUnavailable("this replica's presence has lapsed", null);
    }

    /** Makes this replica known to the others, if it is not. @throws StoreUnavailable when etcd can't be written */
    KeyValueStore.Lease present() {
        KeyValueStore.Lease held = lease;
        return held != null && held.alive() ? held : register();
    }

    private KeyValueStore.Lease register() {
        registering.lock();
        try {
            KeyValueStore.Lease held = lease;
            if (held != null && held.alive()) {
                return held;
            }
            Bytes now = Bytes.copyOf(time.wall().toString().getBytes(StandardCharsets.UTF_8));
            KeyValueStore.Lease fresh = store.lease(
                            term.multipliedBy(LEASE_TERMS),
                            id -> Transaction.builder()
                                    .putLeased(ownKey, now, id)
                                    .build())
                    .orElseThrow(() -> new StoreUnavailable("this replica's presence was refused", null));
            lease = fresh;
            LOG.infov("This replica is present. key={0}", ownKey);
            return fresh;
        } finally {
            registering.unlock();
        }
    }

    private void lapsed(KeyValueStore.Lease held) {
        registering.lock();
        try {
            if (Objects.equals(lease, held)) {
                lease = null;
                held.close();
            }
        } finally {
            registering.unlock();
        }
    }

    /** The watch begins: what is there now, and what went while nobody watched. */
    void caughtUp() {
        Set<String> present = scanOthers();
        if (!present.containsAll(others)) {
            otherSeen.set(time.monotonicNanos());
        }
        others.addAll(present);
        others.retainAll(present);
    }

    /** Another replica's key came or went. */
    void changed(WatchListener.Change change) {
        if (change.key().equals(ownKey)) {
            return;
        }
        otherSeen.set(time.monotonicNanos());
        switch (change) {
            case WatchListener.Change.Put put -> others.add(put.key());
            case WatchListener.Change.Deleted deleted -> others.remove(deleted.key());
        }
    }

    /**
     * The monotonic time at which everything that other replicas answered before now is over or was renewed under the
     * state of now. Assumes others when etcd does not say that there are none. A replica that is gone from etcd still
     * counts until the watch has told so, and for a term after that.
     */
    long othersEndBy() {
        long now = time.monotonicNanos();
        if (otherPresent() || !others.isEmpty()) {
            return now + term.toNanos();
        }
        Long seen = otherSeen.get();
        return seen == null ? now : seen + term.toNanos();
    }

    private boolean otherPresent() {
        try {
            return !scanOthers().isEmpty();
        } catch (StoreUnavailable e) {
            LOG.warnv(
                    "Whether other replicas are present is unknown; waiting as if there were. cause={0}", e.toString());
            return true;
        }
    }

    private Set<String> scanOthers() {
        return store.scan(new Scan(PREFIX, "", Scan.MAX_LIMIT, 0, Scan.Order.KEY, true)).values().stream()
                .map(StoredValue::key)
                .filter(key -> !key.equals(ownKey))
                .collect(Collectors.toSet());
    }
}
