package io.holdfast.clusterservice.http;

import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

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
    private final CurrentCaller current;

    Access(ClusterStore store, Authorizer authorizer, CurrentCaller current) {
        this.store = store;
        this.authorizer = authorizer;
        this.current = current;
    }

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
    TenancyId toCreateIn(String operation, String permission, CompartmentId compartment) {
        Authorizer.Decision decision =
                authorizer.decide(caller(), operation, List.of(permission), compartment, Map.of());
        if (!decision.allowed()) {
            throw ProblemException.notFound();
        }
        return decision.targetTenancy().orElseThrow(ProblemException::notFound);
    }

    /** The cluster of the path, if it exists and the caller may do this to it. */
    Stored<Cluster> cluster(String operation, List<String> permissions, String id) {
        Stored<Cluster> found =
                store.cluster(Fields.pathId(id, ClusterId::new)).orElseThrow(ProblemException::notFound);
        authorizer.require(
                caller(),
                operation,
                permissions,
                found.value().facts().compartmentId(),
                Map.of("target.cluster.id", found.value().id().value()));
        return found;
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
