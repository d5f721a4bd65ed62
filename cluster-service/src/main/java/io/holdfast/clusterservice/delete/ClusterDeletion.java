package io.holdfast.clusterservice.delete;

import io.holdfast.clusterservice.domain.Actor;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.keys.KeyService;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.events.ClusterEvent.ClusterDeleted;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Deletes clusters: DELETING, then the binding is released, then DELETED. The record stays readable. */
@ApplicationScoped
public class ClusterDeletion {
    private static final String CREATION_ENDED = "The cluster was deleted before it became active.";

    private final ClusterStore store;
    private final KeyService keys;
    private final Ocid.Mint mint;
    private final TimeSource time;

    public ClusterDeletion(ClusterStore store, KeyService keys, Ocid.Mint mint, TimeSource time) {
        this.store = store;
        this.keys = keys;
        this.mint = mint;
        this.time = time;
    }

    /**
     * Accepts the deletion. A creation that still runs ends as failed.
     *
     * @throws ProblemException INCORRECT_STATE while an update runs or when a race was lost, CONFLICT when a deletion
     *     runs, NOT_AUTHORIZED_OR_NOT_FOUND when it is deleted
     */
    public WorkRequestId begin(Stored<Cluster> seen, String userId) {
        Cluster.Deletable deletable =
                switch (seen.value()) {
                    case Cluster.Deletable found -> found;
                    case Cluster.Updating found ->
                        throw new ProblemException(
                                ProblemCode.INCORRECT_STATE,
                                "The cluster is UPDATING; wait until it is ACTIVE, then try again.");
                    case Cluster.Deleting found ->
                        throw new ProblemException(
                                ProblemCode.CONFLICT,
                                "The cluster is being deleted by work request "
                                        + found.actor().workRequestId().value() + ".");
                    case Cluster.Deleted found -> throw ProblemException.notFound();
                };
        Instant now = now();
        Actor actor = new Actor(userId, mint.workRequest(), now);
        Cluster.Deleting next = deletable.delete(actor);
        WorkRequest.Accepted work = WorkRequest.accept(
                actor.workRequestId(),
                WorkRequest.Operation.CLUSTER_DELETE,
                next.facts().compartmentId(),
                next.id(),
                now,
                userId);
        boolean begun =
                switch (deletable) {
                    case Cluster.Creating creating -> beginInsteadOf(seen, creating, next, work, now);
                    case Cluster.Active active -> store.begin(seen, next, work);
                    case Cluster.Failed failed -> store.begin(seen, next, work);
                };
        if (!begun) {
            throw new ProblemException(ProblemCode.INCORRECT_STATE, "The cluster is being changed; try again.");
        }
        return work.id();
    }

    private boolean beginInsteadOf(
            Stored<Cluster> seen,
            Cluster.Creating creating,
            Cluster.Deleting next,
            WorkRequest.Accepted work,
            Instant now) {
        Stored<WorkRequest> creation = store.work(creating.facts().created().workRequestId())
                .orElseThrow(() ->
                        new IllegalStateException("cluster " + creating.id().value() + " has no work request"));
        return creation.value() instanceof WorkRequest.InProgress open
                && store.beginInsteadOf(
                        seen, next, work, creation, open.fail(now, ProblemCode.CONFLICT.code(), CREATION_ENDED));
    }

    /**
     * Carries an accepted deletion out. Harmless when another does the same at the same time.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when key-service does not answer; the work stays unfinished
     */
    public void carryOut(ClusterStore.Work work, Cluster.Deleting deleting) {
        if (!(work.request().value() instanceof WorkRequest.Open open)) {
            return;
        }
        WorkRequest.InProgress begun = open.start(now(), "The deletion has begun.");
        Optional<Stored<WorkRequest>> request =
                open == begun ? Optional.of(work.request()) : store.start(work.request(), begun);
        if (request.isEmpty()) {
            return;
        }
        keys.release(deleting.facts().bindingId());
        Instant now = now();
        store.finish(
                new ClusterStore.Work(work.cluster(), request.get()),
                deleting.complete(now),
                begun.succeed(now, "The binding to the master key is released; the cluster is deleted."),
                new ClusterDeleted(deleting.id(), deleting.actor().userId()));
    }

    private Instant now() {
        return time.wall().truncatedTo(ChronoUnit.MILLIS);
    }
}
