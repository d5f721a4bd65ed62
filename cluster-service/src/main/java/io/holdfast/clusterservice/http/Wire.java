package io.holdfast.clusterservice.http;

import io.holdfast.clusterservice.domain.Actor;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.OfferedVersions;
import io.holdfast.clusterservice.domain.Wishes;
import io.holdfast.clusterservice.domain.WorkRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bodies of the Container Engine API, as the OCI SDKs send and read them. */
public final class Wire {
    private Wire() {}

    public record CreateClusterDetails(
            @Nullable String name,
            @Nullable String compartmentId,
            @Nullable Map<String, @Nullable Object> endpointConfig,
            @Nullable String vcnId,
            @Nullable String kubernetesVersion,
            @Nullable String kmsKeyId,
            @Nullable Map<String, @Nullable Object> freeformTags,
            @Nullable Map<String, @Nullable Object> definedTags,
            @Nullable Map<String, @Nullable Object> options,
            @Nullable Map<String, @Nullable Object> imagePolicyConfig,
            @Nullable List<@Nullable Object> clusterPodNetworkOptions,
            @Nullable String type) {}

    /** The last four can't be updated; they are read so that a wish to change them is refused and not passed over. */
    public record UpdateClusterDetails(
            @Nullable String name,
            @Nullable String kubernetesVersion,
            @Nullable Map<String, @Nullable Object> options,
            @Nullable Map<String, @Nullable Object> freeformTags,
            @Nullable Map<String, @Nullable Object> definedTags,
            @Nullable Map<String, @Nullable Object> imagePolicyConfig,
            @Nullable String type,
            @Nullable Object kmsKeyId,
            @Nullable Object compartmentId,
            @Nullable Object vcnId,
            @Nullable Object endpointConfig) {}

    public record CreateKubeconfigDetails(
            @Nullable String tokenVersion,
            @Nullable Long expiration,
            @Nullable String endpoint) {}

    public record Metadata(
            Instant timeCreated,
            String createdByUserId,
            String createdByWorkRequestId,
            @Nullable Instant timeUpdated,
            @Nullable String updatedByUserId,
            @Nullable String updatedByWorkRequestId,
            @Nullable Instant timeDeleted,
            @Nullable String deletedByUserId,
            @Nullable String deletedByWorkRequestId) {}

    public record Endpoints(String kubernetes, String publicEndpoint) {}

    /** Cluster, and ClusterSummary: the summary has no kmsKeyId. */
    public record ClusterView(
            String id,
            String name,
            String compartmentId,
            Map<String, Object> endpointConfig,
            String vcnId,
            String kubernetesVersion,
            @Nullable String kmsKeyId,
            Map<String, Object> freeformTags,
            Map<String, Object> definedTags,
            Map<String, Object> options,
            Metadata metadata,
            String lifecycleState,
            @Nullable String lifecycleDetails,
            @Nullable Endpoints endpoints,
            List<String> availableKubernetesUpgrades,
            Map<String, Object> imagePolicyConfig,
            List<Object> clusterPodNetworkOptions,
            String type) {}

    public record Resource(String actionType, String entityType, String identifier, String entityUri) {}

    public record WorkRequestView(
            String id,
            String operationType,
            String status,
            String compartmentId,
            List<Resource> resources,
            Instant timeAccepted,
            @Nullable Instant timeStarted,
            @Nullable Instant timeFinished) {}

    public record ErrorView(String code, String message, Instant timestamp) {}

    /** The model's timestamp is a text here. */
    public record LogView(String message, Instant timestamp) {}

    public record ClusterOptions(List<String> kubernetesVersions, List<Map<String, String>> clusterPodNetworkOptions) {}

    static ClusterView cluster(Cluster cluster, OfferedVersions offered) {
        return view(cluster, offered, cluster.facts().keyId().value());
    }

    static ClusterView summary(Cluster cluster, OfferedVersions offered) {
        return view(cluster, offered, null);
    }

    private static ClusterView view(Cluster cluster, OfferedVersions offered, @Nullable String keyId) {
        Cluster.Facts facts = cluster.facts();
        Wishes wishes = facts.wishes();
        return new ClusterView(
                facts.id().value(),
                facts.name(),
                facts.compartmentId().value(),
                wishes.endpointConfig(),
                facts.vcnId().value(),
                facts.version().toString(),
                keyId,
                wishes.freeformTags(),
                wishes.definedTags(),
                wishes.options(),
                metadata(cluster),
                cluster.lifecycleState(),
                details(cluster),
                cluster.endpoint().map(at -> new Endpoints(at, at)).orElse(null),
                versions(offered.upgradesFrom(facts.version())),
                wishes.imagePolicyConfig().isEmpty() ? Map.of("isPolicyEnabled", false) : wishes.imagePolicyConfig(),
                wishes.podNetworkOptions(),
                wishes.type());
    }

    private static Metadata metadata(Cluster cluster) {
        Actor created = cluster.facts().created();
        Optional<Actor> updated = cluster.facts().updated();
        Optional<Actor> deleted =
                cluster instanceof Cluster.Deleted gone ? Optional.of(gone.deleted()) : Optional.empty();
        return new Metadata(
                created.at(),
                created.userId(),
                created.workRequestId().value(),
                updated.map(Actor::at).orElse(null),
                updated.map(Actor::userId).orElse(null),
                updated.map(actor -> actor.workRequestId().value()).orElse(null),
                deleted.map(Actor::at).orElse(null),
                deleted.map(Actor::userId).orElse(null),
                deleted.map(actor -> actor.workRequestId().value()).orElse(null));
    }

    private static @Nullable String details(Cluster cluster) {
        return switch (cluster) {
            case Cluster.Creating creating -> "Waiting for the Kubernetes endpoint to be opened.";
            case Cluster.Active active -> null;
            case Cluster.Updating updating ->
                updating.change()
                        .version()
                        .map(version -> "Upgrading to " + version + ".")
                        .orElse("Updating.");
            case Cluster.Deleting deleting -> "Releasing the master key.";
            case Cluster.Deleted deleted -> null;
            case Cluster.Failed failed -> failed.why();
        };
    }

    static WorkRequestView work(WorkRequest work) {
        WorkRequest.Facts facts = work.facts();
        String cluster = facts.clusterId().value();
        return new WorkRequestView(
                facts.id().value(),
                facts.operation().name(),
                work.status(),
                facts.compartmentId().value(),
                List.of(new Resource(work.actionType(), "cluster", cluster, "/clusters/" + cluster)),
                facts.timeAccepted(),
                work.timeStarted().orElse(null),
                work.timeFinished().orElse(null));
    }

    static List<String> versions(List<KubernetesVersion> versions) {
        return versions.stream().map(KubernetesVersion::toString).toList();
    }
}
