package io.holdfast.secretservice.reencrypt;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.RevisionCompacted;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.storage.Envelopes;
import java.util.HashMap;
import java.util.Map;

/** Counts the stored Secrets of a cluster per key version, by their envelopes alone: no key is used. */
public final class KeyVersionCount {
    /** Under which values are counted that are no readable envelope. */
    public static final String UNREADABLE = "unreadable";

    /** A count outlived by etcd's compaction (5 minutes) starts over at a newer revision; this often. */
    private static final int TRIES = 3;

    private static final int PAGE = 500;

    private final KeyValueStore store;

    public KeyVersionCount(KeyValueStore store) {
        this.store = store;
    }

    /**
     * @param revision the one etcd revision that all of it is of
     * @param secrets by key version OCID, and {@value #UNREADABLE}
     * @param namespaces that hold any of them
     */
    public record Count(long revision, Map<String, Long> secrets, long namespaces) {
        public Count {
            secrets = Map.copyOf(secrets);
        }

        long all() {
            return secrets.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** @throws RevisionCompacted when etcd compacts faster than this counts */
    public Count count(ClusterId cluster) {
        for (int attempt = 1; ; attempt++) {
            try {
                return countOnce(cluster);
            } catch (RevisionCompacted compacted) {
                if (attempt == TRIES) {
                    throw compacted;
                }
            }
        }
    }

    private Count countOnce(ClusterId cluster) {
        Map<String, Long> secrets = new HashMap<>();
        ClusterPaths paths = ClusterPaths.of(cluster);
        long namespaces = 0;
        String namespace = "";
        Scan scan = Scan.of(paths.secrets(), PAGE);
        while (true) {
            Page page = store.scan(scan);
            for (StoredValue value : page.values()) {
                String version = Envelopes.claim(value.value())
                        .map(claim -> claim.version().value())
                        .orElse(UNREADABLE);
                secrets.merge(version, 1L, Long::sum);
                // In the order of keys those of a namespace come one after the other.
                String holder = paths.locate(value.key()).namespace();
                if (!holder.equals(namespace)) {
                    namespace = holder;
                    namespaces++;
                }
            }
            if (!page.more() || page.values().isEmpty()) {
                return new Count(page.revision(), secrets, namespaces);
            }
            scan = scan.at(page.revision()).after(page.values().getLast().key());
        }
    }
}
