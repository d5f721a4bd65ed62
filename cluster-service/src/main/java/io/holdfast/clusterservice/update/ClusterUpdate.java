package io.holdfast.clusterservice.update;

import io.holdfast.clusterservice.domain.Actor;
import io.holdfast.clusterservice.domain.Change;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.keys.KeyService;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.events.ClusterEvent.ClusterUpgraded;
import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Renames and upgrades clusters. An upgrade needs a master key that may be used now: a control plane of a new version
 * that can't read its Secrets would not come up (step 10 of the way of a secret).
 */
@ApplicationScoped
public class ClusterUpdate {
    private final ClusterStore store;
    private final KeyService keys;
    private final Ocid.Mint mint;
    private final TimeSource time;

    public ClusterUpdate(ClusterStore store, KeyService keys, Ocid.Mint mint, TimeSource time) {
        this.store = store;
        this.keys = keys;
        this.mint = mint;
        this.time = time;
    }

    /**
     * Accepts an update of an ACTIVE cluster.
     *
     * @throws ProblemException INCORRECT_STATE while another operation runs, CONFLICT for a FAILED cluster, NO_ETAG_MATCH
     *     when the cluster moved since it was read
     */
    public WorkRequestId begin(Stored<Cluster> seen, Change change, String userId) {
        Cluster.Active active =
                switch (seen.value()) {
                    case Cluster.Active found -> found;
                    case Cluster.Creating found -> throw busy(found);
                    case Cluster.Updating found -> throw busy(found);
                    case Cluster.Deleting found -> throw ended(found);
                    case Cluster.Failed found -> throw ended(found);
                    case Cluster.Deleted found -> throw ProblemException.notFound();
                };
        Instant now = now();
        Actor actor = new Actor(userId, mint.workRequest(), now);
        WorkRequest.Accepted work = WorkRequest.accept(
                actor.workRequestId(),
                WorkRequest.Operation.CLUSTER_UPDATE,
                active.facts().compartmentId(),
                active.id(),
                now,
                userId);
        if (!store.begin(seen, active.update(change, actor), work)) {
            throw new ProblemException(ProblemCode.INCORRECT_STATE, "The cluster is being changed; try again.");
        }
        return work.id();
    }

    /**
     * Carries an accepted update out. Harmless when another does the same at the same time.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when key-service does not answer; the work stays unfinished
     */
    public void carryOut(ClusterStore.Work work, Cluster.Updating updating) {
        if (!(work.request().value() instanceof WorkRequest.Open open)) {
            return;
        }
        WorkRequest.InProgress begun = open.start(now(), "The update has begun.");
        Optional<Stored<WorkRequest>> request =
                open == begun ? Optional.of(work.request()) : store.start(work.request(), begun);
        if (request.isEmpty()) {
            return;
        }
        ClusterStore.Work current = new ClusterStore.Work(work.cluster(), request.get());
        Optional<KubernetesVersion> version = updating.change().version();
        if (version.isEmpty()) {
            store.finish(current, updating.complete(), begun.succeed(now(), "The cluster is updated."));
            return;
        }
        switch (keys.grant(updating.facts().bindingId())) {
            case KeyService.Allowed allowed ->
                store.finish(
                        current,
                        updating.complete(),
                        begun.succeed(now(), "The cluster is upgraded to " + version.get() + "."),
                        upgraded(updating, version.get()));
            case KeyService.Withheld withheld ->
                store.finish(
                        current,
                        updating.refuse(),
                        begun.fail(now(), ProblemCode.CONFLICT.code(), refusal(updating, version.get(), withheld)));
        }
    }

    private static DomainEvent upgraded(Cluster.Updating updating, KubernetesVersion version) {
        return new ClusterUpgraded(
                updating.id(),
                updating.facts().version().toString(),
                version.toString(),
                updating.actor().userId());
    }

    private static String refusal(Cluster.Updating updating, KubernetesVersion version, KeyService.Withheld withheld) {
        StringBuilder text = new StringBuilder("The upgrade to ")
                .append(version)
                .append(" needs the master key ")
                .append(updating.facts().keyId().value())
                .append(", whose use is withheld (")
                .append(withheld.denial());
        if (!withheld.keyState().isEmpty()) {
            text.append("; state of the key: ").append(withheld.keyState());
        }
        withheld.timeOfDeletion()
                .ifPresent(at -> text.append("; time of deletion: ").append(at));
        text.append("). ");
        if (!withheld.reason().isEmpty()) {
            text.append(withheld.reason()).append(withheld.reason().endsWith(".") ? " " : ". ");
        }
        return text.append("The way back: ")
                .append(wayBack(withheld.denial()))
                .append(" The cluster stays at ")
                .append(updating.facts().version())
                .append('.')
                .toString();
    }

    private static String wayBack(String denial) {
        return switch (denial) {
            case "KEY_DISABLED" -> "enable the key, then upgrade again.";
            case "KEY_PENDING_DELETION" -> "cancel the deletion of the key before it completes, then upgrade again.";
            case "KEY_DELETED" -> "there is none for this cluster: delete it and create another with a new key.";
            case "POLICY" -> "write a policy that lets the cluster use the key, then upgrade again.";
            case "BINDING_RELEASED" -> "there is none for this cluster: delete it and create another.";
            default -> "make the key usable, then upgrade again.";
        };
    }

    private static ProblemException busy(Cluster cluster) {
        return new ProblemException(
                ProblemCode.INCORRECT_STATE,
                "The cluster is " + cluster.lifecycleState() + "; wait until it is ACTIVE, then try again.");
    }

    private static ProblemException ended(Cluster cluster) {
        return new ProblemException(
                ProblemCode.CONFLICT, "The cluster is " + cluster.lifecycleState() + " and can't be updated.");
    }

    private Instant now() {
        return time.wall().truncatedTo(ChronoUnit.MILLIS);
    }
}
