package io.holdfast.platform.outbox;

import io.holdfast.events.Family;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What this service publishes. Without families it publishes nothing and runs no relay. */
@ConfigMapping(prefix = "holdfast.outbox")
public interface OutboxConfig {

    /** The families that this service owns, comma separated, for example {@code KEYS,IDENTITY}. */
    Optional<List<Family>> families();

    /** Where entries, number lines and leader keys stand in etcd, for example {@code /holdfast/keys}. */
    Optional<String> prefix();

    /** Most events in one Kafka transaction and in one etcd transaction, 1 to 100. */
    @WithDefault("100")
    int batch();

    /** How long a leader that fell silent keeps its place; whole seconds, at least 2. */
    @WithDefault("5s")
    Duration leaderTerm();

    /** How long the relay sleeps at most when no watch wakes it. */
    @WithDefault("5s")
    Duration longestSleep();

    /** Partitions of a topic that the relay creates. With more than one a consumer cannot see gaps. */
    @WithDefault("1")
    int partitions();

    /** Replicas of a topic that the relay creates. */
    @WithDefault("1")
    short replicationFactor();
}
