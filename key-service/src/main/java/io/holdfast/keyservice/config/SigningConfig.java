package io.holdfast.keyservice.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Request signatures. */
@ConfigMapping(prefix = "holdfast.signing")
public interface SigningConfig {

    /**
     * Whether each replica remembers the signatures of requests that may change something, and refuses each a second time.
     * Without it, as at Oracle, whoever has recorded a request may repeat it unchanged for as long as its date holds. A
     * client that signs the same request twice within a second is refused the second time.
     */
    @WithDefault("false")
    boolean rememberSignatures();
}
