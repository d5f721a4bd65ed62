package io.holdfast.secretservice.endpoint;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.secretservice.domain.ClusterPaths;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The clusters that this service serves. Thread safe. */
public final class ServedClusters {
    private static final Duration CACHED_FOR = Duration.ofSeconds(2);
    private static final int MOST_CACHED = 10_000;
    private static final int PAGE = 200;

    private final KeyValueStore store;
    private final TimeSource time;
    private final ConcurrentHashMap<ClusterId, Cached> cache = new ConcurrentHashMap<>();

    private record Cached(ClusterRecord record, long atNanos) {}

    public ServedClusters(KeyValueStore store, TimeSource time) {
        this.store = store;
        this.time = time;
    }

    /** As known at most two seconds ago; empty when never opened here, or deleted. */
    public Optional<ClusterRecord> find(ClusterId cluster) {
        Cached cached = cache.get(cluster);
        if (cached != null && time.monotonicNanos() - cached.atNanos() < CACHED_FOR.toNanos()) {
            return Optional.of(cached.record()).filter(record -> !record.deleted());
        }
        Optional<ClusterRecord> found = stored(cluster);
        found.ifPresentOrElse(this::remember, () -> cache.remove(cluster));
        return found.filter(record -> !record.deleted());
    }

    /** Whether etcd has a record of it or a tombstone: it must not be opened any more. */
    boolean known(ClusterId cluster) {
        return store.get(ClusterPaths.of(cluster).record()).isPresent();
    }

    /** As it stands in etcd, also when deleted; empty when it was never opened here. */
    Optional<ClusterRecord> stored(ClusterId cluster) {
        return store.get(ClusterPaths.of(cluster).record()).flatMap(value -> ClusterRecord.decode(value.value()));
    }

    void forget(ClusterId cluster) {
        cache.remove(cluster);
    }

    private void remember(ClusterRecord record) {
        if (cache.size() >= MOST_CACHED) {
            cache.clear();
        }
        cache.put(record.id(), new Cached(record, time.monotonicNanos()));
    }

    /** Hands over every cluster of the index, page by page, those whose removal has not ended included. */
    public void forEach(Consumer<ClusterId> each) {
        Scan scan = new Scan(ClusterPaths.INDEX, "", PAGE, 0, Scan.Order.KEY, true);
        while (true) {
            Page page = store.scan(scan);
            for (StoredValue value : page.values()) {
                each.accept(new ClusterId(value.key().substring(ClusterPaths.INDEX.length())));
            }
            if (!page.more() || page.values().isEmpty()) {
                return;
            }
            scan = scan.after(page.values().getLast().key());
        }
    }
}
