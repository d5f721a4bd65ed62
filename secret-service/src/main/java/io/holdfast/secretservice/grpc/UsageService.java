package io.holdfast.secretservice.grpc;

import static io.holdfast.platform.grpc.ServiceCalls.refusal;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.usage.v1.ClusterUsage;
import io.holdfast.contracts.usage.v1.CountRequest;
import io.holdfast.contracts.usage.v1.CountResponse;
import io.holdfast.contracts.usage.v1.UsageGrpc;
import io.holdfast.contracts.usage.v1.VersionCount;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.grpc.ServiceCalls;
import io.holdfast.platform.grpc.UnaryCalls;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.reencrypt.KeyVersionCount;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Counts Secrets per key version for key-service (holdfast.usage.v1). */
@Singleton
public class UsageService extends UsageGrpc.UsageImplBase {
    private static final int MOST = 20;
    private static final int TRIES = 5;

    private final ServiceCalls calls = new ServiceCalls("only key-service may ask for usage", "key-service");
    private final WriteFences fences;
    private final KeyVersionCount counting;

    UsageService(WriteFences fences, KeyVersionCount counting) {
        this.fences = fences;
        this.counting = counting;
    }

    @Override
    public void count(CountRequest request, StreamObserver<CountResponse> call) {
        calls.answer(call, () -> {
            if (request.getClusterIdsCount() < 1 || request.getClusterIdsCount() > MOST) {
                throw refusal(Status.INVALID_ARGUMENT, "cluster_ids must be 1 to " + MOST);
            }
            CountResponse.Builder answer = CountResponse.newBuilder();
            for (String id : request.getClusterIdsList()) {
                UnaryCalls.requireWanted();
                answer.addClusters(usage(cluster(id)));
            }
            return answer.build();
        });
    }

    private static ClusterId cluster(String id) {
        try {
            return new ClusterId(id);
        } catch (ProblemException e) {
            throw refusal(Status.INVALID_ARGUMENT, "cluster_ids has one that is no OCID of a cluster");
        }
    }

    private ClusterUsage usage(ClusterId cluster) {
        ClusterUsage.Builder usage = ClusterUsage.newBuilder().setClusterId(cluster.value());
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<PlacedFence> fence = fences.read(cluster);
            if (fence.isEmpty()) {
                return usage.build();
            }
            KeyVersionCount.Count count = counting.count(cluster);
            long after = fences.read(cluster).map(PlacedFence::revision).orElse(0L);
            if (after == fence.get().revision()) {
                count.secrets().forEach((version, secrets) -> {
                    if (version.equals(KeyVersionCount.UNREADABLE)) {
                        usage.setUnreadable(secrets);
                    } else {
                        usage.addVersions(VersionCount.newBuilder()
                                .setKeyVersionId(version)
                                .setSecrets(secrets));
                    }
                });
                return usage.setServed(true)
                        .setFenceKeyVersionId(
                                fence.get().fence().terms().version().id().value())
                        .setFenceRevision(fence.get().revision())
                        .setScanRevision(count.revision())
                        .setNamespaces(count.namespaces())
                        .build();
            }
        }
        throw refusal(Status.UNAVAILABLE, "the write fence keeps moving");
    }
}
