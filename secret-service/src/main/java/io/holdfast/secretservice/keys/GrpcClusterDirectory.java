package io.holdfast.secretservice.keys;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.clusters.v1.Cluster;
import io.holdfast.contracts.clusters.v1.ClustersGrpc;
import io.holdfast.contracts.clusters.v1.GetClusterRequest;
import io.holdfast.contracts.clusters.v1.ListClustersRequest;
import io.holdfast.contracts.clusters.v1.ListClustersResponse;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** cluster-service over mutual TLS. Thread safe. */
public final class GrpcClusterDirectory implements ClusterDirectory {
    private static final int PAGE = 200;

    private final ClustersGrpc.ClustersBlockingStub clusters;
    private final Duration timeout;

    public GrpcClusterDirectory(Channel channel, Duration timeout) {
        this.clusters = ClustersGrpc.newBlockingStub(channel);
        this.timeout = timeout;
    }

    @Override
    public Optional<Wish> find(ClusterId cluster) {
        try {
            return Optional.of(wish(within().get(GetClusterRequest.newBuilder()
                    .setClusterId(cluster.value())
                    .build())));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw unavailable(e);
        } catch (ProblemException e) {
            throw new KeyServiceUnavailable("cluster-service answers with a malformed identifier", e);
        }
    }

    @Override
    public WishPage list(String pageToken) {
        try {
            ListClustersResponse page = within().list(ListClustersRequest.newBuilder()
                    .setLimit(PAGE)
                    .setPageToken(pageToken)
                    .build());
            List<Wish> wishes = page.getClustersList().stream()
                    .filter(cluster -> !cluster.getBindingId().isEmpty())
                    .map(GrpcClusterDirectory::wish)
                    .toList();
            return new WishPage(wishes, page.getNextPageToken());
        } catch (StatusRuntimeException e) {
            throw unavailable(e);
        } catch (ProblemException e) {
            throw new KeyServiceUnavailable("cluster-service answers with a malformed identifier", e);
        }
    }

    private static Wish wish(Cluster cluster) {
        return new Wish(
                new ClusterId(cluster.getId()),
                new CompartmentId(cluster.getCompartmentId()),
                new TenancyId(cluster.getTenancyId()),
                new KeyId(cluster.getKeyId()),
                new BindingId(cluster.getBindingId()),
                life(cluster.getLifecycleState()));
    }

    private static Life life(String lifecycleState) {
        return switch (lifecycleState) {
            case "DELETED" -> Life.GONE;
            case "DELETING", "FAILED" -> Life.ENDING;
            case "CREATING" -> Life.AWAITED;
            default -> Life.WANTED;
        };
    }

    private ClustersGrpc.ClustersBlockingStub within() {
        return clusters.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static KeyServiceUnavailable unavailable(StatusRuntimeException e) {
        return new KeyServiceUnavailable("cluster-service: " + e.getStatus().getCode(), e);
    }
}
