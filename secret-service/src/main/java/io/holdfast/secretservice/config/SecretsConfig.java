package io.holdfast.secretservice.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What an operator sets for this service, beside {@code holdfast.etcd}, {@code holdfast.tls} and {@code holdfast.access}. */
@ConfigMapping(prefix = "holdfast.secrets")
public interface SecretsConfig {

    /** {@code host:port} of key-service's gRPC; becomes {@code holdfast.access.key-service}. Required. */
    Optional<String> keyService();

    /** {@code host:port} of cluster-service's gRPC. Required. */
    Optional<String> clusterService();

    /** The URL under which clients reach this service, without a slash at its end; part of each cluster's endpoint. */
    @WithDefault("https://127.0.0.1:8443")
    String publicUrl();

    /** How often all clusters are compared with their keys and their owner without any cause; at least 1 s. */
    @WithDefault("30s")
    Duration reconcileEvery();

    Reencryption reencryption();

    /** How re-encryption jobs are carried on. */
    interface Reencryption {
        /** The most Secrets per second that one job writes; none for as many as it can. */
        OptionalInt maxPerSecond();

        /** Batches of up to 100 Secrets opened and sealed ahead of the one being committed, 1 to 16. */
        @WithDefault("4")
        int readAhead();

        /** How long a worker that died keeps others from its job, at least 2 s. */
        @WithDefault("10s")
        Duration ownership();

        /** How often unfinished jobs are looked for without any cause. */
        @WithDefault("5s")
        Duration lookEvery();

        /** The longest time between two progress events of a running job. */
        @WithDefault("2s")
        Duration progressEvery();

        /** The quota of the data etcd in bytes ({@code --quota-backend-bytes}); jobs wait from 70 % on. 0 for no limit. */
        @WithDefault("8589934592")
        long quotaBytes();
    }
}
