package io.holdfast.keyservice.http;

import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.ExportStore.Export;
import io.holdfast.keyservice.store.LastUseStore.By;
import io.holdfast.keyservice.usage.KeyDependents.Dependent;
import io.holdfast.keyservice.usage.LastUses.Known;
import io.holdfast.keyservice.usage.SecretUsage.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON of Holdfast's own answers about what depends on a key. What is unknown is absent, never zero. */
final class ImpactViews {
    private ImpactViews() {}

    /**
     * @param secrets of all clusters; absent when that of any is unknown
     * @param unknownClusters whose counts could not be had now
     * @param lastUse of any version
     */
    record Impact(
            String keyId,
            String lifecycleState,
            String currentKeyVersion,
            List<BoundCluster> clusters,
            @Nullable Long secrets,
            List<String> unknownClusters,
            List<VersionImpact> keyVersions,
            KeyLastUse lastUse,
            List<ExportView> exports,
            Actions actions) {}

    @Schema(
            description =
                    "When clusters and REST clients last used the key, to the minute. Absent: not since this is recorded.")
    record KeyLastUse(
            @Nullable Instant byClusters,
            @Nullable Instant byClients,

            @Schema(
                    description =
                            "Later uses may be missing, here and for each version: replicas record theirs every minute"
                                    + " (holdfast.keys.last-use-interval), and one that is killed loses what it has not recorded")
            Instant completeUntil) {}

    @Schema(
            description =
                    "When clusters (unwrapping or wrapping for a binding) and REST clients (encrypt, decrypt, generate,"
                            + " sign, verify) last used the version, to the minute. Absent: not since this is recorded.")
    record VersionLastUse(
            @Nullable Instant byClusters, @Nullable Instant byClients) {}

    /**
     * @param secretsPerKeyVersion as of {@code scanRevision} of the data etcd, while the write fence stood at {@code
     *     fenceRevision}
     */
    record BoundCluster(
            String clusterId,
            String bindingId,
            String bindingState,
            String mode,

            @Schema(
                    description =
                            "How many of the cluster's namespaces hold Secrets; those without a Secret don't count")
            @Nullable
            Long namespaces,

            @Nullable Long secrets,
            @Nullable Map<String, Long> secretsPerKeyVersion,
            @Nullable Long unreadable,
            @Nullable String fenceKeyVersionId,
            @Nullable Long fenceRevision,
            @Nullable Long scanRevision) {}

    record VersionImpact(
            String keyVersionId,
            long number,
            String lifecycleState,
            @Nullable Long secrets,
            VersionLastUse lastUse) {}

    record ExportView(String keyVersionId, String principal, String algorithm, String recipientSha256, Instant time) {}

    /** What each action would do now. */
    record Actions(Action rotate, Action disable, Action scheduleDeletion, List<Retirement> retire) {}

    /** @param possible whether it would be accepted without force */
    record Action(boolean possible, String effect) {}

    record Retirement(String keyVersionId, boolean possible, List<String> obstacles) {}

    record RetirementPlan(
            String keyId,
            String keyVersionId,
            boolean dryRun,
            boolean possible,
            List<String> obstacles,
            String lifecycleState,
            @Nullable Instant timeOfDeletion) {}

    static BoundCluster of(Dependent dependent) {
        Binding.Facts facts = dependent.binding().facts();
        Optional<Usage> usage = dependent.usage();
        return new BoundCluster(
                facts.clusterId().value(),
                facts.id().value(),
                dependent.binding() instanceof Binding.Reserved ? "RESERVED" : "ACTIVE",
                facts.mode(),
                usage.map(Usage::namespaces).orElse(null),
                usage.map(Usage::all).orElse(null),
                usage.map(ImpactViews::perVersion).orElse(null),
                usage.map(Usage::unreadable).orElse(null),
                usage.flatMap(Usage::fence)
                        .map(fence -> fence.version().value())
                        .orElse(null),
                usage.flatMap(Usage::fence).map(fence -> fence.revision()).orElse(null),
                usage.map(Usage::scanRevision).orElse(null));
    }

    private static Map<String, Long> perVersion(Usage usage) {
        Map<String, Long> counts = new TreeMap<>();
        usage.secrets().forEach((version, secrets) -> counts.put(version.value(), secrets));
        return counts;
    }

    static VersionImpact of(KeyVersion version, MasterKey key, List<Dependent> dependents, Known lastUses) {
        return new VersionImpact(
                version.id().value(),
                version.number(),
                version.lifecycleStateUnder(key),
                sum(dependents, usage -> usage.secrets().getOrDefault(version.id(), 0L)),
                new VersionLastUse(
                        lastUses.of(key.id(), version.id(), By.CLUSTERS),
                        lastUses.of(key.id(), version.id(), By.CLIENTS)));
    }

    static KeyLastUse of(Known lastUses) {
        return new KeyLastUse(lastUses.by(By.CLUSTERS), lastUses.by(By.CLIENTS), lastUses.completeUntil());
    }

    /** Null when the usage of any is unknown. */
    static @Nullable Long sum(List<Dependent> dependents, ToLongFunction<Usage> count) {
        long sum = 0;
        for (Dependent dependent : dependents) {
            if (dependent.usage().isEmpty()) {
                return null;
            }
            sum += count.applyAsLong(dependent.usage().get());
        }
        return sum;
    }

    static ExportView of(Export export) {
        return new ExportView(
                export.version().value(),
                export.principal(),
                export.algorithm(),
                export.recipientSha256(),
                export.time());
    }
}
