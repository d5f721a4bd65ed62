package io.holdfast.keyservice.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.kernel.Ocid;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(IdentityProfile.class)
class ValidateRestTest {
    private static final String VALIDATE = "/v1/policies/validate";

    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    private SignedApi admin;
    private String root;

    @BeforeEach
    void asAdministrator() {
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
    }

    @Test
    void everyPartIsInTheTree() {
        JsonNode tree = statements(
                        true,
                        "allow group Admins to use keys in tenancy where any {target.key.id = 'k', all"
                                + " {request.operation != /Get*/, request.utc-timestamp before '2030-01-01T00:00:00Z'}}")
                .get(0)
                .path("tree");

        assertThat(tree.path("kind").asText()).isEqualTo("allow");
        assertThat(tree.path("subject").toString()).isEqualTo("{\"kind\":\"group\",\"names\":[\"Admins\"]}");
        assertThat(tree.path("action").toString()).isEqualTo("{\"verb\":\"use\",\"resourceType\":\"keys\"}");
        assertThat(tree.path("location").path("kind").asText()).isEqualTo("tenancy");
        JsonNode condition = tree.path("condition");
        assertThat(condition.path("kind").asText()).isEqualTo("any");
        assertThat(condition.path("of").get(0).toString())
                .isEqualTo(
                        "{\"kind\":\"comparison\",\"variable\":\"target.key.id\",\"operator\":\"=\",\"value\":\"k\"}");
        JsonNode both = condition.path("of").get(1);
        assertThat(both.path("kind").asText()).isEqualTo("all");
        assertThat(both.path("of").get(0).path("pattern").toString()).isEqualTo("[\"Get\",\"\"]");
        assertThat(both.path("of").get(1).path("value").asText()).isEqualTo("2030-01-01T00:00:00Z");
    }

    @Test
    void whatCanNotBeReadHasItsPlaceAndTheRestIsReadAllTheSame() {
        JsonNode statements = statements(
                false,
                "Allow group g to use keys in tenancy",
                "Permit group g to read keys in tenancy",
                "Allow group g to read keys in compartment nowhere");

        assertThat(statements.get(0).path("canonical").asText()).isEqualTo("Allow group g to use keys in tenancy");
        assertThat(remarks(statements.get(0))).contains("WARNING").contains("KEY_EXPORT");
        JsonNode unread = statements.get(1);
        assertThat(unread.has("tree")).isFalse();
        JsonNode error = unread.path("remarks").get(0);
        assertThat(error.path("severity").asText()).isEqualTo("ERROR");
        assertThat(error.path("line").asInt()).isEqualTo(1);
        assertThat(error.path("column").asInt()).isEqualTo(1);
        JsonNode unknown = statements.get(2).path("remarks").get(0);
        assertThat(unknown.path("severity").asText()).isEqualTo("ERROR");
        assertThat(unknown.path("message").asText()).contains("nowhere");
        assertThat(unknown.path("line").asInt()).isEqualTo(1);
        assertThat(unknown.path("column").asInt()).isEqualTo(43);
        assertThat(remarks(statements.get(2)))
                .contains("there is no group 'g' now: it takes effect for whoever is given that name");
    }

    @Test
    void whatMayNotBeMeantIsAWarning() {
        JsonNode statements = statements(
                true,
                "Allow group g to manage keys in tenancy where target.key.id = 'k'",
                "Allow group g to read keys in tenancy where all {target.key.id = 'a', target.key.id = 'b'}",
                "Allow group <g> to read keys in tenancy");

        assertThat(remarks(statements.get(0))).contains("never grants ListKey");
        assertThat(remarks(statements.get(1))).contains("no request can meet its condition");
        assertThat(remarks(statements.get(2))).contains("angle brackets");
    }

