package io.holdfast.auditservice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid.TenancyId;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditConfigTest {

    @Test
    void the_operators_tenancy_is_an_ocid() {
        AuditConfig config = read(Map.of("holdfast.audit.tenancy", "ocid1.tenancy.oc1..acme"));
        assertThat(config.tenancy()).isEqualTo(new TenancyId("ocid1.tenancy.oc1..acme"));
    }

    @Test
    void without_the_operators_tenancy_nothing_starts() {
        assertThatThrownBy(() -> read(Map.of())).hasMessageContaining("holdfast.audit.tenancy is required");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acme", "ocid1.compartment.oc1..acme", "ocid1.tenancy.oc1..acme,ocid1.tenancy.oc1..b"})
    void something_else_than_a_tenancys_ocid_is_refused(String value) {
        assertThatThrownBy(() -> read(Map.of("holdfast.audit.tenancy", value)))
                .hasMessageContaining("holdfast.audit.tenancy");
    }

    private static AuditConfig read(Map<String, String> settings) {
        // ISO 8601: short durations as "10s" are Quarkus' own, which is not here.
        Map<String, String> others =
                Map.of("holdfast.audit.key-service", "127.0.0.1:1", "holdfast.audit.statement-timeout", "PT10S");
        return new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(settings, "test", 500),
                        new PropertiesConfigSource(others, "others", 400))
                .withMapping(AuditConfig.class)
                .build()
                .getConfigMapping(AuditConfig.class);
    }
}
