package io.holdfast.platform.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where key-service is and how the session with it ticks. */
@ConfigMapping(prefix = "holdfast.access")
public interface AccessConfig {

    /** {@code host:port} of key-service's gRPC; required by every service that asks it. */
    Optional<String> keyService();

    /** Time between two pings of the session, 50 ms to 10 s. */
    @WithDefault("1s")
    Duration tick();

    /** How long one call may take. */
    @WithDefault("3s")
    Duration callTimeout();

    /** Most decisions, and most tokens, kept in memory. */
    @WithDefault("10000")
    int cacheEntries();
}
