package io.holdfast.platform.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of the REST edge. */
@ConfigMapping(prefix = "holdfast.http")
public interface HttpConfig {

    /**
     * Longest request body, in bytes; longer ones are answered 413. Less than {@code quarkus.http.limits.max-body-size},
     * beyond which Quarkus refuses it with no reason.
     */
    @WithDefault("1048576")
    int maxBodyBytes();

    /** Seconds in the Retry-After header of a 503. */
    @WithDefault("1")
    int retryAfterSeconds();
}
