package io.holdfast.clusterservice.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** What an operator decides about clusters. */
@ConfigMapping(prefix = "holdfast.clusters")
public interface ClustersConfig {

    /** key-service's gRPC address, {@code host:port}. */
    String keyService();

    /** Where secret-service serves the Kubernetes API, for example {@code https://127.0.0.1:6443}; https only. */
    URI secretsUrl();

    /** The Kubernetes versions on offer, comma separated, with a leading v. */
    @WithDefault("v1.33.1,v1.34.1,v1.35.0")
    List<String> kubernetesVersions();

    /** The realm part of new OCIDs. */
    @WithDefault("oc1")
    String realm();

    /** The region part of new OCIDs. */
    @WithDefault("iad")
    String region();

    /** The most clusters of one compartment, deleted ones that are still readable included; 1 to 10000. */
    @WithDefault("1000")
    int perCompartment();

    /** How often unfinished work and left-over intents are looked for; at least 100 ms. */
    @WithDefault("5s")
    Duration sweepInterval();

    /**
     * How old the intent of a creation must be before its binding is released; must be longer than any creation takes.
     */
    @WithDefault("2m")
    Duration intentMinimumAge();

    /** How long a deleted cluster and its work requests stay readable. */
    @WithDefault("P90D")
    Duration deletedRetention();
}
