package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.Destructions.Destruction;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.vault.MaterialUnusable;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.Vault.Wish;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys of protection mode HSM over REST, on a SoftHSM token. */
@QuarkusTest
@TestProfile(HsmProfile.class)
class HsmRestTest {
    private static final String PLAINTEXT =
            Base64.getEncoder().encodeToString("a secret".getBytes(StandardCharsets.UTF_8));

    @Inject
    Vaults vaults;

    @Inject
    Destructions destructions;

    @Inject
    KeyValueStore etcd;

    @Inject
    Ocid.Mint mint;

    @Test
    void aKeyOfNoStatedModeIsInTheHsmAndServesThroughRotations() {
        String key = key("AES", 32);
        Api.get(key).then().body("protectionMode", equalTo("HSM"));
        Response before = encrypt(key, Map.of("order", "1"));
        Api.rotate(key).then().statusCode(200);
        Response after = encrypt(key, Map.of("order", "1"));
        assertThat(after.<String>path("keyVersionId")).isNotEqualTo(before.path("keyVersionId"));
        for (Response each : List.of(before, after)) {
            decrypt(key, each, Map.of("order", "1")).then().statusCode(200).body("plaintext", equalTo(PLAINTEXT));
            decrypt(key, each, Map.of("order", "2")).then().statusCode(400).body("code", equalTo("InvalidParameter"));
        }
        as().body(Map.of(
                        "keyId",
                        key,
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32),
                        "includePlaintextKey",
                        true))
                .post("/20180608/generateDataEncryptionKey")
                .then()
                .statusCode(200);
    }

    @Test
    void rsaEncryptsAndSigns() {
        String key = key("RSA", 256);
        Response encrypted = encrypt(key, Map.of());
        decrypt(key, encrypted, Map.of()).then().statusCode(200).body("plaintext", equalTo(PLAINTEXT));
        Response signed = as().body(
                        Map.of("keyId", key, "message", PLAINTEXT, "signingAlgorithm", "SHA_256_RSA_PKCS_PSS"))
                .post("/20180608/sign");
        signed.then().statusCode(200);
        as().body(Map.of(
                        "keyId",
                        key,
                        "keyVersionId",
                        signed.path("keyVersionId"),
                        "message",
                        PLAINTEXT,
                        "signature",
                        signed.path("signature"),
                        "signingAlgorithm",
                        "SHA_256_RSA_PKCS_PSS"))
                .post("/20180608/verify")
                .then()
                .statusCode(200)
                .body("isSignatureValid", equalTo(true));
    }

    @Test
    void itIsNotExported() throws Exception {
        String key = key("AES", 32);
        as().body(Map.of(
                        "keyId",
                        key,
                        "algorithm",
                        "RSA_OAEP_SHA256",
                        "publicKey",
                        TransferRestTest.pem(TransferRestTest.rsa(2048).getPublic())))
                .post("/20180608/exportKey")
                .then()
                .statusCode(400)
                .body("code", equalTo("InvalidParameter"))
                .body("message", containsString("never leaves"));
    }

    @Test
    void aDeletedKeyIsDestroyedInTheToken() {
        String key = key("AES", 32);
        KeyVersionId version = new KeyVersionId(Api.get(key).path("currentKeyVersion"));
        assertThat(isInToken(version)).isTrue();

        as().body(Map.of(
                        "timeOfDeletion",
                        Instant.now().plus(Duration.ofSeconds(5)).toString()))
                .post("/20180608/keys/" + key + "/actions/scheduleDeletion")
                .then()
                .statusCode(200);

        Await.atMostSeconds(30).until("the object is destroyed", () -> !isInToken(version));
        assertThat(Api.state(key)).isEqualTo("DELETED");
        Await.atMostSeconds(30).until("nothing is to be destroyed", () -> notToBeDestroyed(version, key));
    }

    @Test
    void whatWasMadeAndNeverRecordedIsDestroyedInTheToken() {
        Vault hsm = hsm();
        VaultId vault = mint.vault();
        KeyVersionId version = mint.keyVersion(vault);
        // As a process that dies after its vault made the version. It announces first; here the sweeper must find both.
        hsm.generate(new Wish(mint.key(vault), version, KeyShape.AES_256, "a key", ProtectionMode.HSM, true));
        destructions.announce(
                new Destruction(version.value(), Instant.now(), vault, ProtectionMode.HSM, List.of(version)));

        Await.atMostSeconds(30).until("the object is destroyed", () -> !isInToken(version));
    }

    @Test
    void whatIsOnRecordIsNeverDestroyed() {
        String key = key("AES", 32);
        KeyVersionId version = new KeyVersionId(Api.get(key).path("currentKeyVersion"));
        destructions.announce(
                new Destruction(version.value(), Instant.now(), mint.vault(), ProtectionMode.HSM, List.of(version)));

        Await.atMostSeconds(30).until("the sweeper was there", () -> notToBeDestroyed(version, key));
        encrypt(key, Map.of());
    }

    private boolean notToBeDestroyed(KeyVersionId version, String key) {
        return etcd.scan(Scan.of(Layout.DESTRUCTIONS, Scan.MAX_LIMIT)).values().stream()
                .noneMatch(each -> List.of(version.value(), key).contains(Layout.last(each.key())));
    }

    private Vault hsm() {
        return vaults.holding(mint.vault(), ProtectionMode.HSM).orElseThrow();
    }

    private boolean isInToken(KeyVersionId version) {
        Vault hsm = hsm();
        // The reference is a function of the names; any key's serves to ask for the object.
        Ocid.KeyId key = mint.key(mint.vault());
        byte[] reference =
                ("pkcs11:object=" + version.value() + "?key=" + key.value()).getBytes(StandardCharsets.US_ASCII);
        try {
            hsm.open(key, version, KeyShape.AES_256, io.holdfast.kernel.Bytes.copyOf(reference))
                    .close();
            return true;
        } catch (MaterialUnusable gone) {
            return false;
        }
    }

    private static String key(String algorithm, int length) {
        Map<String, Object> details = Api.keyDetails("a key");
        details.remove("protectionMode");
        details.put("keyShape", Map.of("algorithm", algorithm, "length", length));
        return as().queryParam("vaultId", Api.vault())
                .body(details)
                .post("/20180608/keys")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
    }

    private static Response encrypt(String key, Map<String, String> associatedData) {
        Response answer = as().body(Map.of("keyId", key, "plaintext", PLAINTEXT, "associatedData", associatedData))
                .post("/20180608/encrypt");
        answer.then().statusCode(200);
        return answer;
    }

    private static Response decrypt(String key, Response encrypted, Map<String, String> associatedData) {
        Map<String, Object> body = new HashMap<>();
        body.put("keyId", key);
        body.put("ciphertext", encrypted.path("ciphertext"));
        body.put("associatedData", associatedData);
        return as().body(body).post("/20180608/decrypt");
    }
}
