package io.holdfast.keyservice.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The access session. Every replica of key-service must have the same term. */
@ConfigMapping(prefix = "holdfast.access")
public interface AccessConfig {

    /**
     * How long an answered Ping carries a session; 1 s to 60 s. The longest that disable and scheduleDeletion wait for a
     * client that is gone, and the longest that a client serves when it can't reach key-service.
     */
    @WithDefault("5s")
    Duration term();

    /** How often clients ping; how often this side looks for sessions that have gone silent. 100 ms to 10 s. */
    @WithDefault("1s")
    Duration tick();

    /** The most sessions open at once in this process, 1 to 10,000. More are refused with RESOURCE_EXHAUSTED. */
    @WithDefault("256")
    int maxSessions();
}
