package io.holdfast.clusterservice.create;

import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.keys.KeyService;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Makes a cluster ACTIVE once its Kubernetes endpoint is open. */
@ApplicationScoped
public class ClusterActivation {
    private static final Logger LOG = Logger.getLogger(ClusterActivation.class);
    private static final int ATTEMPTS = 5;

    private final ClusterStore store;
    private final KeyService keys;
    private final TimeSource time;

    public ClusterActivation(ClusterStore store, KeyService keys, TimeSource time) {
        this.store = store;
        this.keys = keys;
        this.time = time;
    }

    /**
     * Idempotent: a cluster that is not CREATING, or holds another binding, stays as it is.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when key-service or etcd does not answer; try again
     */
    public void endpointOpened(ClusterId id, BindingId binding, String endpoint) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Stored<Cluster>> seen = store.cluster(id);
            if (seen.isEmpty()
                    || !(seen.get().value() instanceof Cluster.Creating creating)
                    || !creating.facts().bindingId().equals(binding)) {
                LOG.debugf("endpoint of %s opened: nothing to do", id.value());
                return;
            }
            ClusterStore.Work work = store.workOn(id, creating.facts().created().workRequestId())
                    .orElseThrow(() -> new IllegalStateException("cluster " + id.value() + " has no work request"));
            if (work.cluster().modRevision() != seen.get().modRevision()
                    || !(work.request().value() instanceof WorkRequest.InProgress request)) {
                continue;
            }
            Instant now = time.wall().truncatedTo(ChronoUnit.MILLIS);
            boolean done = keys.activate(binding)
                    ? store.finish(work, creating.open(endpoint), request.succeed(now, "The cluster is active."))
                    : store.finish(
                            work, creating.fail(RELEASED), request.fail(now, ProblemCode.CONFLICT.code(), RELEASED));
            if (done) {
                return;
            }
        }
        throw new ProblemException(
                ProblemCode.SERVICE_UNAVAILABLE, "the cluster " + id.value() + " is changed by others all the time");
    }

    private static final String RELEASED =
            "The cluster's binding to its master key was released before the cluster became active. Delete the cluster and"
                    + " create another.";
}
