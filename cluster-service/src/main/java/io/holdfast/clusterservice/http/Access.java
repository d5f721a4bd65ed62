package io.holdfast.clusterservice.http;

import static java.util.Objects.requireNonNull;

import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.StandingRight;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the caller of the running request may see and do; unknown and forbidden have one answer. */
@ApplicationScoped
class Access {
    /** Any one of the three families covers work requests (the verb tables list the permission in each). */
    private static final List<String> WORK_READ =
            List.of("CLUSTER_WORK_REQUEST_READ", "CLUSTER_READ", "CLUSTER_NODE_POOL_READ");

    private static final List<String> WORK_INSPECT =
            List.of("CLUSTER_WORK_REQUEST_INSPECT", "CLUSTER_INSPECT", "CLUSTER_NODE_POOL_INSPECT");

    private static final List<String> WORK_DELETE = List.of("CLUSTER_WORK_REQUEST_DELETE");

    private final ClusterStore store;
    private final Authorizer authorizer;
    private final AccessSession session;
    private final TimeSource time;
    private final CurrentCaller current;

    Access(ClusterStore store, Authorizer authorizer, AccessSession session, TimeSource time, CurrentCaller current) {
        this.store = store;
        this.authorizer = authorizer;
        this.session = session;
        this.time = time;
        this.current = current;
    }

    /**
     * What may be changed.
     *
     * @param right which the change's commit is to hold
     */
    record Permitted<T>(T target, StandingRight right) {}

    Caller caller() {
        return current.get();
    }

    /**
     * For what is made in a user's name and has no meaning for another principal. No policy changes that, so it is answered
     * as a denial.
     */
    void requireUser() {
        if (!caller().type().equals("user")) {
            throw ProblemException.notFound();
        }
    }

    void inCompartment(String operation, String permission, CompartmentId compartment) {
        authorizer.require(caller(), operation, List.of(permission), compartment, Map.of());
    }

    /**
     * For what is to be made in a compartment.
     *
     * @return the tenancy of the compartment: what is made in it belongs to that, whoever the caller is
     */
    Permitted<TenancyId> toCreateIn(String operation, String permission, CompartmentId compartment) {
        AtomicReference<@Nullable TenancyId> tenancy = new AtomicReference<>();
        StandingRight right = standing(caller -> {
            Decision decision = authorizer.decide(caller, operation, List.of(permission), compartment, Map.of());
            TenancyId found = decision.targetTenancy().orElseThrow(ProblemException::notFound);
            // It stays the one that it was first found to be.
            if (!tenancy.compareAndSet(null, found) && !found.equals(tenancy.get())) {
                throw ProblemException.notFound();
            }
            return decision;
        });
        return new Permitted<>(requireNonNull(tenancy.get()), right);
    }

    /** @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND when denied */
    private StandingRight standing(Function<Caller, Decision> ask) {
        return StandingRight.of(session, time::wall, current.credential(), ask);
    }

    /** The cluster of the path, if it exists and the caller may do this to it. */
    Stored<Cluster> cluster(String operation, List<String> permissions, String id) {
        return clusterToChange(operation, permissions, id).target();
    }

    /** As {@link #cluster}, for what changes it, or gives access to it. */
    Permitted<Stored<Cluster>> clusterToChange(String operation, List<String> permissions, String id) {
        Stored<Cluster> found =
                store.cluster(Fields.pathId(id, ClusterId::new)).orElseThrow(ProblemException::notFound);
        StandingRight right = standing(caller -> authorizer.decide(
                caller,
                operation,
                permissions,
                found.value().facts().compartmentId(),
                Map.of("target.cluster.id", found.value().id().value())));
        return new Permitted<>(found, right);
    }

    /** The work request of the path, if it exists and the caller may read it. */
    Stored<WorkRequest> work(String operation, String id) {
        return work(operation, WORK_READ, id);
    }

    /** The work request of the path, if it exists and the caller may cancel it. */
    Stored<WorkRequest> workToCancel(String operation, String id) {
        return work(operation, WORK_DELETE, id);
    }

    private Stored<WorkRequest> work(String operation, List<String> anyOf, String id) {
        Stored<WorkRequest> found =
                store.work(Fields.pathId(id, WorkRequestId::new)).orElseThrow(ProblemException::notFound);
        WorkRequest.Facts facts = found.value().facts();
        requireAny(
                operation,
                anyOf,
                facts.compartmentId(),
                Map.of("target.cluster.id", facts.clusterId().value()));
        return found;
    }

    void worksIn(String operation, CompartmentId compartment) {
        requireAny(operation, WORK_INSPECT, compartment, Map.of());
    }

    private void requireAny(
            String operation, List<String> permissions, CompartmentId compartment, Map<String, String> variables) {
        for (String permission : permissions) {
            if (authorizer
                    .decide(caller(), operation, List.of(permission), compartment, variables)
                    .allowed()) {
                return;
            }
        }
        throw ProblemException.notFound();
    }
}
