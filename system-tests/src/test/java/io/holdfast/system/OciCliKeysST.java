package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of vaults, keys and key versions, as an operator types it into the real {@code oci} CLI. */
class OciCliKeysST {
    private KmsCli kms;

    @BeforeAll
    static void install() {
        OciCli.install();
    }

    @BeforeEach
    void connect() {
        kms = KmsCli.inACompartmentOfItsOwn();
    }

    @Test
    void aVaultIsRenamedMovedAndListed() {
        String vault = kms.vault();
        String etag = kms.answer("management vault get", "--vault-id", vault)
                .path("etag")
                .asText();

        assertThat(renamed("vault", vault, "renamed", etag)).isEqualTo("renamed");
        assertThat(kms.refused(
                        "management vault update",
                        "--vault-id",
                        vault,
                        "--display-name",
                        "late",
                        "--if-match",
                        etag,
                        "--force"))
                .contains("NoEtagMatch", "412");

        movedAwayAndBack("vault", vault);
        assertThat(kms.ids("management vault list", "--compartment-id", kms.compartment()))
                .containsExactly(vault);
    }

    @Test
    void aVaultGoesWithItsKeysAndComesBackWithThem() {
        String key = kms.createKey("inside", KmsCli.AES_256);

        assertThat(kms.field(
                        "lifecycle-state",
                        "management vault schedule-deletion",
                        "--vault-id",
                        kms.vault(),
                        "--time-of-deletion",
                        inDays(12)))
                .isEqualTo("PENDING_DELETION");
        assertThat(kms.keyState(key)).isEqualTo("PENDING_DELETION");

        assertThat(kms.field("lifecycle-state", "management vault cancel-deletion", "--vault-id", kms.vault()))
                .isEqualTo("ACTIVE");
        assertThat(kms.keyState(key)).isEqualTo("ENABLED");
    }

    @Test
    void keysAreListedInPages() {
        Set<String> made = new TreeSet<>();
        for (int i = 0; i < 3; i++) {
            made.add(kms.createKey("listed-" + i, KmsCli.AES_256));
        }
        String compartment = kms.compartment();

        JsonNode first = kms.answer("management key list", "--compartment-id", compartment, "--limit", "2");
        JsonNode rest = kms.answer(
                "management key list",
                "--compartment-id",
                compartment,
                "--limit",
                "2",
                "--page",
                first.path("opc-next-page").asText());

        assertThat(first.path("data")).hasSize(2);
        assertThat(rest.path("data")).hasSize(1);
        assertThat(rest.has("opc-next-page")).isFalse();
        assertThat(kms.ids("management key list", "--compartment-id", compartment, "--all", "--page-size", "2"))
                .containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    void aKeyIsRenamedDisabledMovedAndSavedFromDeletion() {
        String key = kms.createKey("lives", KmsCli.AES_256);
        String etag =
                kms.answer("management key get", "--key-id", key).path("etag").asText();

        assertThat(renamed("key", key, "renamed", etag)).isEqualTo("renamed");
        assertThat(kms.refused("management key disable", "--key-id", key, "--if-match", etag))
                .contains("NoEtagMatch", "412");

        assertThat(kms.field("lifecycle-state", "management key disable", "--key-id", key))
                .isEqualTo("DISABLED");
        assertThat(kms.field("lifecycle-state", "management key enable", "--key-id", key))
                .isEqualTo("ENABLED");

        movedAwayAndBack("key", key);

        String due = inDays(10);
        JsonNode scheduled = kms.data("management key schedule-deletion", "--key-id", key, "--time-of-deletion", due);
        assertThat(scheduled.path("lifecycle-state").asText()).isEqualTo("PENDING_DELETION");
        assertThat(Instant.parse(scheduled.path("time-of-deletion").asText())).isEqualTo(Instant.parse(due));
        assertThat(kms.field("lifecycle-state", "management key cancel-deletion", "--key-id", key))
                .isEqualTo("ENABLED");
    }

    @Test
    void aKeyIsRotatedAndItsOldVersionSavedFromDeletion() {
        String key = kms.createKey("rotated", KmsCli.AES_256);
        String old = kms.field("current-key-version", "management key get", "--key-id", key);

        String current = kms.field("id", "management key-version create", "--key-id", key);

        assertThat(kms.field("current-key-version", "management key get", "--key-id", key))
                .isEqualTo(current);
        assertThat(kms.ids("management key-version list", "--key-id", key, "--all", "--page-size", "1"))
                .containsExactlyInAnyOrder(old, current);
        assertThat(kms.field(
                        "lifecycle-state",
                        "management key-version schedule-deletion",
                        "--key-id",
                        key,
                        "--key-version-id",
                        old))
                .isEqualTo("PENDING_DELETION");
        // The answer holds the version, as for the other cancellations; of this one alone the CLI prints nothing.
        kms.run("management key-version cancel-deletion", "--key-id", key, "--key-version-id", old);
        assertThat(kms.field("lifecycle-state", "management key-version get", "--key-id", key, "--key-version-id", old))
                .isEqualTo("ENABLED");
    }

    private String renamed(String kind, String id, String name, String etag) {
        return kms.field(
                "display-name",
                "management " + kind + " update",
                "--" + kind + "-id",
                id,
                "--display-name",
                name,
                "--if-match",
                etag,
                "--force");
    }

    private void movedAwayAndBack(String kind, String id) {
        for (String compartment : new String[] {kms.elsewhere(), kms.compartment()}) {
            kms.run(
                    "management " + kind + " change-compartment",
                    "--" + kind + "-id",
                    id,
                    "--compartment-id",
                    compartment);
            assertThat(kms.field("compartment-id", "management " + kind + " get", "--" + kind + "-id", id))
                    .isEqualTo(compartment);
        }
    }

    /** In whole seconds: the CLI does not take the nanoseconds of an {@link Instant}. */
    private static String inDays(int days) {
        return Instant.now()
                .plus(Duration.ofDays(days))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
