package io.holdfast.clusterservice.config;

import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.OfferedVersions;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes what has no annotations of its own. */
@Singleton
public class Wiring {

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
