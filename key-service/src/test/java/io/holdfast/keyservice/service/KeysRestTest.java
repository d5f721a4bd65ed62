package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class KeysRestTest {
    private static final String TEXT =
            Base64.getEncoder().encodeToString("the plaintext".getBytes(StandardCharsets.UTF_8));

    @Inject
    KeyValueStore store;

    @Inject
    Administrator.Allows policy;

    // ---- shapes ----

    @Test
    void aVaultIsActiveAndNamesItsEndpoints() {
        String id = Api.vault();
        as().get("/20180608/vaults/" + id)
                .then()
                .statusCode(200)
                .header("etag", notNullValue())
                .header("opc-request-id", notNullValue())
                .body("lifecycleState", equalTo("ACTIVE"))
                .body("vaultType", equalTo("DEFAULT"))
                .body("managementEndpoint", equalTo("http://127.0.0.1:8080"))
                .body("cryptoEndpoint", equalTo("http://127.0.0.1:8080"))
                .body("wrappingkeyId", notNullValue())
                .body("isPrimary", equalTo(true));
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .get("/20180608/vaults")
                .then()
                .statusCode(200)
                .body("id", hasItem(id));
    }

    @Test
    void aKeyHasTheShapeThatClientsRead() {
        String id = Api.key();
        Response key = Api.get(id);
        key.then()
                .statusCode(200)
                .header("etag", notNullValue())
                .body("lifecycleState", equalTo("ENABLED"))
                .body("keyShape.algorithm", equalTo("AES"))
                .body("keyShape.length", equalTo(32))
                .body("protectionMode", equalTo("SOFTWARE"))
                .body("compartmentId", equalTo(Samples.COMPARTMENT.value()))
                .body("isAutoRotationEnabled", equalTo(false))
                .body("freeformTags", equalTo(Map.of()))
                .body("$", not(org.hamcrest.Matchers.hasKey("timeOfDeletion")));
        assertThat(key.<String>path("timeCreated")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        // The key's OCID names its vault.
        assertThat(id.split("\\.")[4]).isEqualTo(key.<String>path("vaultId").split("\\.")[4]);

        String version = key.path("currentKeyVersion");
        as().get("/20180608/keys/" + id + "/keyVersions/" + version)
                .then()
                .statusCode(200)
                .body("keyId", equalTo(id))
                .body("origin", equalTo("INTERNAL"))
                .body("lifecycleState", equalTo("ENABLED"));
    }

    @Test
    void aSummaryHasAFlatAlgorithm() {
        String id = Api.key();
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .queryParam("algorithm", "AES")
                .queryParam("length", 32)
                .queryParam("protectionMode", "SOFTWARE")
                .get("/20180608/keys")
                .then()
                .statusCode(200)
                .body("[0].id", equalTo(id)) // the newest first
                .body("[0].algorithm", equalTo("AES"))
                .body("[0].keyShape", equalTo(null));
        for (Map<String, ?> other : List.of(
                Map.of("algorithm", "RSA"),
                Map.of("length", 16),
                Map.of("curveId", "NIST_P256"),
                Map.of("protectionMode", "HSM"))) {
            as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                    .queryParams(other)
                    .get("/20180608/keys")
                    .then()
                    .statusCode(200)
                    .body("id", not(hasItem(id)));
        }
    }

    @Test
    void aKeyWithoutAVaultGoesToTheNewestActiveOne() {
        Api.vault();
        String newest = Api.vault();
        as().body(Api.keyDetails("routed"))
                .post("/20180608/keys")
                .then()
                .statusCode(200)
                .body("vaultId", equalTo(newest));
    }

    @Test
    void listsArePagedInTheAskedOrder() {
        String vault = Api.vault();
        for (String name : List.of("c", "a", "e", "b", "d")) {
            as().queryParam("vaultId", vault)
                    .body(Api.keyDetails(name))
                    .post("/20180608/keys")
                    .then()
                    .statusCode(200);
        }
        List<String> names = new ArrayList<>();
        String page = "";
        int pages = 0;
        do {
            Response answer = as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                    .queryParam("vaultId", vault)
                    .queryParam("limit", 2)
                    .queryParam("sortBy", "DISPLAYNAME")
                    .queryParam("page", page)
                    .get("/20180608/keys");
            answer.then().statusCode(200);
            names.addAll(answer.path("displayName"));
            page = answer.header("opc-next-page");
            pages++;
        } while (page != null && pages < 10);
        assertThat(names).containsExactly("a", "b", "c", "d", "e");
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void aListGoesOnWhenItsLastItemWasMovedOrRenamed() {
        String compartment = Samples.MINT.compartment().value();
        for (String name : List.of("a", "b", "c", "d")) {
            as().body(Map.of("compartmentId", compartment, "displayName", name, "vaultType", "DEFAULT"))
                    .post("/20180608/vaults")
                    .then()
                    .statusCode(200);
        }
        String list = "/20180608/vaults?limit=2&compartmentId=" + compartment + "&sortBy=";
        Response byName = as().get(list + "DISPLAYNAME");
        byName.then().statusCode(200).body("displayName", equalTo(List.of("a", "b")));
        as().body(Map.of("displayName", "z"))
                .put("/20180608/vaults/" + byName.path("[1].id"))
                .then()
                .statusCode(200);
        String behindB = "&page=" + byName.header("opc-next-page");
        as().get(list + "DISPLAYNAME" + behindB)
                .then()
                .statusCode(200)
                .body("displayName", equalTo(List.of("c", "d")))
                .header("opc-next-page", notNullValue());

        Response byTime = as().get(list + "TIMECREATED");
        byTime.then().statusCode(200).body("displayName", equalTo(List.of("d", "c")));
        as().body(Map.of("compartmentId", Samples.COMPARTMENT.value()))
                .post("/20180608/vaults/" + byTime.path("[1].id") + "/actions/changeCompartment")
                .then()
                .statusCode(200);
        as().get(list + "TIMECREATED&page=" + byTime.header("opc-next-page"))
                .then()
                .statusCode(200)
                .body("displayName", equalTo(List.of("z", "a")));

        for (String other : List.of("TIMECREATED", "DISPLAYNAME&sortOrder=DESC")) {
            as().get(list + other + behindB)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", containsString("page"));
        }
    }

    // ---- states ----

    @Test
    void disableAndEnable() {
        String id = Api.key();
        Api.act(id, "disable").then().statusCode(200).body("lifecycleState", equalTo("DISABLED"));
        encrypt(id, TEXT)
                .then()
                .statusCode(409)
                .body("code", equalTo("Conflict"))
                .body("message", containsString("DISABLED"));
        Api.act(id, "disable").then().statusCode(409).body("code", equalTo("Conflict"));
        Api.rotate(id).then().statusCode(409);
        Api.act(id, "enable").then().statusCode(200).body("lifecycleState", equalTo("ENABLED"));
        encrypt(id, TEXT).then().statusCode(200);
    }

    @Test
    void aDeletionIsScheduledAndCancelled() {
        String id = Api.key();
        Api.act(id, "disable").then().statusCode(200);
        Response scheduled = Api.act(id, "scheduleDeletion");
        scheduled.then().statusCode(200).body("lifecycleState", equalTo("PENDING_DELETION"));
        // Without a time: the longest that the window allows.
        assertThat(Instant.parse(scheduled.path("timeOfDeletion")))
                .isBetween(
                        Instant.now().plus(30, ChronoUnit.DAYS).minusSeconds(60),
                        Instant.now().plus(30, ChronoUnit.DAYS));
        Api.act(id, "enable").then().statusCode(409);
        Api.act(id, "scheduleDeletion").then().statusCode(409).body("code", equalTo("Conflict"));
        Api.act(id, "cancelDeletion").then().statusCode(200).body("lifecycleState", equalTo("DISABLED"));
        Api.act(id, "cancelDeletion").then().statusCode(409);
    }

    @Test
    void aDueKeyIsDeletedWithTheMaterialOfEveryVersionAndStaysReadable() {
        String id = Api.key();
        String first = Api.get(id).path("currentKeyVersion");
        String second = Api.rotate(id).then().statusCode(200).extract().path("id");
        String ciphertext = encrypt(id, TEXT).then().statusCode(200).extract().path("ciphertext");
        assertThat(store.get(material(first))).isPresent();
        assertThat(store.get(material(second))).isPresent();

        as().body(Map.of("timeOfDeletion", Instant.now().plusSeconds(2).toString()))
                .post("/20180608/keys/" + id + "/actions/scheduleDeletion")
                .then()
                .statusCode(200);
        Await.atMostSeconds(20).until("the key is deleted", () -> Api.state(id).equals("DELETED"));

        assertThat(store.get(material(first))).isEmpty();
        assertThat(store.get(material(second))).isEmpty();
        assertThat(store.scan(Scan.of(Layout.DUE, 1000)).values())
                .noneMatch(entry -> entry.key().endsWith(id));
        decrypt(id, ciphertext, Map.of()).then().statusCode(409);
        Api.act(id, "cancelDeletion").then().statusCode(409).body("message", containsString("DELETED"));
        as().get("/20180608/keys/" + id + "/keyVersions")
                .then()
                .statusCode(200)
                .body("lifecycleState", equalTo(List.of("DELETED", "DELETED")));
    }

    @Test
    void aTimeOutsideTheWindowIsRefused() {
        String id = Api.key();
        for (String time : List.of(
                Instant.now().plus(31, ChronoUnit.DAYS).toString(),
                Instant.now().minusSeconds(5).toString(),
                "soon")) {
            as().body(Map.of("timeOfDeletion", time))
                    .post("/20180608/keys/" + id + "/actions/scheduleDeletion")
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", containsString("timeOfDeletion"));
        }
        assertThat(Api.state(id)).isEqualTo("ENABLED");
    }

    // ---- races and repetition ----

    @Test
    void concurrentRotationsEachMakeOneVersion() throws Exception {
        String id = Api.key();
        int rotations = 6;
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < rotations; i++) {
            tasks.add(() -> Api.rotate(id).statusCode());
        }
        int made = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(rotations)) {
            for (Future<Integer> done : threads.invokeAll(tasks)) {
                // A rotation that lost every race is refused, and leaves nothing behind.
                assertThat(done.get()).isIn(200, 409);
                made += done.get() == 200 ? 1 : 0;
            }
        }
        assertThat(made).isPositive();
        List<String> versions = as().queryParam("sortOrder", "ASC")
                .get("/20180608/keys/" + id + "/keyVersions")
                .path("id");
        assertThat(versions).hasSize(made + 1).doesNotHaveDuplicates();
        assertThat(Api.get(id).<String>path("currentKeyVersion")).isEqualTo(versions.getLast());
    }

    @Test
    void aRepeatedRequestChangesNothing() {
        String token = UUID.randomUUID().toString();
        Map<String, Object> details = Api.keyDetails("once");
        Api.vault();
        String first = as().header("opc-retry-token", token)
                .body(details)
                .post("/20180608/keys")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        as().header("opc-retry-token", token)
                .body(details)
                .post("/20180608/keys")
                .then()
                .statusCode(200)
                .body("id", equalTo(first));

        String rotation = UUID.randomUUID().toString();
        String version = as().header("opc-retry-token", rotation)
                .post("/20180608/keys/" + first + "/keyVersions")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        as().header("opc-retry-token", rotation)
                .post("/20180608/keys/" + first + "/keyVersions")
                .then()
                .statusCode(200)
                .body("id", equalTo(version));
        String disable = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            as().header("opc-retry-token", disable)
                    .post("/20180608/keys/" + first + "/actions/disable")
                    .then()
                    .statusCode(200)
                    .body("lifecycleState", equalTo("DISABLED"));
        }
        as().get("/20180608/keys/" + first + "/keyVersions").then().body("$", hasSize(2));
    }

    @Test
    void anotherQueryIsAnotherRequest() {
        String token = UUID.randomUUID().toString();
        Map<String, Object> details = Api.keyDetails("once in one vault");
        String vault = Api.vault();
        for (int i = 0; i < 2; i++) {
            as().header("opc-retry-token", token)
                    .queryParam("vaultId", vault)
                    .body(details)
                    .post("/20180608/keys")
                    .then()
                    .statusCode(200)
                    .body("vaultId", equalTo(vault));
        }
        for (String query : List.of("?vaultId=" + Api.vault(), "")) {
            as().header("opc-retry-token", token)
                    .body(details)
                    .post("/20180608/keys" + query)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("InvalidatedRetryToken"));
        }
    }

    @Test
    void ifMatchIsHeld() {
        String id = Api.key();
        String etag = Api.get(id).header("etag");
        as().header("if-match", "\"nonsense\"")
                .post("/20180608/keys/" + id + "/actions/disable")
                .then()
                .statusCode(412)
                .body("code", equalTo("NoEtagMatch"));
        as().header("if-match", etag)
                .post("/20180608/keys/" + id + "/actions/disable")
                .then()
                .statusCode(200);
        as().header("if-match", etag)
                .post("/20180608/keys/" + id + "/actions/enable")
                .then()
                .statusCode(412);
    }

    // ---- crypto ----

    @Test
    void whatIsEncryptedDecryptsAfterARotation() {
        String id = Api.key();
        Response encrypted = encrypt(id, TEXT);
        encrypted.then().statusCode(200).body("keyId", equalTo(id)).body("encryptionAlgorithm", equalTo("AES_256_GCM"));
        String version = encrypted.path("keyVersionId");
        assertThat(Api.rotate(id).<String>path("id")).isNotEqualTo(version);

        CRC32 crc = new CRC32();
        crc.update("the plaintext".getBytes(StandardCharsets.UTF_8));
        decrypt(id, encrypted.path("ciphertext"), Map.of())
                .then()
                .statusCode(200)
                .body("plaintext", equalTo(TEXT))
                .body("plaintextChecksum", equalTo(Long.toString(crc.getValue())))
                .body("keyVersionId", equalTo(version));
    }

    @Test
    void associatedDataIsBoundWhateverItsOrder() {
        String id = Api.key();
        String ciphertext = as().body("{\"keyId\":\"" + id + "\",\"plaintext\":\"" + TEXT
                        + "\",\"associatedData\":{\"a\":\"1\",\"b\":\"2\"}}")
                .post("/20180608/encrypt")
                .then()
                .statusCode(200)
                .extract()
                .path("ciphertext");
        as().body("{\"keyId\":\"" + id + "\",\"ciphertext\":\"" + ciphertext
                        + "\",\"associatedData\":{\"b\":\"2\",\"a\":\"1\"}}")
                .post("/20180608/decrypt")
                .then()
                .statusCode(200)
                .body("plaintext", equalTo(TEXT));
        for (Map<String, String> other :
                List.of(Map.<String, String>of(), Map.of("a", "1b", "b", "2"), Map.of("a", "1"))) {
            decrypt(id, ciphertext, other)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", containsString("ciphertext"));
        }
    }

    @Test
    void aGeneratedDataKeyDecrypts() {
        String id = Api.key();
        for (int length : new int[] {16, 24, 32}) {
            Response generated = as().body(Map.of(
                            "keyId",
                            id,
                            "includePlaintextKey",
                            true,
                            "keyShape",
                            Map.of("algorithm", "AES", "length", length)))
                    .post("/20180608/generateDataEncryptionKey");
            generated.then().statusCode(200).body("plaintextChecksum", notNullValue());
            String plaintext = generated.path("plaintext");
            assertThat(Base64.getDecoder().decode(plaintext)).hasSize(length);
            decrypt(id, generated.path("ciphertext"), Map.of()).then().body("plaintext", equalTo(plaintext));
        }
        as().body(Map.of(
                        "keyId",
                        id,
                        "includePlaintextKey",
                        false,
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)))
                .post("/20180608/generateDataEncryptionKey")
                .then()
                .statusCode(200)
                .body("plaintext", equalTo(null));
    }

    // ---- what bad input gets ----

    @Test
    void badInputIsRefusedByName() {
        String id = Api.key();
        refused("/20180608/keys", "{", 400, "CannotParseRequest", "JSON");
        refused("/20180608/keys", "", 400, "CannotParseRequest", "body");
        refused("/20180608/keys", "null", 400, "CannotParseRequest", "");
        refused("/20180608/keys", "[]", 400, "CannotParseRequest", "");
        refused("/20180608/keys", "{\"displayName\":{}}", 400, "CannotParseRequest", "displayName");
        refused("/20180608/keys", "{\"displayName\":\"x\"}", 400, "MissingParameter", "compartmentId");
        refused("/20180608/keys", "{\"compartmentId\":\"x\"}", 400, "InvalidParameter", "compartmentId");
        refused("/20180608/keys", with("displayName", ""), 400, "MissingParameter", "displayName");
        refused("/20180608/keys", with("displayName", "x".repeat(256)), 400, "InvalidParameter", "displayName");
        refused("/20180608/keys", with("protectionMode", "HSM"), 400, "InvalidParameter", "protectionMode");
        refused(
                "/20180608/keys",
                with("keyShape", Map.of("algorithm", "DSA", "length", 256)),
                400,
                "InvalidParameter",
                "keyShape.algorithm");
        refused(
                "/20180608/keys",
                with("keyShape", Map.of("algorithm", "AES", "length", 17)),
                400,
                "InvalidParameter",
                "keyShape.length");
        refused(
                "/20180608/keys",
                with("keyShape", Map.of("algorithm", "AES")),
                400,
                "MissingParameter",
                "keyShape.length");
        refused(
                "/20180608/vaults",
                Map.of("compartmentId", Samples.COMPARTMENT.value(), "displayName", "v", "vaultType", "ROUND"),
                400,
                "InvalidParameter",
                "vaultType");
        refused("/20180608/encrypt", Map.of("keyId", id), 400, "MissingParameter", "plaintext");
        refused("/20180608/encrypt", Map.of("keyId", id, "plaintext", "%%%%"), 400, "InvalidParameter", "plaintext");
        refused(
                "/20180608/encrypt",
                Map.of("keyId", id, "plaintext", Base64.getEncoder().encodeToString(new byte[4097])),
                400,
                "InvalidParameter",
                "plaintext");
        refused(
                "/20180608/encrypt",
                Map.of("keyId", id, "plaintext", TEXT, "encryptionAlgorithm", "RSA_OAEP_SHA_256"),
                400,
                "InvalidParameter",
                "encryptionAlgorithm");
        refused(
                "/20180608/encrypt",
                Map.of("keyId", id, "plaintext", TEXT, "associatedData", Map.of("a", "x".repeat(4096))),
                400,
                "InvalidParameter",
                "associatedData");
        refused(
                "/20180608/encrypt",
                Map.of(
                        "keyId",
                        id,
                        "plaintext",
                        TEXT,
                        "keyVersionId",
                        Samples.MINT.keyVersion(Samples.VAULT).value()),
                400,
                "InvalidParameter",
                "keyVersionId");
        refused(
                "/20180608/encrypt",
                Map.of("keyId", Samples.MINT.key(Samples.VAULT).value(), "plaintext", TEXT),
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "");
        refused("/20180608/decrypt", Map.of("keyId", id, "ciphertext", TEXT), 400, "InvalidParameter", "ciphertext");
        refused(
                "/20180608/generateDataEncryptionKey",
                Map.of("keyId", id, "includePlaintextKey", true, "keyShape", Map.of("algorithm", "AES", "length", 31)),
                400,
                "InvalidParameter",
                "keyShape.length");
        refused(
                "/20180608/keys/" + id + "/actions/scheduleDeletion",
                "{\"timeOfDeletion\":",
                400,
                "CannotParseRequest",
                "");
        as().get("/20180608/keys").then().statusCode(400).body("code", equalTo("MissingParameter"));
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .queryParam("limit", "many")
                .get("/20180608/keys")
                .then()
                .statusCode(400)
                .body("message", containsString("limit"));
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .queryParam("page", "nonsense")
                .get("/20180608/keys")
                .then()
                .statusCode(400)
                .body("message", containsString("page"));
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .queryParam("sortBy", "SIZE")
                .get("/20180608/keys")
                .then()
                .statusCode(400)
                .body("message", containsString("sortBy"));
    }

    @Test
    void whatIsUnknownOrForbiddenLooksTheSame() {
        String id = Api.key();
        for (String unknown : List.of(Samples.MINT.key(Samples.VAULT).value(), "nonsense", "ocid1.vault.oc1.iad.x.y")) {
            Api.get(unknown).then().statusCode(404).body("code", equalTo("NotAuthorizedOrNotFound"));
            Api.act(unknown, "disable").then().statusCode(404);
        }
        as().get("/20180608/keys/" + id + "/keyVersions/nonsense").then().statusCode(404);
        as().get("/20180608/vaults/nonsense").then().statusCode(404);
        policy.forbid(id);
        try {
            Api.get(id).then().statusCode(404).body("code", equalTo("NotAuthorizedOrNotFound"));
            Api.act(id, "disable").then().statusCode(404);
            encrypt(id, TEXT).then().statusCode(400).body("code", equalTo("RelatedResourceNotAuthorizedOrNotFound"));
        } finally {
            policy.allow(id);
        }
        Api.get(id).then().statusCode(200);
    }

    @Test
    void createKeyNeedsBothPermissions() {
        Api.vault();
        for (String permission : List.of("KEY_CREATE", "VAULT_CREATE_KEY")) {
            policy.forbid(permission);
            try {
                as().body(Api.keyDetails("no"))
                        .post("/20180608/keys")
                        .then()
                        .statusCode(400)
                        .body("code", equalTo("RelatedResourceNotAuthorizedOrNotFound"));
            } finally {
                policy.allow(permission);
            }
        }
    }

    @Test
    void anUnsignedRequestReachesNothing() {
        io.restassured.RestAssured.given()
                .get("/20180608/keys/" + Api.key())
                .then()
                .statusCode(401)
                .body("code", equalTo("NotAuthenticated"));
    }

    @Test
    void whatIsNotDoneYetSaysSo() {
        String key = "keys/" + Api.key();
        for (String path : List.of(
                "ekmsPrivateEndpoints",
                "ekmsPrivateEndpoints/x",
                "hsmClusters",
                "hsmClusters/x",
                "hsmClusters/x/hsmPartitions/y",
                "hsmPartitions",
                "replicaOperations/x/status",
                "vaults/x/actions/listReplicas")) {
            notYet(as().get("/20180608/" + path));
        }
        for (String path : List.of(
                "ekmsPrivateEndpoints",
                "hsmClusters",
                "hsmClusters/x/actions/scheduleDeletion",
                key + "/actions/backup",
                "keys/actions/restoreFromFile",
                "keys/actions/restoreFromObjectStore",
                "vaults/actions/restoreFromFile",
                "vaults/actions/restoreFromObjectStore",
                "vaults/x/actions/backup",
                "vaults/x/actions/createReplica",
                "vaults/x/actions/deleteReplica")) {
            notYet(as().body("{}").post("/20180608/" + path));
        }
        for (String path :
                List.of("ekmsPrivateEndpoints/x", "hsmClusters/x", "vaults/x/updateRegisteredVaultForMtls")) {
            notYet(as().body("{}").put("/20180608/" + path));
        }
        notYet(as().delete("/20180608/ekmsPrivateEndpoints/x"));
        as().get("/20180608/nothing").then().statusCode(404).body("code", equalTo("NotFound"));
    }

    @Test
    void externalKeyManagersAreNotImplemented() {
        notYet(as().body(Map.of(
                        "compartmentId", Samples.COMPARTMENT.value(), "displayName", "v", "vaultType", "EXTERNAL"))
                .post("/20180608/vaults"));
        notYet(as().body(with("protectionMode", "EXTERNAL")).post("/20180608/keys"));
        refused("/20180608/keys", with("protectionMode", "ROUND"), 400, "InvalidParameter", "protectionMode");
        // As a filter it is a mode that no key has.
        as().queryParam("compartmentId", Samples.COMPARTMENT.value())
                .queryParam("protectionMode", "EXTERNAL")
                .get("/20180608/keys")
                .then()
                .statusCode(200)
                .body("$", hasSize(0));
    }

    private static void notYet(Response answer) {
        answer.then().statusCode(501).body("code", equalTo("MethodNotImplemented"));
    }

    private static Response encrypt(String keyId, String plaintext) {
        return as().body(Map.of("keyId", keyId, "plaintext", plaintext)).post("/20180608/encrypt");
    }

    private static Response decrypt(String keyId, String ciphertext, Map<String, String> associatedData) {
        return as().body(Map.of("keyId", keyId, "ciphertext", ciphertext, "associatedData", associatedData))
                .post("/20180608/decrypt");
    }

    private static Map<String, Object> with(String field, Object value) {
        Map<String, Object> details = Api.keyDetails("a key");
        details.put(field, value);
        return details;
    }

    private static void refused(String path, Object body, int status, String code, String inMessage) {
        as().body(body)
                .post(path)
                .then()
                .statusCode(status)
                .body("code", equalTo(code))
                .body("message", containsString(inMessage));
    }

    private static String material(String versionId) {
        return "/holdfast/keys/material/" + versionId;
    }
}
