package io.holdfast.clusterservice.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.contracts.clusters.v1.ClustersGrpc;
import io.holdfast.contracts.clusters.v1.GetClusterRequest;
import io.holdfast.contracts.clusters.v1.ListClustersRequest;
import io.holdfast.contracts.clusters.v1.ListClustersResponse;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.grpc.ServiceCalls;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * The clusters and the keys they wish for (holdfast.clusters.v1).
 *
 * <p>Callers: key-service, secret-service and audit-service; PERMISSION_DENIED for others. INVALID_ARGUMENT for limits
 * and page tokens, UNAVAILABLE when etcd does not answer.
 */
@Singleton
public class ClustersService extends ClustersGrpc.ClustersImplBase {
    private static final int USUAL = 100;
    private static final int MOST = 500;

    private final ServiceCalls calls = new ServiceCalls(
            "only Holdfast services may ask for clusters", "key-service", "secret-service", "audit-service");
    private final ClusterStore store;

    ClustersService(ClusterStore store) {
        this.store = store;
    }

    @Override
    public void get(GetClusterRequest request, StreamObserver<io.holdfast.contracts.clusters.v1.Cluster> responses) {
        calls.answer(
                responses,
                () -> find(request.getClusterId())
                        .map(ClustersService::message)
                        .orElseThrow(() -> ServiceCalls.refusal(Status.NOT_FOUND, "no such cluster")));
    }

    private Optional<Cluster> find(String id) {
        try {
            return store.cluster(new ClusterId(id)).map(Stored::value);
        } catch (ProblemException noOcid) {
            return Optional.empty();
        }
    }

    @Override
    public void list(ListClustersRequest request, StreamObserver<ListClustersResponse> responses) {
        calls.answer(responses, () -> {
            int limit = request.getLimit() == 0 ? USUAL : request.getLimit();
            if (limit < 1 || limit > MOST) {
                throw ServiceCalls.refusal(Status.INVALID_ARGUMENT, "limit must be 1 to " + MOST);
            }
            ClusterStore.ClusterPage page = store.page(requirePageToken(request.getPageToken()), limit);
            ListClustersResponse.Builder answer = ListClustersResponse.newBuilder();
            page.clusters().forEach(cluster -> answer.addClusters(message(cluster)));
            return answer.setNextPageToken(page.more() ? page.last() : "").build();
        });
    }

    /** The token is the id of the last cluster looked at. */
    private static String requirePageToken(String token) {
        if (token.isEmpty()) {
            return token;
        }
        try {
            return new ClusterId(token).value();
        } catch (ProblemException e) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("no page token of this list")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    private static io.holdfast.contracts.clusters.v1.Cluster message(Cluster cluster) {
        Cluster.Facts facts = cluster.facts();
        return io.holdfast.contracts.clusters.v1.Cluster.newBuilder()
                .setId(facts.id().value())
                .setName(facts.name())
                .setCompartmentId(facts.compartmentId().value())
                .setTenancyId(facts.tenancyId().value())
                .setKubernetesVersion(facts.version().toString())
                .setKeyId(facts.keyId().value())
                .setBindingId(facts.bindingId().value())
                .setLifecycleState(cluster.lifecycleState())
                .build();
    }
}
