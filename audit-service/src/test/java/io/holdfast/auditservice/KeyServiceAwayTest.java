package io.holdfast.auditservice;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.holdfast.testkit.quarkus.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The service wired as it is shipped, without a key-service: nobody can say who a caller is, so nothing is served. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(CertificatesResource.class)
@TestProfile(KeyServiceAwayTest.AsShipped.class)
class KeyServiceAwayTest {

    /** The platform's own authenticator and authorizer. */
    public static final class AsShipped implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.arc.exclude-types", "io.holdfast.auditservice.TestPeople");
        }
    }

    @Test
    void a_signed_request_is_told_to_come_again() {
        for (String path : List.of("/v1/events", "/v1/events/x", "/v1/verification")) {
            given().header(TestPeople.HEADER, TestPeople.ADMINISTRATOR)
                    .header("Authorization", "Signature version=\"1\"")
                    .get(path)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", notNullValue())
                    .body("code", equalTo("ServiceUnavailable"));
        }
    }

    @Test
    void it_is_ready_all_the_same() {
        given().get("/q/health/ready").then().statusCode(200);
    }
}
