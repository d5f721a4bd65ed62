package io.holdfast.secretservice.blocking;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.storage.LiveWatches;
import io.holdfast.secretservice.storage.StorageRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Brings fences in line with what key-service grants now: a newer version moves an open fence forward, a withdrawn key
 * blocks it, a granted one opens it again. Only a grant that the access session admits, and that has not ended, opens
 * anything; what started the reconciliation (an event, a replayed one, a tick) decides nothing. Thread safe and idempotent.
 *
 * <p>Errors of the store and of key-service come out as they are; run it again. A cluster whose fence is unreadable is
 * passed over, logged and counted.
 */
public final class KeyAccessReconciler {
    private static final Logger LOG = Logger.getLogger(KeyAccessReconciler.class);
    /** A lost race is settled by reading again; this often, then the next run does. */
    private static final int TRIES = 5;

    private final KeyAccess keys;
    private final AccessSession session;
    private final ServedClusters clusters;
    private final WriteFences fences;
    private final LiveWatches watches;
    private final GrantEnds ends;
    private final Counter unreadable;

    public KeyAccessReconciler(
            KeyAccess keys,
            AccessSession session,
            ServedClusters clusters,
            WriteFences fences,
            LiveWatches watches,
            GrantEnds ends,
            MeterRegistry meters) {
        this.keys = keys;
        this.session = session;
        this.clusters = clusters;
        this.fences = fences;
        this.watches = watches;
        this.ends = ends;
        this.unreadable = meters.counter("holdfast.fence.unreadable");
    }

    /** All clusters. @return whether every one is in line; false when the access state moved meanwhile: run again */
    public boolean all(String cause) {
        return matching(fence -> true, Optional.of(cause));
    }

    /** All clusters, but only what blocks and opens: fences stay under the key version that they are under. */
    public boolean access() {
        return matching(fence -> true, Optional.empty());
    }

    /** The clusters of one key, by their fences. */
    public boolean ofKey(KeyId key, String cause) {
        return matching(fence -> fence.terms().keyId().equals(key), Optional.of(cause));
    }

    /** The clusters of one binding. */
    public boolean ofBinding(BindingId binding, String cause) {
        return matching(fence -> fence.terms().bindingId().equals(binding), Optional.of(cause));
    }

    private boolean matching(Predicate<PlacedFence> wanted, Optional<String> cause) {
        List<PlacedFence> batch = new ArrayList<>();
        boolean[] inLine = {true};
        clusters.forEach(cluster -> {
            readable(cluster).filter(wanted).filter(KeyAccessReconciler::alive).ifPresent(batch::add);
            if (batch.size() == KeyAccess.MAX_BATCH) {
                inLine[0] &= reconcile(batch, cause);
                batch.clear();
            }
        });
        if (!batch.isEmpty()) {
            inLine[0] &= reconcile(batch, cause);
        }
        return inLine[0];
    }

    /** An unreadable record is an operator's to look at; it must not keep the others from being blocked or opened. */
    private Optional<PlacedFence> readable(ClusterId cluster) {
        try {
            return fences.read(cluster);
        } catch (IllegalStateException broken) {
            unreadable.increment();
            LOG.errorf(broken, "Cluster %s cannot be brought in line with its key", cluster.value());
            return Optional.empty();
        }
    }

    private static boolean alive(PlacedFence fence) {
        return !(fence.fence() instanceof WriteFence.Closed);
    }

    private boolean reconcile(List<PlacedFence> batch, Optional<String> cause) {
        KeyAccess.Grants grants = keys.grants(
                batch.stream().map(fence -> fence.terms().bindingId()).toList());
        ends.note(grants.holdsUntil());
        if (!stands(grants)) {
            return false;
        }
        boolean inLine = true;
        for (int i = 0; i < batch.size(); i++) {
            inLine &= reconcile(batch.get(i), grants.grants().get(i), grants, cause);
        }
        return inLine;
    }

    private boolean stands(KeyAccess.Grants grants) {
        return session.admits(grants.stateRevision()) && !ends.isOver(grants.holdsUntil());
    }

    private boolean reconcile(
            PlacedFence seen, KeyAccess.Grant grant, KeyAccess.Grants answer, Optional<String> cause) {
        if (grant instanceof KeyAccess.Withheld withheld && withheld.denial().blocks()) {
            endWatches(seen, withheld);
        }
        Optional<PlacedFence> fence = Optional.of(seen);
        for (int attempt = 0; attempt < TRIES && fence.isPresent(); attempt++) {
            if (inLine(fence.get().fence(), grant, cause.isPresent())) {
                return true;
            }
            // A fence that was read before access came back must not be moved by an answer from before.
            if (!stands(answer)) {
                return false;
            }
            move(fence.get(), grant, cause)
                    .ifPresent(moved -> LOG.infof(
                            "Write fence of %s: %s under key version %d",
                            moved.cluster().value(),
                            moved.fence().getClass().getSimpleName(),
                            moved.terms().version().number()));
            fence = readable(seen.cluster());
        }
        return fence.isEmpty();
    }

    private static boolean inLine(WriteFence fence, KeyAccess.Grant grant, boolean forwards) {
        return switch (fence) {
            case WriteFence.Open open ->
                switch (grant) {
                    case KeyAccess.Allowed allowed ->
                        !forwards || !allowed.current().newerThan(open.terms().version());
                    case KeyAccess.Withheld withheld -> !withheld.denial().blocks();
                };
            case WriteFence.Blocked blocked ->
                blocked.denial().permanent()
                        || switch (grant) {
                            case KeyAccess.Allowed allowed -> false;
                            case KeyAccess.Withheld withheld ->
                                !withheld.denial().blocks() || withheld.denial() == blocked.denial();
                        };
            case WriteFence.Closed closed -> true;
        };
    }

    private Optional<PlacedFence> move(PlacedFence fence, KeyAccess.Grant grant, Optional<String> cause) {
        return switch (grant) {
            case KeyAccess.Withheld withheld -> fences.block(fence, withheld.denial());
            case KeyAccess.Allowed allowed ->
                fence.fence() instanceof WriteFence.Blocked
                        ? fences.reopen(fence)
                        : cause.flatMap(why -> fences.forward(fence, allowed.current(), why));
        };
    }

    private void endWatches(PlacedFence fence, KeyAccess.Withheld withheld) {
        ClusterId cluster = fence.cluster();
        watches.end(
                cluster,
                new StorageRefusal.KeyAccessBlocked(
                        withheld.keyId().orElse(fence.terms().keyId()).value(),
                        withheld.denial().name(),
                        withheld.explanation(),
                        withheld.denial().permanent()));
    }
}
