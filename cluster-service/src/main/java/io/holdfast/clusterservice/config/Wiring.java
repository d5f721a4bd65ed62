package io.holdfast.clusterservice.config;

import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.OfferedVersions;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Makes what has no annotations of its own. */
@Singleton
public class Wiring {
    private static final int MOST_PER_COMPARTMENT = 10_000;
    private static final Duration SHORTEST_SWEEP = Duration.ofMillis(100);

    /** A setting that can't work stops the start, not the first request. */
    void check(@Observes StartupEvent event, ClustersConfig config) {
        require("https".equals(config.secretsUrl().getScheme()), "secrets-url must be an https URL");
        require(
                config.perCompartment() >= 1 && config.perCompartment() <= MOST_PER_COMPARTMENT,
                "per-compartment must be 1 to " + MOST_PER_COMPARTMENT);
        require(config.sweepInterval().compareTo(SHORTEST_SWEEP) >= 0, "sweep-interval must be at least 100 ms");
        require(config.intentMinimumAge().isPositive(), "intent-minimum-age must be positive");
        require(config.deletedRetention().isPositive(), "deleted-retention must be positive");
        try {
            require(!offered(config).versions().isEmpty(), "kubernetes-versions must name one");
        } catch (ProblemException e) {
            throw new IllegalArgumentException("holdfast.clusters.kubernetes-versions: " + e.getMessage(), e);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("holdfast.clusters." + otherwise);
        }
    }

    @Produces
    @Singleton
    TimeSource time() {
        return TimeSource.system();
    }

    @Produces
    @Singleton
    Ocid.Mint mint(ClustersConfig config) {
        return new Ocid.Mint(config.realm(), config.region());
    }

    @Produces
    @Singleton
    OfferedVersions offered(ClustersConfig config) {
        return new OfferedVersions(config.kubernetesVersions().stream()
                .map(KubernetesVersion::parse)
                .toList());
    }

    @Produces
    @Singleton
    RetryTokens retryTokens(KeyValueStore store, TimeSource time) {
        return new RetryTokens(store, "/holdfast/clusters/retry/", time);
    }
}
