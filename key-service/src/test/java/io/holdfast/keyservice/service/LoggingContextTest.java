package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.holdfast.events.EventCodec;
import io.holdfast.events.Family;
import io.holdfast.events.UseEvent;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a client says about a use of a key goes on record, and only when it says something. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class LoggingContextTest {
    private static final String MESSAGE = "aGVsbG8=";
    private static final Map<String, String> WHY = Map.of("application", "payroll", "ticket", "OPS-1234");

    @Test
    void everyUseWithAContextIsTold() {
        String aes = Api.key();
        String rsa = Api.key("RSA", 256);
        String ciphertext =
                used("encrypt", Map.of("keyId", aes, "plaintext", MESSAGE)).path("ciphertext");
        used("decrypt", Map.of("keyId", aes, "ciphertext", ciphertext));
        used(
                "generateDataEncryptionKey",
                Map.of(
                        "keyId",
                        aes,
                        "includePlaintextKey",
                        false,
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)));
        Map<String, Object> signing =
                Map.of("keyId", rsa, "message", MESSAGE, "signingAlgorithm", "SHA_256_RSA_PKCS_PSS");
        Response signed = used("sign", signing);
        Map<String, Object> verifying = new HashMap<>(signing);
        verifying.put("signature", signed.path("signature"));
        verifying.put("keyVersionId", signed.path("keyVersionId"));
        used("verify", verifying).then().body("isSignatureValid", equalTo(true));

        // None of these is a use that wants a record.
        as().body(Map.of("keyId", aes, "plaintext", MESSAGE))
                .post("/20180608/encrypt")
                .then()
                .statusCode(200);
        as().body(Map.of("keyId", aes, "plaintext", MESSAGE, "loggingContext", Map.of()))
                .post("/20180608/encrypt")
                .then()
                .statusCode(200);
        as().body(Map.of("keyId", aes, "ciphertext", "AAAA", "loggingContext", WHY))
                .post("/20180608/decrypt")
                .then()
                .statusCode(400);
        as().body(Map.of("keyId", aes, "plaintext", MESSAGE, "loggingContext", Map.of("k", "v".repeat(4096))))
                .post("/20180608/encrypt")
                .then()
                .statusCode(400)
                .body("code", equalTo("InvalidParameter"));

        try (KeyEvents events = new KeyEvents(Family.USES.topic())) {
            Await.atMostSeconds(30)
                    .until(
                            "five uses",
                            () -> uses(events, aes).size() + uses(events, rsa).size() >= 5);
            assertThat(uses(events, aes))
                    .extracting(UseEvent.KeyUsed::operation)
                    .containsExactly("Encrypt", "Decrypt", "GenerateDataEncryptionKey");
            assertThat(uses(events, rsa))
                    .extracting(UseEvent.KeyUsed::operation)
                    .containsExactly("Sign", "Verify");
            assertThat(uses(events, aes)).allSatisfy(use -> {
                assertThat(use.loggingContext()).isEqualTo(WHY);
                assertThat(use.keyVersionId().value()).isEqualTo(Api.get(aes).path("currentKeyVersion"));
                assertThat(use.actor()).startsWith("ocid1.user.");
            });
            assertThat(events.read()).noneMatch(event -> event.json().contains(MESSAGE));
        }
    }

    private static Response used(String operation, Map<String, Object> details) {
        Map<String, Object> body = new HashMap<>(details);
        body.put("loggingContext", WHY);
        Response answer = as().body(body).post("/20180608/" + operation);
        answer.then().statusCode(200);
        return answer;
    }

    private static List<UseEvent.KeyUsed> uses(KeyEvents events, String key) {
        EventCodec codec = new EventCodec();
        return events.read().stream()
                .filter(event -> event.subject().equals(key))
                .map(event -> codec.decode(event.type(), event.json().getBytes(StandardCharsets.UTF_8)))
                .map(UseEvent.KeyUsed.class::cast)
                .toList();
    }
}