    @Test
    void anEmptyStatementHasItsPlace() {
        JsonNode error = statements(false, "").get(0).path("remarks").get(0);
        assertThat(error.path("line").asInt()).isEqualTo(1);
        assertThat(error.path("column").asInt()).isEqualTo(1);
        assertThat(error.path("message").asText()).startsWith("expected ");

        Answer created = admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        "empty",
                        "description",
                        "for tests",
                        "statements",
                        List.of("Allow any-user to read keys in tenancy", "")),
                Map.of());
        refused(400, "InvalidParameter", created);
        assertThat(created.message()).contains("statements[1]").contains("line 1:1: expected ");
    }

    @Test
    void aRuleThatMatchesNothingIsAcceptedWithAWarning() {
        Answer created = admin.post(
                "/20160918/dynamicGroups",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        "instances",
                        "description",
                        "for tests",
                        "matchingRule",
                        "instance.compartment.id = '" + root + "'"),
                Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        assertThat(created.header("warning"))
                .isEqualTo(
                        "299 - \"matchingRule: no compute instance signs in to Holdfast: instance.compartment.id matches"
                                + " nothing\"");
        String path = "/20160918/dynamicGroups/" + created.body().path("id").asText();

        Answer described = admin.send("PUT", path, "{\"description\":\"still for tests\"}", Map.of());
        assertThat(described.status()).isEqualTo(200);
        assertThat(described.raw().headers().allValues("warning")).isEmpty();
        Answer changed = admin.send("PUT", path, "{\"matchingRule\":\"tag.ops.cost.value\"}", Map.of());
        assertThat(changed.header("warning")).contains("the tags of resources are not known here");
        assertThat(admin.delete(path, Map.of()).status()).isEqualTo(204);
    }

    @Test
    void definitionsCountForTheWholePolicy() {
        JsonNode statements = statements(
                true,
                "Define tenancy Other as " + mint.tenancy().value(),
                "Endorse group g to use keys in tenancy Other");
        assertThat(statements.get(0).path("tree").path("alias").asText()).isEqualTo("Other");
        assertThat(statements
                        .get(1)
                        .path("tree")
                        .path("destination")
                        .path("name")
                        .asText())
                .isEqualTo("Other");
    }

    @Test
    void itIsRefusedWhatNoPolicyCouldBe() {
        refused(400, "CannotParseRequest", admin.send("POST", VALIDATE, "", Map.of()));
        refused(400, "MissingParameter", admin.post(VALIDATE, Map.of("statements", List.of("x")), Map.of()));
        refused(400, "MissingParameter", admin.post(VALIDATE, Map.of("compartmentId", root), Map.of()));
        refused(400, "LimitExceeded", validate(Collections.nCopies(51, "x").toArray(String[]::new)));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                admin.post(
                        VALIDATE,
                        Map.of("compartmentId", mint.compartment().value(), "statements", List.of("x")),
                        Map.of()));
    }

    @Test
    void itIsForWhoMayReadPolicies() {
        KeyPair pair = Signer.rsa(2048);
        User user = TestUsers.add(identity, mint, admin.tenancy(), "Nobodies", RsaPublicKey.fromPem(Signer.pem(pair)));
        SignedApi nobody = new SignedApi(admin.tenancy(), user.id(), pair);

        refused(
                404,
                "NotAuthorizedOrNotFound",
                nobody.post(VALIDATE, Map.of("compartmentId", root, "statements", List.of("x")), Map.of()));
    }

    @Test
    void theDescriptionOfTheApiHasIt() {
        String openapi =
                given().get("/q/openapi").then().statusCode(200).extract().asString();
        assertThat(openapi).contains("/v1/policies/validate", "/v1/policies/explain", "/v1/keys/{keyId}/principals");
    }

    private static String remarks(JsonNode statement) {
        return statement.path("remarks").toString();
    }

    private JsonNode statements(boolean valid, String... statements) {
        Answer answer = validate(statements);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        assertThat(answer.body().path("valid").asBoolean())
                .as(answer.raw().body())
                .isEqualTo(valid);
        return answer.body().path("statements");
    }

    private Answer validate(String... statements) {
        return admin.post(VALIDATE, Map.of("compartmentId", root, "statements", List.of(statements)), Map.of());
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }
}
