package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.deletion.VaultDeletionForTests;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.rotate.AutomaticRotation;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The lives of vaults, keys and versions over REST, on a real etcd and Kafka. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class LifecycleRestTest {
    @Inject
    Administrator.Allows policy;

    @Inject
    KeyStore keys;

    @Inject
    VaultStore vaults;

    @Inject
    KeyValueStore etcd;

    @Inject
    AutomaticRotation rotations;

    @Inject
    VaultDeletionForTests vaultDeletion;

    @Test
    void aKeyIsUpdatedAndWhatAnUpdateLeavesOutStays() {
        String key = Api.key();
        String etag = as().get(at(key)).header("etag");
        as().header("if-match", etag)
                .body(Map.of("displayName", "renamed", "freeformTags", Map.of("team", "payments")))
                .put(at(key))
                .then()
                .statusCode(200)
                .body("displayName", equalTo("renamed"))
                .body("freeformTags.team", equalTo("payments"));
        as().header("if-match", etag)
                .body(Map.of("displayName", "late"))
                .put(at(key))
                .then()
                .statusCode(412)
                .body("code", equalTo("NoEtagMatch"));
        as().body(Map.of("definedTags", Map.of("ns", Map.of("k", "v"))))
                .put(at(key))
                .then()
                .statusCode(200)
                .body("displayName", equalTo("renamed"))
                .body("freeformTags.team", equalTo("payments"))
                .body("definedTags.ns.k", equalTo("v"));
        Api.act(key, "disable").then().statusCode(200);
        as().body(Map.of("displayName", "x"))
                .put(at(key))
                .then()
                .statusCode(409)
                .body("message", containsString("DISABLED"));
        assertEvents(key, "KeyCreated", "KeyUpdated", "KeyUpdated", "KeyDisabled");
    }

    @Test
    void aKeyMovesToAnotherCompartmentWithItsListing() {
        String key = Api.key();
        String other = Samples.MINT.compartment().value();
        as().body(Map.of("compartmentId", other))
                .post(at(key) + "/actions/changeCompartment")
                .then()
                .statusCode(200);
        as().get(at(key)).then().body("compartmentId", equalTo(other));
        as().queryParam("compartmentId", other).get("/20180608/keys").then().body("id", contains(key));
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .queryParam("limit", 1000)
                .get("/20180608/keys")
                .then()
                .body("id", not(hasItem(key)));
        as().body(Map.of("compartmentId", "nonsense"))
                .post(at(key) + "/actions/changeCompartment")
                .then()
                .statusCode(400)
                .body("code", equalTo("InvalidParameter"));
        assertEvents(key, "KeyCreated", "KeyMoved");
    }

    @Test
    void neitherKeysNorVaultsLeaveTheirTenancy() {
        CompartmentId foreign = Samples.MINT.compartment();
        policy.place(foreign, Samples.MINT.tenancy());
        String key = Api.key();
        String vault = Api.get(key).path("vaultId");
        for (String resource : List.of(at(key), vaultAt(vault))) {
            as().body(Map.of("compartmentId", foreign.value()))
                    .post(resource + "/actions/changeCompartment")
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", containsString("compartmentId"));
            as().get(resource).then().body("compartmentId", equalTo(Samples.COMPARTMENT.value()));
        }
    }

    @Test
    void whatIsMadeBelongsToTheTenancyOfItsCompartment() {
        TenancyId other = Samples.MINT.tenancy();
        CompartmentId there = Samples.MINT.compartment();
        policy.place(there, other);
        String vault = as().body(
                        Map.of("compartmentId", there.value(), "displayName", "a vault", "vaultType", "DEFAULT"))
                .post("/20180608/vaults")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        // The caller's tenancy has vaults as well; the default is the newest of the compartment's.
        Api.vault();
        Map<String, Object> details = Api.keyDetails("a key");
        details.put("compartmentId", there.value());
        Response key = as().body(details).post("/20180608/keys");

        key.then().statusCode(200).body("vaultId", equalTo(vault));
        assertThat(vaults.vault(new VaultId(vault))
                        .orElseThrow()
                        .value()
                        .facts()
                        .tenancyId())
                .isEqualTo(other);
        assertThat(keys.key(new KeyId(key.path("id")))
                        .orElseThrow()
                        .value()
                        .facts()
                        .tenancyId())
                .isEqualTo(other);
    }

    @Test
    void anOldVersionIsDeletedAndTheKeyLivesOn() {
        String key = Api.key();
        String first = Api.get(key).path("currentKeyVersion");
        String ciphertext = as().body(Map.of("keyId", key, "plaintext", "c2VjcmV0"))
                .post("/20180608/encrypt")
                .path("ciphertext");
        String versionPath = at(key) + "/keyVersions/" + first;
        as().post(versionPath + "/actions/scheduleDeletion")
                .then()
                .statusCode(409)
                .body("message", containsString("current version"));
        Api.rotate(key);
        String second = Api.get(key).path("currentKeyVersion");
        as().body(Map.of("timeOfDeletion", "2020-01-01T00:00:00Z"))
                .post(versionPath + "/actions/scheduleDeletion")
                .then()
                .statusCode(400)
                .body("message", containsString("timeOfDeletion"));
        as().header("if-match", "stale")
                .post(versionPath + "/actions/scheduleDeletion")
                .then()
                .statusCode(412);

        String etag = as().get(versionPath).header("etag");
        as().header("if-match", etag)
                .body(Map.of("timeOfDeletion", in(Duration.ofDays(8))))
                .post(versionPath + "/actions/scheduleDeletion")
                .then()
                .statusCode(200)
                .body("lifecycleState", equalTo("PENDING_DELETION"));
        decrypt(key, ciphertext).then().statusCode(409).body("message", containsString("version"));
        as().post(versionPath + "/actions/scheduleDeletion").then().statusCode(409);
        as().post(versionPath + "/actions/cancelDeletion")
                .then()
                .statusCode(200)
                .body("lifecycleState", equalTo("ENABLED"))
                .body("timeOfDeletion", nullValue());
        decrypt(key, ciphertext).then().statusCode(200).body("plaintext", equalTo("c2VjcmV0"));
        as().post(versionPath + "/actions/cancelDeletion").then().statusCode(409);

        as().body(Map.of("timeOfDeletion", in(Duration.ofSeconds(4))))
                .post(versionPath + "/actions/scheduleDeletion")
                .then()
                .statusCode(200);
        Await.atMostSeconds(30)
                .until(
                        "the version is deleted",
                        () -> keys.version(new KeyId(key), new KeyVersionId(first))
                                        .orElseThrow()
                                        .value()
                                instanceof KeyVersion.Deleted);
        assertThat(etcd.get(Layout.material(new KeyVersionId(first)))).isEmpty();
        assertThat(etcd.get(Layout.material(new KeyVersionId(second)))).isPresent();
        as().get(versionPath).then().body("lifecycleState", equalTo("DELETED"));
        assertThat(Api.state(key)).isEqualTo("ENABLED");
        assertThat(keys.key(new KeyId(key)).orElseThrow().value().facts().liveVersions())
                .isEqualTo(1);
        as().body(Map.of("keyId", key, "plaintext", "c2VjcmV0"))
                .post("/20180608/encrypt")
                .then()
                .statusCode(200);
        assertEvents(
                first,
                "KeyVersionScheduledForDeletion",
                "KeyVersionDeletionCancelled",
                "KeyVersionScheduledForDeletion",
                "KeyVersionDeleted");
    }

    @Test
    void aVaultTakesItsKeysAlongAndGivesThemBack() {
        String vault = Api.vault();
        String enabled = keyIn(vault);
        String disabled = keyIn(vault);
        Api.act(disabled, "disable").then().statusCode(200);
        String scheduled = keyIn(vault);
        Instant early = Instant.now().plus(Duration.ofDays(10)).truncatedTo(ChronoUnit.MILLIS);
        schedule(at(scheduled), early).then().statusCode(200);
        usage(vault, 3, 3);

        schedule(vaultAt(vault), early.minus(Duration.ofDays(1)))
                .then()
                .statusCode(409)
                .body("message", containsString(scheduled));
        Instant time = early.plus(Duration.ofDays(5));
        schedule(vaultAt(vault), time)
                .then()
                .statusCode(200)
                .body("lifecycleState", equalTo("PENDING_DELETION"))
                .body("timeOfDeletion", equalTo(time.toString()));
        for (String key : List.of(enabled, disabled)) {
            Api.get(key)
                    .then()
                    .body("lifecycleState", equalTo("PENDING_DELETION"))
                    .body("timeOfDeletion", equalTo(time.toString()));
        }
        Api.get(scheduled).then().body("timeOfDeletion", equalTo(early.toString()));
        as().queryParam("vaultId", vault)
                .body(Api.keyDetails("late"))
                .post("/20180608/keys")
                .then()
                .statusCode(409)
                .body("message", containsString("PENDING_DELETION"));
        Api.act(enabled, "cancelDeletion").then().statusCode(409).body("message", containsString("vault"));
        schedule(vaultAt(vault), time).then().statusCode(409);
        as().body(Map.of("displayName", "x")).put(vaultAt(vault)).then().statusCode(409);

        as().post(vaultAt(vault) + "/actions/cancelDeletion")
                .then()
                .statusCode(200)
                .body("lifecycleState", equalTo("ACTIVE"));
        assertThat(Api.state(enabled)).isEqualTo("ENABLED");
        assertThat(Api.state(disabled)).isEqualTo("DISABLED");
        Api.get(scheduled)
                .then()
                .body("lifecycleState", equalTo("PENDING_DELETION"))
                .body("timeOfDeletion", equalTo(early.toString()));
        as().post(vaultAt(vault) + "/actions/cancelDeletion").then().statusCode(409);
        assertEvents(vault, "VaultCreated", "VaultScheduledForDeletion", "VaultDeletionCancelled");
    }

    @Test
    void aVaultIsDeletedAfterItsKeys() {
        String vault = Api.vault();
        String key = keyIn(vault);
        schedule(vaultAt(vault), Instant.now().plus(Duration.ofSeconds(4)))
                .then()
                .statusCode(200);
        Await.atMostSeconds(30)
                .until(
                        "the vault is deleted",
                        () -> vaults.vault(new VaultId(vault)).orElseThrow().value() instanceof Vault.Deleted);
        assertThat(Api.state(key)).isEqualTo("DELETED");
        as().get(vaultAt(vault)).then().statusCode(200).body("lifecycleState", equalTo("DELETED"));
        usage(vault, 0, 0);
        assertEvents(vault, "VaultCreated", "VaultScheduledForDeletion", "VaultDeleted");
        assertEvents(key, "KeyCreated", "KeyScheduledForDeletion", "KeyDeleted");
    }

    @Test
    void aVaultThatACrashLeftHalfWayIsFinished() {
        String vault = Api.vault();
        String key = keyIn(vault);
        vaultDeletion.beginOnly(new VaultId(vault), Instant.now().plus(Duration.ofDays(20)));

        Await.atMostSeconds(30)
                .until("the key follows its vault", () -> Api.state(key).equals("PENDING_DELETION"));
        Await.atMostSeconds(30)
                .until(
                        "the vault arrives",
                        () -> vaults.vault(new VaultId(vault)).orElseThrow().value() instanceof Vault.PendingDeletion);
        assertThat(etcd.get(Layout.UNFINISHED_VAULTS + vault)).isEmpty();
    }

    @Test
    void aVaultThatCantBeFinishedKeepsNoOtherWaiting() {
        String vault = Api.vault();
        VaultId id = new VaultId(vault);
        // Comes first in the order in which they are taken up.
        VaultId broken = new VaultId(vault.substring(0, vault.lastIndexOf('.') + 1) + "2");
        etcd.commit(Transaction.builder()
                .put(Layout.vault(broken), Bytes.copyOf("no JSON".getBytes(StandardCharsets.US_ASCII)))
                .put(Layout.UNFINISHED_VAULTS + broken.value(), Bytes.copyOf(new byte[0]))
                .build());
        try {
            vaultDeletion.beginOnly(id, Instant.now().plus(Duration.ofDays(20)));

            Await.atMostSeconds(30)
                    .until(
                            "the vault arrives",
                            () -> vaults.vault(id).orElseThrow().value() instanceof Vault.PendingDeletion);
            assertThat(etcd.get(Layout.UNFINISHED_VAULTS + broken.value())).isPresent();
        } finally {
            etcd.commit(Transaction.builder()
                    .delete(Layout.vault(broken))
                    .delete(Layout.UNFINISHED_VAULTS + broken.value())
                    .build());
        }
    }

    @Test
    void aVaultIsUpdatedAndMoved() {
        String vault = Api.vault();
        String other = Samples.MINT.compartment().value();
        as().body(Map.of("displayName", "renamed"))
                .put(vaultAt(vault))
                .then()
                .statusCode(200)
                .body("displayName", equalTo("renamed"));
        as().body(Map.of("compartmentId", other))
                .post(vaultAt(vault) + "/actions/changeCompartment")
                .then()
                .statusCode(200);
        as().queryParam("compartmentId", other).get("/20180608/vaults").then().body("id", contains(vault));
        assertEvents(vault, "VaultCreated", "VaultUpdated", "VaultMoved");
    }

    @Test
    void aKeyIsRotatedByItsScheduleOnceWhateverTheReplicas() throws Exception {
        String vault = Api.vault();
        Map<String, Object> details = new HashMap<>(Api.keyDetails("scheduled"));
        details.put("isAutoRotationEnabled", true);
        details.put("autoKeyRotationDetails", Map.of("rotationIntervalInDays", 59));
        as().queryParam("vaultId", vault)
                .body(details)
                .post("/20180608/keys")
                .then()
                .statusCode(400)
                .body("message", containsString("60 to 365"));
        details.put("autoKeyRotationDetails", Map.of("rotationIntervalInDays", 60));
        Response created = as().queryParam("vaultId", vault).body(details).post("/20180608/keys");
        created.then()
                .statusCode(200)
                .body("isAutoRotationEnabled", equalTo(true))
                .body("autoKeyRotationDetails.rotationIntervalInDays", equalTo(60));
        String key = created.path("id");
        Instant due = Instant.parse(created.path("autoKeyRotationDetails.timeOfNextRotation"));
        assertThat(due).isEqualTo(Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(60)));

        rotations.rotateDue(due.minusSeconds(1), (what, work) -> work.run());
        assertThat(versions(key)).isEqualTo(1);
        List<Callable<Void>> replicas = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            replicas.add(() -> {
                rotations.rotateDue(due.plusSeconds(1), (what, work) -> work.run());
                return null;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> done : threads.invokeAll(replicas)) {
                done.get();
            }
        }
        assertThat(versions(key)).isEqualTo(2);
        Response rotated = Api.get(key);
        assertThat(Instant.parse(rotated.path("autoKeyRotationDetails.timeOfNextRotation")))
                .isEqualTo(due.plus(Duration.ofDays(60)));
        rotated.then().body("autoKeyRotationDetails.lastRotationStatus", equalTo("SUCCESS"));
        as().get(at(key) + "/keyVersions/" + rotated.path("currentKeyVersion"))
                .then()
                .body("isAutoRotated", equalTo(true));
        assertEvents(key, "KeyCreated", "KeyRotated");

        Api.act(key, "disable").then().statusCode(200);
        rotations.rotateDue(due.plus(Duration.ofDays(60)), (what, work) -> work.run());
        Api.get(key)
                .then()
                .body("autoKeyRotationDetails.lastRotationStatus", equalTo("FAILED"))
                .body("autoKeyRotationDetails.lastRotationMessage", containsString("DISABLED"));
        assertThat(versions(key)).isEqualTo(2);
        Api.act(key, "enable").then().statusCode(200);
        as().body(Map.of("isAutoRotationEnabled", false))
                .put(at(key))
                .then()
                .statusCode(200)
                .body("isAutoRotationEnabled", equalTo(false));
        rotations.rotateDue(due.plus(Duration.ofDays(300)), (what, work) -> work.run());
        assertThat(versions(key)).isEqualTo(2);
    }

    /** As a client does that reads a key, changes its name, and sends back all that it read. */
    @Test
    void anUpdateThatRepeatsAScheduleLeavesItAsItIs() throws Exception {
        Map<String, Object> details = new HashMap<>(Api.keyDetails("repeated"));
        String start = Instant.now()
                .truncatedTo(ChronoUnit.DAYS)
                .minus(Duration.ofDays(100))
                .toString();
        details.put("isAutoRotationEnabled", true);
        details.put("autoKeyRotationDetails", Map.of("rotationIntervalInDays", 60, "timeOfScheduleStart", start));
        Response created = as().queryParam("vaultId", Api.vault()).body(details).post("/20180608/keys");
        created.then().statusCode(200);
        String key = created.path("id");
        Map<String, Object> schedule = created.path("autoKeyRotationDetails");
        assertThat(Instant.parse((String) schedule.get("timeOfNextRotation")))
                .isEqualTo(Instant.parse(start).plus(Duration.ofDays(120)));

        for (Map<String, Object> repeated : List.<Map<String, Object>>of(
                Map.of("displayName", "renamed", "isAutoRotationEnabled", true, "autoKeyRotationDetails", schedule),
                Map.of("isAutoRotationEnabled", true),
                Map.of("autoKeyRotationDetails", Map.of("timeOfScheduleStart", start)))) {
            Response updated = as().body(repeated).put(at(key));
            updated.then().statusCode(200);
            assertThat(updated.<Map<String, Object>>path("autoKeyRotationDetails"))
                    .isEqualTo(schedule);
        }
        as().body(Map.of("isAutoRotationEnabled", true))
                .put(at(Api.key()))
                .then()
                .statusCode(400)
                .body("code", equalTo("MissingParameter"));
    }

    private int versions(String key) {
        return keys.versionsOf(new KeyId(key)).size();
    }

    private static void usage(String vault, int keys, int versions) {
        as().get(vaultAt(vault) + "/usage")
                .then()
                .statusCode(200)
                .body("keyCount", equalTo(0))
                .body("softwareKeyCount", equalTo(keys))
                .body("softwareKeyVersionCount", equalTo(versions));
    }

    private static Response schedule(String at, Instant time) {
        return as().body(Map.of("timeOfDeletion", time.toString())).post(at + "/actions/scheduleDeletion");
    }

    private static String in(Duration from) {
        return Instant.now().plus(from).toString();
    }

    private static String keyIn(String vault) {
        return as().queryParam("vaultId", vault)
                .body(Api.keyDetails("a key"))
                .post("/20180608/keys")
                .path("id");
    }

    private static String at(String key) {
        return "/20180608/keys/" + key;
    }

    private static String vaultAt(String vault) {
        return "/20180608/vaults/" + vault;
    }

    private static Response decrypt(String key, String ciphertext) {
        return as().body(Map.of("keyId", key, "ciphertext", ciphertext)).post("/20180608/decrypt");
    }

    private static void assertEvents(String subject, String... expected) {
        try (KeyEvents events = new KeyEvents()) {
            Await.atMostSeconds(30)
                    .until(
                            "the events of " + subject,
                            () -> events.typesOf(subject).size() >= expected.length);
            assertThat(events.typesOf(subject)).containsExactly(expected);
        }
    }
}
