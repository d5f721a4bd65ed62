package io.holdfast.secretservice.events;

import io.holdfast.events.ClusterEvent;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.inbox.HighWaterMarks;
import io.holdfast.platform.inbox.ReceivedEvent;
import io.holdfast.secretservice.blocking.KeyAccessReconciler;
import io.holdfast.secretservice.endpoint.ClusterEndpoints;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.keys.ClusterDirectory;
import io.holdfast.secretservice.keys.ClusterDirectory.Life;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.keys.ClusterDirectory.WishPage;
import java.util.HashSet;
import java.util.Set;

/**
 * What an event of key-service or cluster-service makes this service do. An event only says where to look: what is done
 * follows from the owner's state now, so a duplicated or an old replayed event changes nothing.
 *
 * <p>Any exception means "not yet": the inbox gives the event again.
 */
public final class OthersEvents {
    /** Pages of clusters in a list; beyond it something is wrong with the answers. */
    private static final int MOST_PAGES = 100_000;

    private final KeyAccessReconciler reconciler;
    private final ClusterEndpoints endpoints;
    private final ServedClusters clusters;
    private final ClusterDirectory directory;

    public OthersEvents(
            KeyAccessReconciler reconciler,
            ClusterEndpoints endpoints,
            ServedClusters clusters,
            ClusterDirectory directory) {
        this.reconciler = reconciler;
        this.endpoints = endpoints;
        this.clusters = clusters;
        this.directory = directory;
    }

    /** The session has not yet seen the state that the event speaks of; the next attempt will find it. */
    public static final class NotYet extends RuntimeException {
        NotYet() {
            super("the access session has not reached the state of the event yet", null, false, false);
        }
    }

    public void onKeyEvent(ReceivedEvent received) {
        if (!(received.data() instanceof KeyEvent event)) {
            return;
        }
        boolean inLine =
                switch (event) {
                    case KeyEvent.KeyRotated rotated -> reconciler.ofKey(rotated.keyId(), "KeyRotated");
                    case KeyEvent.KeyDisabled disabled -> reconciler.ofKey(disabled.keyId(), "KeyDisabled");
                    case KeyEvent.KeyEnabled enabled -> reconciler.ofKey(enabled.keyId(), "KeyEnabled");
                    case KeyEvent.KeyScheduledForDeletion scheduled ->
                        reconciler.ofKey(scheduled.keyId(), "KeyScheduledForDeletion");
                    case KeyEvent.KeyDeletionCancelled cancelled ->
                        reconciler.ofKey(cancelled.keyId(), "KeyDeletionCancelled");
                    case KeyEvent.KeyDeleted deleted -> reconciler.ofKey(deleted.keyId(), "KeyDeleted");
                    case KeyEvent.BindingReleased released ->
                        reconciler.ofBinding(released.bindingId(), "BindingReleased");
                    case KeyEvent.VaultUpdated other -> true;
                    case KeyEvent.VaultMoved other -> true;
                    case KeyEvent.VaultScheduledForDeletion other -> true;
                    case KeyEvent.VaultDeletionCancelled other -> true;
                    case KeyEvent.VaultDeleted other -> true;
                    case KeyEvent.VaultOutOfReach out -> reconciler.all("VaultOutOfReach");
                    case KeyEvent.VaultInReach in -> reconciler.all("VaultInReach");
                    case KeyEvent.KeyUpdated other -> true;
                    case KeyEvent.KeyMoved moved -> reconciler.ofKey(moved.keyId(), "KeyMoved");
                    case KeyEvent.KeyVersionScheduledForDeletion other -> true;
                    case KeyEvent.KeyVersionDeletionCancelled other -> true;
                    case KeyEvent.KeyVersionDeleted other -> true;
                    case KeyEvent.KeyDeletionApproaching other -> true;
                    case KeyEvent.KeyVersionDeletionApproaching other -> true;
                    case KeyEvent.VaultDeletionApproaching other -> true;
                    case KeyEvent.DeletionsHeld other -> true;
                    case KeyEvent.DeletionsResumed other -> true;
                    case KeyEvent.DeletionClockConfirmed other -> true;
                    case KeyEvent.KeyExported other -> true;
                    case KeyEvent.VaultCreated created -> true;
                    case KeyEvent.KeyCreated created -> true;
                    case KeyEvent.BindingCreated created -> true;
                };
        if (!inLine) {
            throw new NotYet();
        }
    }

    /** Events of keys may be missing: look at all clusters. */
    public void onKeyGap(HighWaterMarks.Mark mark, ReceivedEvent next) {
        if (!reconciler.all("events missed")) {
            throw new NotYet();
        }
    }

    public void onClusterEvent(ReceivedEvent received) {
        if (!(received.data() instanceof ClusterEvent event)) {
            return;
        }
        switch (event) {
            case ClusterEvent.ClusterCreated created -> open(created.clusterId());
            case ClusterEvent.ClusterDeleted deleted -> close(deleted.clusterId());
            case ClusterEvent.ClusterUpgraded upgraded -> {}
        }
    }

    private void open(ClusterId cluster) {
        directory.find(cluster).filter(wish -> wish.life().isWanted()).ifPresent(endpoints::open);
    }

    private void close(ClusterId cluster) {
        if (directory.find(cluster).map(wish -> !wish.life().isWanted()).orElse(true)) {
            endpoints.close(cluster);
        }
    }

    private void closeIfGone(ClusterId cluster) {
        if (directory.find(cluster).map(wish -> wish.life() == Life.GONE).orElse(true)) {
            endpoints.close(cluster);
        }
    }

    /** Events of clusters may be missing. */
    public void onClusterGap(HighWaterMarks.Mark mark, ReceivedEvent next) {
        compareClusters();
    }

    /**
     * Opens what is there and not open, tells again of what is open and still awaited, closes what is open and not there.
     *
     * @throws io.holdfast.secretservice.keys.KeyServiceUnavailable when cluster-service does not answer
     */
    public void compareClusters() {
        Set<ClusterId> served = new HashSet<>();
        clusters.forEach(served::add);
        Set<ClusterId> alive = new HashSet<>();
        String token = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            WishPage found = directory.list(token);
            for (Wish wish : found.clusters()) {
                if (wish.life().isWanted()) {
                    alive.add(wish.id());
                    // What is in the index and not awaited is open: nothing to ask etcd.
                    if (wish.life() == Life.AWAITED || !served.contains(wish.id())) {
                        endpoints.open(wish);
                    }
                }
            }
            token = found.next();
            if (token.isEmpty()) {
                break;
            }
        }
        served.removeAll(alive);
        // Asked one by one: a cluster may have come into being while the pages were read.
        served.forEach(this::closeIfGone);
    }
}
