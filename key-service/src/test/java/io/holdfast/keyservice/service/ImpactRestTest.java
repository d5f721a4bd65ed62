package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.crypto.BindingCrypto;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What breaks if a key goes, and what is refused because of it. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class ImpactRestTest {
    @Inject
    ClusterBindings bindings;

    @Inject
    CountedSecrets secrets;

    @Inject
    BindingCrypto crypto;

    @AfterEach
    void speakAgain() {
        secrets.silent(false);
    }

    @Test
    void itSaysWhoUsesTheKeyAndWhatEachActionWouldDo() {
        String key = Api.key();
        KeyVersionId first = current(key);
        Api.rotate(key);
        KeyVersionId second = current(key);
        ClusterId moved = bind(key);
        ClusterId behind = bind(key);
        secrets.set(moved, second, Map.of(second, 40L));
        secrets.set(behind, second, Map.of(first, 2L, second, 10L));

        impact(key)
                .then()
                .statusCode(200)
                .body("keyId", equalTo(key))
                .body("secrets", equalTo(52))
                .body("unknownClusters", hasSize(0))
                .body("clusters", hasSize(2))
                .body(
                        "clusters.find { it.clusterId == '" + behind.value() + "' }.secretsPerKeyVersion." + "'"
                                + first.value() + "'",
                        equalTo(2))
                .body("clusters.find { it.clusterId == '" + moved.value() + "' }.namespaces", equalTo(3))
                .body("keyVersions.find { it.keyVersionId == '" + first.value() + "' }.secrets", equalTo(2))
                .body("actions.rotate.possible", equalTo(true))
                .body("actions.disable.effect", containsString("52 Secrets of 2 clusters"))
                .body("actions.scheduleDeletion.possible", equalTo(false))
                .body("actions.scheduleDeletion.effect", containsString("Needs force"))
                .body("actions.retire", hasSize(1))
                .body("actions.retire[0].possible", equalTo(false))
                .body("actions.retire[0].obstacles[0]", containsString(behind.value()));
    }

    @Test
    void itPromisesNothingThatWouldBeRefused() {
        String key = Api.key();
        Api.rotate(key);
        impact(key).then().body("actions.retire[0].possible", equalTo(true));

        as().body(Map.of("keyId", key, "algorithm", "RSA_OAEP_SHA256", "publicKey", Signer.pem(Signer.rsa(2048))))
                .post("/20180608/exportKey")
                .then()
                .statusCode(200);
        Api.act(key, "scheduleDeletion").then().statusCode(200);

        impact(key)
                .then()
                .statusCode(200)
                .body("lifecycleState", equalTo("PENDING_DELETION"))
                .body("exports", hasSize(1))
                .body("exports[0].keyVersionId", equalTo(current(key).value()))
                .body("actions.rotate.possible", equalTo(false))
                .body("actions.disable.possible", equalTo(false))
                .body("actions.scheduleDeletion.possible", equalTo(false))
                .body("actions.retire[0].possible", equalTo(false))
                .body("actions.retire[0].obstacles[0]", containsString("PENDING_DELETION"));
    }

    @Test
    void whatIsUnknownIsNotZero() {
        String key = Api.key();
        KeyVersionId first = current(key);
        ClusterId cluster = bind(key);
        Api.rotate(key);
        secrets.silent(true);

        impact(key)
                .then()
                .statusCode(200)
                .body("secrets", nullValue())
                .body("unknownClusters", contains(cluster.value()))
                .body("clusters[0].secrets", nullValue())
                .body("actions.retire[0].possible", equalTo(false));
        deletion(key, first).then().statusCode(409).body("message", containsString("unknown"));
        Api.act(key, "scheduleDeletion")
                .then()
                .statusCode(409)
                .body("message", containsString("an unknown number of Secrets"));
    }

    @Test
    void aKeyWithBindingsGoesOnlyWhenForced() {
        String key = Api.key();
        ClusterId cluster = bind(key);
        secrets.set(cluster, current(key), Map.of(current(key), 12L));

        Api.act(key, "scheduleDeletion")
                .then()
                .statusCode(409)
                .body("code", equalTo("Conflict"))
                .body("message", containsString(cluster.value() + " (12 Secrets)"))
                .body("message", containsString("holdfast-force-deletion"));
        Api.act(key, "scheduleDeletion?force=perhaps").then().statusCode(400);
        Api.act(key, "scheduleDeletion?force=true").then().statusCode(200);
        Api.act(key, "cancelDeletion").then().statusCode(200);

        as().body(Map.of("freeformTags", Map.of("holdfast-force-deletion", "true")))
                .put("/20180608/keys/" + key)
                .then()
                .statusCode(200);
        Api.act(key, "scheduleDeletion").then().statusCode(200);
    }

    @Test
    void aVaultWithABoundKeyGoesOnlyWhenForced() {
        String key = Api.key();
        ClusterId cluster = bind(key);
        String vault = "/20180608/vaults/" + Api.get(key).path("vaultId") + "/actions/scheduleDeletion";

        as().post(vault).then().statusCode(409).body("message", containsString(cluster.value()));
        assertThat(Api.state(key)).isEqualTo("ENABLED");
        as().queryParam("force", true).post(vault).then().statusCode(200);
        assertThat(Api.state(key)).isEqualTo("PENDING_DELETION");
    }

    @Test
    void aVersionIsRetiredWhenNothingStandsUnderIt() {
        String key = Api.key();
        KeyVersionId first = current(key);
        ClusterId cluster = bind(key);
        retire(key, first, true).then().statusCode(200).body("obstacles[0]", containsString("current version"));
        Api.rotate(key);
        KeyVersionId second = current(key);

        secrets.set(cluster, first, Map.of(first, 5L));
        retire(key, first, true)
                .then()
                .statusCode(200)
                .body("possible", equalTo(false))
                .body("obstacles[0]", containsString("5 Secrets"));
        retire(key, first, false).then().statusCode(409).body("message", containsString("5 Secrets"));
        // Everything is counted under the new one, but the fence has not moved: one may still come.
        secrets.set(cluster, first, Map.of(second, 5L));
        retire(key, first, false).then().statusCode(409).body("message", containsString("still writes"));
        deletion(key, first).then().statusCode(409);

        secrets.set(cluster, second, Map.of(second, 5L));
        Response plan = retire(key, first, true);
        plan.then()
                .statusCode(200)
                .body("possible", equalTo(true))
                .body("dryRun", equalTo(true))
                .body("lifecycleState", equalTo("ENABLED"));
        as().header("if-match", "stale").post(path(key, first)).then().statusCode(412);
        as().header("if-match", plan.header("etag"))
                .post(path(key, first))
                .then()
                .statusCode(200)
                .body("dryRun", equalTo(false))
                .body("lifecycleState", equalTo("PENDING_DELETION"));
        retire(key, first, false).then().statusCode(409);
        retire(key, Samples.MINT.keyVersion(Samples.VAULT), true).then().statusCode(404);
    }

    @Test
    void whatIsNeitherTrueNorFalseChangesNothing() {
        String key = Api.key();
        KeyVersionId first = current(key);
        Api.rotate(key);
        String vault = "/20180608/vaults/" + Api.get(key).path("vaultId");
        for (String neither : List.of("", "=", "=TRUE", "=1", "=yes", "=true&dryRun=false&force=true&force=false")) {
            for (String action : List.of(
                    path(key, first) + "?dryRun",
                    "/20180608/keys/" + key + "/actions/scheduleDeletion?force",
                    vault + "/actions/scheduleDeletion?force")) {
                as().urlEncodingEnabled(false)
                        .post(action + neither)
                        .then()
                        .statusCode(400)
                        .body("code", equalTo("InvalidParameter"))
                        .body("message", containsString(action.endsWith("dryRun") ? "dryRun" : "force"));
            }
        }
        as().get("/20180608/keys/" + key + "/keyVersions/" + first.value())
                .then()
                .body("lifecycleState", equalTo("ENABLED"));
        assertThat(Api.state(key)).isEqualTo("ENABLED");
    }

    @Test
    void itSaysWhenClustersAndClientsLastUsedEachVersion() {
        String key = Api.key();
        KeyVersionId first = current(key);
        impact(key)
                .then()
                .statusCode(200)
                .body("lastUse.byClusters", nullValue())
                .body("lastUse.byClients", nullValue())
                .body("lastUse.completeUntil", notNullValue());
        Instant before = Instant.now().truncatedTo(ChronoUnit.MINUTES);
        String ciphertext = as().body(Map.of("keyId", key, "plaintext", "AAAA"))
                .post("/20180608/encrypt")
                .then()
                .statusCode(200)
                .extract()
                .path("ciphertext");
        Api.rotate(key);
        KeyVersionId second = current(key);
        BindingId binding = binding(key).id();
        try (SecretBytes dek = SecretBytes.copyOf(new byte[32])) {
            BindingCrypto.Wrapped wrapped = crypto.wrap(binding, asker -> true, List.of(dek));
            BindingCrypto.wipe(
                    crypto.unwrap(binding, asker -> true, wrapped.wrapped()).items());
        }

        String ofFirst = "keyVersions.find { it.keyVersionId == '" + first.value() + "' }.lastUse.";
        String ofSecond = "keyVersions.find { it.keyVersionId == '" + second.value() + "' }.lastUse.";
        Response answer = impact(key);
        answer.then()
                .statusCode(200)
                .body(ofFirst + "byClusters", nullValue())
                .body(ofSecond + "byClients", nullValue());
        assertThat(Instant.parse(answer.path(ofFirst + "byClients"))).isBetween(before, Instant.now());
        assertThat(Instant.parse(answer.path(ofSecond + "byClusters"))).isBetween(before, Instant.now());
        assertThat(answer.<String>path("lastUse.byClients")).isEqualTo(answer.path(ofFirst + "byClients"));

        // An old version is in use as long as something is decrypted under it.
        as().body(Map.of("keyId", key, "ciphertext", ciphertext))
                .post("/20180608/decrypt")
                .then()
                .statusCode(200);
        assertThat(Instant.parse(impact(key).path(ofFirst + "byClients"))).isBetween(before, Instant.now());
    }

    private ClusterId bind(String key) {
        return binding(key).facts().clusterId();
    }

    private Binding binding(String key) {
        ClusterId cluster = Samples.MINT.cluster();
        ClusterBindings.Outcome outcome = bindings.bind(new ClusterBindings.Request(
                cluster,
                Samples.COMPARTMENT,
                Samples.TENANCY,
                new KeyId(key),
                new UserId(Administrator.CALLER.id()),
                Samples.TENANCY));
        assertThat(outcome).isInstanceOf(ClusterBindings.Outcome.Bound.class);
        return ((ClusterBindings.Outcome.Bound) outcome).binding();
    }

    private static KeyVersionId current(String key) {
        return new KeyVersionId(Api.get(key).path("currentKeyVersion"));
    }

    private static Response impact(String key) {
        return as().get("/v1/keys/" + key + "/impact");
    }

    private static String path(String key, KeyVersionId version) {
        return "/v1/keys/" + key + "/versions/" + version.value() + "/retire";
    }

    private static Response retire(String key, KeyVersionId version, boolean dryRun) {
        return as().queryParam("dryRun", dryRun).post(path(key, version));
    }

    private static Response deletion(String key, KeyVersionId version) {
        return as().post("/20180608/keys/" + key + "/keyVersions/" + version.value() + "/actions/scheduleDeletion");
    }
}
