package io.holdfast.keyservice.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** What an operator sees. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class OperationTest {
    @Inject
    MeterRegistry meters;

    @Test
    void itIsReadyAndSaysSoPerPart() {
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", hasItems("control etcd", "vault", "hsm", "vaults elsewhere", "clock", "outbox"));
        // Who may not ask anything else may ask this: nothing of addresses, revisions or ids.
        assertThat(given().get("/q/health/ready").asString()).doesNotContain("127.0.0.1", "revision", "ocid1");
        given().get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void aLookAtTheVaultIsNoCallOfAClients() {
        Api.key();
        long before = generated();
        given().get("/q/health/ready").then().statusCode(200);
        assertThat(before).isPositive();
        assertThat(generated()).isEqualTo(before);
    }

    private long generated() {
        return meters.get("holdfast.vault.calls").tag("operation", "generate").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    @Test
    void operationsAreCountedByOutcome() {
        String key = Api.key();
        Api.act(key, "cancelDeletion").then().statusCode(409);
        Api.act(key, "disable").then().statusCode(200);
        String metrics =
                given().get("/q/metrics").then().statusCode(200).extract().asString();
        assertThat(metrics)
                .contains("holdfast_keys_operations_total")
                .containsPattern("operation=\"CreateKey\".*outcome=\"ok\"|outcome=\"ok\".*operation=\"CreateKey\"")
                .contains("outcome=\"Conflict\"")
                .contains("holdfast_keys_deletions_held 0.0")
                .contains("http_server_requests_seconds_count")
                .contains("holdfast_access_sessions")
                .contains("holdfast_access_pings_unanswered_total")
                .contains("holdfast_access_barrier_seconds_count")
                .containsPattern("holdfast_vault_calls_seconds_count\\{.*operation=\"generate\".*vault=\"built-in\"");
    }

    @Test
    void theApiIsDescribed() {
        String openapi =
                given().get("/q/openapi").then().statusCode(200).extract().asString();
        assertThat(openapi)
                .contains("/20180608/keys/{keyId}/actions/scheduleDeletion")
                .contains("/20180608/generateDataEncryptionKey")
                .contains("CreateKeyDetails")
                .contains("/v1/deletions/clock/confirm")
                .contains("ConfirmDeletionClockDetails")
                .contains("completeUntil")
                .doesNotContain("restoreFromFile");
    }
}
