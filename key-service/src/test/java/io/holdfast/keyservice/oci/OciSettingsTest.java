package io.holdfast.keyservice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.OciConfig;
import io.holdfast.keyservice.signing.Signer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OciSettingsTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    @TempDir
    Path directory;

    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void good() {
        settings.put("vault-id", MINT.vault().value());
        settings.put("key-compartment", MINT.compartment().value());
        settings.put("compartment", MINT.tenancy().value());
        settings.put("management-endpoint", "https://abc-management.kms.us-ashburn-1.oraclecloud.com");
        settings.put("crypto-endpoint", "https://abc-crypto.kms.us-ashburn-1.oraclecloud.com:443/");
    }

    private OciSettings read() {
        OciConfig config = OciConfigs.read(settings);
        return OciSettings.of("far", config.vaults().get("far"));
    }

    @Test
    void whatIsNotSetIsUsual() {
        OciSettings read = read();

        assertThat(read.authentication()).isEqualTo(OciConfig.Authentication.CONFIG_FILE);
        assertThat(read.profile()).isEqualTo("DEFAULT");
        assertThat(read.pollInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(read.staleAfter()).isEqualTo(Duration.ofMinutes(2));
        assertThat(read.maxAttempts()).isEqualTo(3);
        // As the signature has it, which knows no port that a URL need not write.
        assertThat(read.cryptoEndpoint()).isEqualTo(URI.create("https://abc-crypto.kms.us-ashburn-1.oraclecloud.com"));
        settings.put("authentication", "instance-principal");
        assertThat(read().authentication()).isEqualTo(OciConfig.Authentication.INSTANCE_PRINCIPAL);
    }

    @ParameterizedTest
    @CsvSource({
        "vault-id,ocid1.key.oc1.iad.aaaa,must be the OCID of a vault",
        "key-compartment,acme,must be the OCID of a compartment",
        "compartment,ocid1.vault.oc1.iad.aaaa,must be the OCID of a compartment",
        "management-endpoint,http://abc-management.kms.us-ashburn-1.oraclecloud.com,must be https",
        "management-endpoint,http://127.evil.example.invalid,must be https",
        "management-endpoint,https://host/path,must be https",
        "management-endpoint,https://user@host,must be https",
        "crypto-endpoint,abc-crypto.kms.us-ashburn-1.oraclecloud.com,must be https",
        "crypto-endpoint,https://a b,must be a URL",
        "connect-timeout,PT0.05S,must be PT0.1S to PT1M",
        "read-timeout,PT2M,must be PT0.1S to PT1M",
        "max-attempts,0,must be 1 to 10",
        "poll-interval,PT0S,must be PT1S to PT5M",
        "stale-after,PT5S,must be PT10S to PT1H",
        "breaker.calls,1,must be 2 to 1000",
        "breaker.pause,PT11M,must be PT0.1S to PT10M"
    })
    void aWrongSettingIsNamedAndSaysWhatItMustBe(String key, String value, String must) {
        settings.put(key, value);
        assertThatThrownBy(this::read)
                .isInstanceOf(OciRefused.class)
                .hasMessageStartingWith("holdfast.oci.vaults.far." + key)
                .hasMessageContaining(must);
    }

    @Test
    void anUnknownSettingIsRefused() {
        settings.put("vault-ocid", "x");
        assertThatThrownBy(this::read).hasMessageContaining("vault-ocid");
    }

    @Test
    void missingCredentialsAreSeenAtTheStart() throws Exception {
        settings.put("config-file", directory.resolve("none").toString());
        assertRefused("tenancy, user, fingerprint and a readable key_file");

        Path file =
                OciConfigs.file(directory, MINT.tenancy().value(), MINT.user().value(), Signer.rsa(2048));
        settings.put("config-file", file.toString());
        settings.put("profile", "OTHER");
        assertRefused("profile OTHER");
        settings.remove("profile");
        OciVaults.open(OciConfigs.read(settings), TimeSource.system()).close();

        Files.delete(directory.resolve("api-key.pem"));
        assertRefused("readable key_file");

        settings.put("authentication", "resource-principal");
        assertRefused("OCI_RESOURCE_PRINCIPAL_");
    }

    private void assertRefused(String says) {
        assertThatThrownBy(() -> OciVaults.open(OciConfigs.read(settings), TimeSource.system()))
                .isInstanceOf(OciRefused.class)
                .hasMessageStartingWith("holdfast.oci.vaults.far")
                .hasMessageContaining(says);
    }
}
