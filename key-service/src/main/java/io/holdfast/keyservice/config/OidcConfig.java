package io.holdfast.keyservice.config;

import io.holdfast.kernel.Ocid.TenancyId;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The identity provider whose tokens are believed (OpenID Connect Core 1.0). Off by default. */
@ConfigMapping(prefix = "holdfast.oidc")
public interface OidcConfig {

    /** Whether bearer tokens are accepted. All of the following are required then. */
    @WithDefault("false")
    boolean enabled();

    /** The provider's issuer URL, from which its keys are discovered (OpenID Connect Discovery 1.0, section 4). */
    Optional<String> issuer();

    /** What a token's {@code aud} must name: without it a token made for any other service would be good here. */
    Optional<String> audience();

    /** The tenancy whose users the provider names. */
    Optional<TenancyId> tenancy();

    /** How long the verification of a token may take, which includes asking the provider for its keys where they are not known. */
    @WithDefault("5s")
    Duration timeout();
}
