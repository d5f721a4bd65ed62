package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.keyservice.vault.Signatures;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sign, verify and encrypt with keys of every shape, over REST. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class SigningRestTest {
    private static final byte[] MESSAGE = "an order of 100".getBytes(StandardCharsets.UTF_8);
    private static final String PLAINTEXT = Base64.getEncoder().encodeToString(MESSAGE);

    @Test
    void everyAlgorithmSignsAndVerifiesRawAndDigest() {
        for (KeyShape shape : List.of(
                new KeyShape(KeyShape.Algorithm.RSA, 256),
                new KeyShape(KeyShape.Algorithm.ECDSA, 32),
                new KeyShape(KeyShape.Algorithm.ECDSA, 48),
                new KeyShape(KeyShape.Algorithm.ECDSA, 66))) {
            String key = Api.key(shape.algorithm().name(), shape.length());
            for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
                if (!algorithm.fits(shape)) {
                    sign(key, algorithm, "RAW", MESSAGE)
                            .then()
                            .statusCode(400)
                            .body("code", equalTo("InvalidParameter"))
                            .body("message", containsString("signingAlgorithm"));
                    continue;
                }
                byte[] digest = Signatures.digest(algorithm, MESSAGE);
                Response raw = sign(key, algorithm, "RAW", MESSAGE);
                raw.then().statusCode(200).body("signingAlgorithm", equalTo(algorithm.name()));
                Response digested = sign(key, algorithm, "DIGEST", digest);
                // What was signed raw verifies by its digest, and the other way round.
                verify(key, raw, algorithm, "DIGEST", digest, true);
                verify(key, digested, algorithm, "RAW", MESSAGE, true);
                verify(key, raw, algorithm, "RAW", "an order of 101".getBytes(StandardCharsets.UTF_8), false);
            }
        }
    }

    @Test
    void anOldVersionStillVerifies() {
        String key = Api.key("ECDSA", 32);
        Response before = sign(key, SigningAlgorithm.ECDSA_SHA_256, "RAW", MESSAGE);
        Api.rotate(key);
        Response after = sign(key, SigningAlgorithm.ECDSA_SHA_256, "RAW", MESSAGE);
        verify(key, before, SigningAlgorithm.ECDSA_SHA_256, "RAW", MESSAGE, true);
        verify(key, after, SigningAlgorithm.ECDSA_SHA_256, "RAW", MESSAGE, true);

        Map<String, Object> mixed = new HashMap<>();
        mixed.put("keyId", key);
        mixed.put("keyVersionId", after.path("keyVersionId"));
        mixed.put("message", PLAINTEXT);
        mixed.put("signature", before.path("signature"));
        mixed.put("signingAlgorithm", "ECDSA_SHA_256");
        as().body(mixed).post("/20180608/verify").then().statusCode(200).body("isSignatureValid", equalTo(false));

        as().get("/20180608/keys/" + key + "/keyVersions/" + after.path("keyVersionId"))
                .then()
                .body("publicKey", containsString("BEGIN PUBLIC KEY"));
    }

    @Test
    void badInputIsRefusedByName() {
        String key = Api.key("RSA", 256);
        refused(sign(key, SigningAlgorithm.SHA_256_RSA_PKCS_PSS, "DIGEST", MESSAGE), "message", "32 bytes");
        refused(sign(key, SigningAlgorithm.SHA_256_RSA_PKCS_PSS, "NEITHER", MESSAGE), "messageType");
        refused(sign(key, SigningAlgorithm.SHA_256_RSA_PKCS_PSS, "RAW", new byte[4097]), "message", "4096");
        refused(sign(Api.key(), SigningAlgorithm.SHA_256_RSA_PKCS_PSS, "RAW", MESSAGE), "keyId", "can't sign");
        as().body(Map.of("keyId", key, "message", PLAINTEXT))
                .post("/20180608/sign")
                .then()
                .statusCode(400)
                .body("code", equalTo("MissingParameter"));
        refused(
                as().body(Map.of("keyId", key, "message", "%%", "signingAlgorithm", "SHA_256_RSA_PKCS_PSS"))
                        .post("/20180608/sign"),
                "message",
                "base64");
        refused(
                as().body(Map.of(
                                "keyId",
                                key,
                                "keyVersionId",
                                io.holdfast.keyservice.Samples.MINT
                                        .keyVersion(io.holdfast.keyservice.Samples.VAULT)
                                        .value(),
                                "message",
                                PLAINTEXT,
                                "signingAlgorithm",
                                "SHA_256_RSA_PKCS_PSS"))
                        .post("/20180608/sign"),
                "keyVersionId");
        for (String nonsense : List.of("AA==", Base64.getEncoder().encodeToString(new byte[256]))) {
            for (String algorithm : List.of("SHA_256_RSA_PKCS_PSS", "SHA_512_RSA_PKCS1_V1_5")) {
                as().body(Map.of(
                                "keyId",
                                key,
                                "keyVersionId",
                                Api.get(key).path("currentKeyVersion"),
                                "message",
                                PLAINTEXT,
                                "signature",
                                nonsense,
                                "signingAlgorithm",
                                algorithm))
                        .post("/20180608/verify")
                        .then()
                        .statusCode(200)
                        .body("isSignatureValid", equalTo(false));
            }
        }
        Api.act(key, "disable").then().statusCode(200);
        sign(key, SigningAlgorithm.SHA_256_RSA_PKCS_PSS, "RAW", MESSAGE).then().statusCode(409);
    }

    @Test
    void everyEncryptingShapeEncryptsByItsAlgorithms() {
        Map<String, List<String>> algorithms =
                Map.of("AES", List.of("AES_256_GCM"), "RSA", List.of("RSA_OAEP_SHA_256", "RSA_OAEP_SHA_1"));
        for (KeyShape shape : List.of(
                new KeyShape(KeyShape.Algorithm.AES, 16),
                new KeyShape(KeyShape.Algorithm.AES, 24),
                new KeyShape(KeyShape.Algorithm.RSA, 256),
                new KeyShape(KeyShape.Algorithm.RSA, 384))) {
            String key = Api.key(shape.algorithm().name(), shape.length());
            for (String algorithm : algorithms.get(shape.algorithm().name())) {
                Map<String, Object> details = new HashMap<>();
                details.put("keyId", key);
                details.put("plaintext", PLAINTEXT);
                details.put("encryptionAlgorithm", algorithm);
                details.put("associatedData", Map.of("a", "1", "b", "2"));
                Response encrypted = as().body(details).post("/20180608/encrypt");
                encrypted.then().statusCode(200).body("encryptionAlgorithm", equalTo(algorithm));
                details.remove("plaintext");
                details.remove("encryptionAlgorithm");
                details.put("ciphertext", encrypted.path("ciphertext"));
                as().body(details)
                        .post("/20180608/decrypt")
                        .then()
                        .statusCode(200)
                        .body("plaintext", equalTo(PLAINTEXT))
                        .body("encryptionAlgorithm", equalTo(algorithm));
                details.put("associatedData", Map.of("a", "2", "b", "1"));
                refused(as().body(details).post("/20180608/decrypt"), "ciphertext");
            }
        }
        refused(
                as().body(Map.of("keyId", Api.key("ECDSA", 32), "plaintext", PLAINTEXT))
                        .post("/20180608/encrypt"),
                "ECDSA",
                "can't encrypt");
        String rsa = Api.key("RSA", 256);
        refused(
                as().body(Map.of("keyId", rsa, "plaintext", Base64.getEncoder().encodeToString(new byte[191])))
                        .post("/20180608/encrypt"),
                "190 bytes");
        refused(
                as().body(Map.of("keyId", rsa, "plaintext", PLAINTEXT, "encryptionAlgorithm", "AES_256_GCM"))
                        .post("/20180608/encrypt"),
                "encryptionAlgorithm");
        as().body(Map.of(
                        "keyId",
                        rsa,
                        "includePlaintextKey",
                        true,
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)))
                .post("/20180608/generateDataEncryptionKey")
                .then()
                .statusCode(200);
    }

    private static Response sign(String key, SigningAlgorithm algorithm, String type, byte[] message) {
        return as().body(Map.of(
                        "keyId",
                        key,
                        "message",
                        Base64.getEncoder().encodeToString(message),
                        "messageType",
                        type,
                        "signingAlgorithm",
                        algorithm.name()))
                .post("/20180608/sign");
    }

    private static void verify(
            String key, Response signed, SigningAlgorithm algorithm, String type, byte[] message, boolean valid) {
        as().body(Map.of(
                        "keyId",
                        key,
                        "keyVersionId",
                        signed.path("keyVersionId"),
                        "message",
                        Base64.getEncoder().encodeToString(message),
                        "messageType",
                        type,
                        "signature",
                        signed.path("signature"),
                        "signingAlgorithm",
                        algorithm.name()))
                .post("/20180608/verify")
                .then()
                .statusCode(200)
                .body("isSignatureValid", equalTo(valid));
    }

    private static void refused(Response answer, String... words) {
        answer.then().statusCode(400).body("code", equalTo("InvalidParameter"));
        for (String word : words) {
            answer.then().body("message", containsString(word));
        }
    }
}
