package io.holdfast.clusterservice.create;

import io.holdfast.clusterservice.config.ClustersConfig;
import io.holdfast.clusterservice.domain.Intent;
import io.holdfast.clusterservice.keys.KeyService;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.kernel.TimeSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Undoes creations that a crash cut off between the binding and the cluster's first record. */
@ApplicationScoped
public class LeftOverIntents {
    private static final Logger LOG = Logger.getLogger(LeftOverIntents.class);
    private static final int AT_ONCE = 100;

    private final ClusterStore store;
    private final KeyService keys;
    private final TimeSource time;
    private final ClustersConfig config;

    public LeftOverIntents(ClusterStore store, KeyService keys, TimeSource time, ClustersConfig config) {
        this.store = store;
        this.keys = keys;
        this.time = time;
        this.config = config;
    }

    /**
     * Releases the bindings of the intents that are older than the minimum age, oldest first, and removes the intents.
     *
     * @return how many were undone
     */
    public int undo() {
        Instant before = time.wall().minus(config.intentMinimumAge());
        int undone = 0;
        for (Stored<Intent> intent : store.intents(AT_ONCE)) {
            if (intent.value().at().isBefore(before) && undo(intent)) {
                undone++;
            }
        }
        return undone;
    }

    private boolean undo(Stored<Intent> seen) {
        // First no cluster can come of it any more, then its binding may go.
        Optional<Stored<Intent>> abandoned = seen.value().abandoned() ? Optional.of(seen) : store.abandon(seen);
        if (abandoned.isEmpty()) {
            return false;
        }
        Intent intent = abandoned.get().value();
        keys.held(intent.keyId(), intent.clusterId()).ifPresent(keys::release);
        LOG.warnf(
                "undid the creation of %s, which never finished",
                intent.clusterId().value());
        return store.withdraw(abandoned.get());
    }
}
