package io.holdfast.keyservice.oidc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.config.OidcConfig;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With which settings the service starts. */
class IdentityProviderTest {
    private static final TenancyId TENANCY = new Ocid.Mint("oc1", "iad").tenancy();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://issuer.example/",
                "http://127.0.0.1:8080/realms/acme",
                "http://[::1]:80",
                "http://localhost"
            })
    void believesAProviderThatNobodyElseCanBe(String issuer) {
        assertThatCode(() -> IdentityProvider.requireUsable(new Settings(issuer, "holdfast", TENANCY)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://issuer.example",
                "http://localhost.example",
                "http://127.0.0.1.example",
                "ftp://127.0.0.1",
                "any",
                "issuer.example"
            })
    void believesNobodyInPlainText(String issuer) {
        assertThatThrownBy(() -> IdentityProvider.requireUsable(new Settings(issuer, "holdfast", TENANCY)))
                .hasMessageContaining("holdfast.oidc.issuer must be an https URL");
    }

    @Test
    void needsAllSettings() {
        assertThatThrownBy(() -> IdentityProvider.requireUsable(new Settings(null, "holdfast", TENANCY)))
                .hasMessageContaining("holdfast.oidc.issuer is required");
        assertThatThrownBy(() -> IdentityProvider.requireUsable(new Settings("https://a.example", null, TENANCY)))
                .hasMessageContaining("holdfast.oidc.audience is required");
        assertThatThrownBy(() -> IdentityProvider.requireUsable(new Settings("https://a.example", "any", TENANCY)))
                .hasMessageContaining("holdfast.oidc.audience");
        assertThatThrownBy(() -> IdentityProvider.requireUsable(new Settings("https://a.example", "holdfast", null)))
                .hasMessageContaining("holdfast.oidc.tenancy is required");
    }

    private record Settings(Optional<String> issuer, Optional<String> audience, Optional<TenancyId> tenancy)
            implements OidcConfig {
        Settings(String issuer, String audience, TenancyId tenancy) {
            this(Optional.ofNullable(issuer), Optional.ofNullable(audience), Optional.ofNullable(tenancy));
        }

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public Duration timeout() {
            return Duration.ofSeconds(1);
        }
    }
}
