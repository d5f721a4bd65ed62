package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.Ocid;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(IdentityProfile.class)
class IdentityRestTest {
    private static final String POLICIES = "/20160918/policies";

    @Inject
    StateRevision state;

    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    @Inject
    KeyUses uses;

    @Inject
    AccessBarrier barrier;

    private SignedApi admin;
    private String root;

    private UnderWay underWay;

    @BeforeEach
    void asAdministrator() {
        underWay = new UnderWay(state, barrier, uses);
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
    }

    @Test
    void bootstrapMadeTheTenancyAndItsBuiltInPolicy() {
        Answer tenancy = admin.get("/20160918/compartments/" + root);
        assertThat(tenancy.status()).isEqualTo(200);
        assertThat(tenancy.body().path("name").asText()).startsWith("acme-");
        assertThat(tenancy.body().has("compartmentId")).isFalse();

        Answer me = admin.get("/20160918/users/" + admin.user().value());
        assertThat(me.status()).isEqualTo(200);
        assertThat(me.body().path("lifecycleState").asText()).isEqualTo("ACTIVE");

        JsonNode policy = builtIn();
        assertThat(policy.path("statements").get(0).asText())
                .isEqualTo("Allow group Administrators to manage all-resources in tenancy");
    }

    @Test
    void bootstrapAgainChangesNothing() {
        long before = state.current();

        TestUsers.bootstrapAgain(SignedApi.bootstrapFile());

        assertThat(state.current()).isEqualTo(before);
    }

    @Test
    void builtInPolicyStays() {
        String target = POLICIES + "/" + builtIn().path("id").asText();

        assertThat(admin.delete(target, Map.of()).status()).isEqualTo(409);
        Answer changed = admin.put(target, Map.of("description", "mine"), Map.of());
        assertThat(changed.status()).isEqualTo(409);
        assertThat(changed.code()).isEqualTo("Conflict");
    }

    @Test
    void policyFromCreationToDeletion() {
        long before = state.current();
        Answer created = admin.post(
                POLICIES,
                policy("life", "Allow any-user to use keys in tenancy where request.principal.type = 'cluster'"),
                Map.of());

        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        assertThat(created.header("opc-request-id")).isNotEmpty();
        assertThat(state.current()).isGreaterThan(before);
        String id = created.body().path("id").asText();
        String etag = created.header("etag");
        assertThat(created.body().path("timeCreated").asText()).endsWith("Z");

        Answer read = admin.get(POLICIES + "/" + id);
        assertThat(read.body()).isEqualTo(created.body());
        assertThat(read.header("etag")).isEqualTo(etag);

        Answer updated = admin.put(POLICIES + "/" + id, Map.of("description", "changed"), Map.of("if-match", etag));
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.body().path("statements")).isEqualTo(created.body().path("statements"));
        Answer stale = admin.put(POLICIES + "/" + id, Map.of("description", "late"), Map.of("if-match", etag));
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.code()).isEqualTo("NoEtagMatch");
        assertThat(admin.delete(POLICIES + "/" + id, Map.of("if-match", etag)).status())
                .isEqualTo(412);

        assertThat(admin.delete(POLICIES + "/" + id, Map.of()).status()).isEqualTo(204);
        assertThat(admin.get(POLICIES + "/" + id).status()).isEqualTo(404);

        assertThat(changesOf(id)).containsExactly("CREATED", "UPDATED", "DELETED");
    }

    /** What rests on the policy may be under way in this very process, without an access session. */
    @Test
    void whatAPolicyTakesAwayHasEndedWithTheAnswer() throws Exception {
        String target = POLICIES + "/"
                + admin.post(POLICIES, policy("taken", "Allow any-user to inspect keys in tenancy"), Map.of())
                        .body()
                        .path("id")
                        .asText();

        underWay.answersAfter(() -> admin.put(
                target, Map.of("statements", List.of("Allow any-user to inspect vaults in tenancy")), Map.of()));
        underWay.answersAfter(() -> admin.delete(target, Map.of()));
    }

    @Test
    void nobodyWithoutASignature() {
        HttpRequest.Builder unsigned = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + SignedApi.port() + POLICIES + "?compartmentId=" + root));
        Answer answer = SignedApi.send(unsigned.GET().build());
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("NotAuthenticated");

        SignedApi stranger = new SignedApi(admin.tenancy(), admin.user(), Signer.rsa(2048));
        Answer wrong = stranger.get(POLICIES + "?compartmentId=" + root);
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.message()).isEqualTo(answer.message());
    }

    @Test
    void bodyThatWasChangedOnTheWay() {
        String host = "127.0.0.1:" + SignedApi.port();
        byte[] signed = "{\"name\":\"a\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Map<String, String> headers = Signer.headers("date", Instant.now(), host, "POST", signed);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + host + POLICIES))
                .header("authorization", admin.signer().sign("POST", POLICIES, headers, Signer.BODY))
                .header("date", headers.get("date"))
                .header("content-type", "application/json")
                .header("x-content-sha256", headers.get("x-content-sha256"))
                .POST(BodyPublishers.ofString("{\"name\":\"b\"}"));
        assertThat(SignedApi.send(request.build()).status()).isEqualTo(401);
    }

    @Test
    void badInputNamesItsField() {
        refused(400, "CannotParseRequest", "", admin.send("POST", POLICIES, "{\"name\":", Map.of()));
        refused(400, "CannotParseRequest", "", admin.send("POST", POLICIES, "", Map.of()));
        refused(
                400,
                "CannotParseRequest",
                "statements",
                admin.send("POST", POLICIES, "{\"compartmentId\":\"" + root + "\",\"statements\":7}", Map.of()));
        refused(400, "MissingParameter", "compartmentId", admin.post(POLICIES, Map.of("name", "x"), Map.of()));
        refused(400, "InvalidParameter", "name", create("two words", "Allow group g to read keys in tenancy"));
        refused(
                400,
                "InvalidParameter",
                "statements[0] line 1:",
                create("p", "Permit group g to read keys in tenancy"));
        refused(
                400,
                "InvalidParameter",
                "statements[1]",
                create(
                        "p",
                        "Allow group g to read keys in tenancy",
                        "Allow group g to read keys in compartment nowhere"));
        refused(
                400,
                "LimitExceeded",
                "50",
                create(
                        "p",
                        Collections.nCopies(51, "Allow group g to read keys in tenancy")
                                .toArray(String[]::new)));
        refused(400, "MissingParameter", "compartmentId", admin.get(POLICIES));
        refused(400, "InvalidParameter", "limit", admin.get(POLICIES + "?compartmentId=" + root + "&limit=0"));
        refused(400, "InvalidParameter", "sortBy", admin.get(POLICIES + "?compartmentId=" + root + "&sortBy=SIZE"));
        refused(404, "NotAuthorizedOrNotFound", "", admin.get(POLICIES + "/nonsense"));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.get(POLICIES + "/" + mint.policy().value()));
    }

    @Test
    void nameIsTakenOnce() {
        assertThat(create("unique", "Allow group g to read keys in tenancy").status())
                .isEqualTo(200);
        refused(409, "Conflict", "UNIQUE", create("UNIQUE", "Allow group g to read keys in tenancy"));
    }

    @Test
    void retryTokenAnswersTheFirstResult() {
        Map<String, Object> body = policy("retried", "Allow group g to read vaults in tenancy");
        Map<String, String> token = Map.of("opc-retry-token", UUID.randomUUID().toString());

        Answer first = admin.post(POLICIES, body, token);
        Answer second = admin.post(POLICIES, body, token);
        Answer other = admin.post(POLICIES, policy("other", "Allow group g to read vaults in tenancy"), token);

        assertThat(first.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(other.code()).isEqualTo("InvalidatedRetryToken");
    }

    @Test
    void listsPageByPage() {
        Answer compartment = compartment("paged");
        String id = compartment.body().path("id").asText();
        for (int i = 0; i < 5; i++) {
            Map<String, Object> body =
                    new java.util.HashMap<>(policy("paged-" + i, "Allow group g to read keys in compartment paged"));
            body.put("compartmentId", id);
            assertThat(admin.post(POLICIES, body, Map.of()).status()).isEqualTo(200);
        }
        List<String> names = new ArrayList<>();
        String page = "";
        for (int pages = 0; pages < 3; pages++) {
            Answer answer = admin.get(POLICIES + "?compartmentId=" + id + "&limit=2&sortBy=NAME" + page);
            answer.body().forEach(it -> names.add(it.path("name").asText()));
            page = "&page=" + answer.header("opc-next-page");
        }
        assertThat(names).containsExactly("paged-0", "paged-1", "paged-2", "paged-3", "paged-4");
        assertThat(page).isEqualTo("&page=");
    }

    @Test
    void compartments() {
        Answer created = compartment("kms-keys");
        String id = created.body().path("id").asText();
        assertThat(created.body().path("compartmentId").asText()).isEqualTo(root);

        assertThat(admin.get("/20160918/compartments/" + id).body()).isEqualTo(created.body());
        refused(409, "Conflict", "KMS-keys", compartment("KMS-keys"));
        assertThat(admin.get("/20160918/compartments?compartmentId=" + root + "&name=kms-keys")
                        .body())
                .hasSize(1);
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.post(
                        "/20160918/compartments",
                        Map.of("compartmentId", mint.compartment().value(), "name", "x", "description", "x"),
                        Map.of()));
        // The seed's statement, now that its compartment is there.
        assertThat(create(
                                "acme-oke-kms-policy",
                                "Allow any-user to use keys in compartment kms-keys where ALL {request.principal.type"
                                        + " = 'cluster', target.key.id = '"
                                        + mint.key(mint.vault()).value() + "'}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void nothingIsAllowedUnlessAStatementSaysSo() {
        KeyPair pair = Signer.rsa(2048);
        User user = TestUsers.add(identity, mint, admin.tenancy(), "Readers", RsaPublicKey.fromPem(Signer.pem(pair)));
        SignedApi reader = new SignedApi(admin.tenancy(), user.id(), pair);
        String list = POLICIES + "?compartmentId=" + root;

        refused(404, "NotAuthorizedOrNotFound", "", reader.get(list));

        Answer explained = explain(user);
        assertThat(explained.body().path("allowed").asBoolean()).isFalse();
        assertThat(explained.body().path("denials").get(0).path("summary").asText())
                .contains("POLICY_READ");

        String granting = create("readers", "Allow group Readers to inspect policies in tenancy")
                .body()
                .path("id")
                .asText();
        assertThat(reader.get(list).status()).isEqualTo(200);
        refused(404, "NotAuthorizedOrNotFound", "", reader.delete(POLICIES + "/" + granting, Map.of()));
        JsonNode by = explain(user).body().path("grants").get(0).path("by");
        assertThat(by.path("policyId").asText()).isEqualTo(granting);

        assertThat(admin.delete(POLICIES + "/" + granting, Map.of()).status()).isEqualTo(204);
        refused(404, "NotAuthorizedOrNotFound", "", reader.get(list));
        refused(404, "NotAuthorizedOrNotFound", "", reader.post("/v1/policies/explain", Map.of(), Map.of()));
    }

    @Test
    void explainRefusesWhatItCanNotEvaluate() {
        refused(
                400,
                "InvalidParameter",
                "operation",
                admin.post(
                        "/v1/policies/explain",
                        Map.of(
                                "principal",
                                Map.of("type", "user", "id", admin.user().value()),
                                "operation",
                                "MakeCoffee",
                                "compartmentId",
                                root),
                        Map.of()));
        refused(
                400,
                "InvalidParameter",
                "principal",
                admin.post(
                        "/v1/policies/explain",
                        Map.of(
                                "principal",
                                Map.of("type", "user", "id", mint.user().value()),
                                "operation",
                                "GetKey",
                                "compartmentId",
                                root),
                        Map.of()));
    }

    @Test
    void explainRefusesNulls() {
        Map<String, Object> question = new HashMap<>(Map.of(
                "principal",
                Map.of("type", "user", "id", admin.user().value()),
                "operation",
                "GetKey",
                "compartmentId",
                root));
        question.put("permissions", Collections.singletonList(null));
        refused(400, "InvalidParameter", "permissions", admin.post("/v1/policies/explain", question, Map.of()));
        question.remove("permissions");
        question.put("variables", Collections.singletonMap("target.key.id", null));
        refused(400, "InvalidParameter", "variables", admin.post("/v1/policies/explain", question, Map.of()));
    }

    @Test
    void tokenIsRevokedByItsUser() {
        long before = state.current();
        String cluster = mint.cluster().value();

        Answer revoked = admin.delete("/v1/clusters/" + cluster + "/tokens/abcdefghijklmnopqrstuv", Map.of());

        assertThat(revoked.status()).as(revoked.raw().body()).isEqualTo(204);
        assertThat(state.current()).isGreaterThan(before);
        assertThat(identity.current().identity().isRevoked(admin.user(), "abcdefghijklmnopqrstuv", Instant.now()))
                .isTrue();
        assertThat(admin.delete("/v1/clusters/" + cluster + "/tokens/x", Map.of())
                        .status())
                .isEqualTo(404);
        assertThat(admin.delete(
                                "/v1/clusters/" + cluster + "/tokens/abcdefghijklmnopqrstuv?userId="
                                        + mint.user().value(),
                                Map.of())
                        .status())
                .isEqualTo(404);
    }

    private Answer explain(User user) {
        return admin.post(
                "/v1/policies/explain",
                Map.of(
                        "principal",
                        Map.of("type", "user", "id", user.id().value()),
                        "operation",
                        "ListPolicies",
                        "compartmentId",
                        root),
                Map.of());
    }

    private Answer compartment(String name) {
        return admin.post(
                "/20160918/compartments",
                Map.of("compartmentId", root, "name", name, "description", "for tests"),
                Map.of());
    }

    private Answer create(String name, String... statements) {
        return admin.post(POLICIES, policy(name, statements), Map.of());
    }

    private Map<String, Object> policy(String name, String... statements) {
        return Map.of(
                "compartmentId", root, "name", name, "description", "for tests", "statements", List.of(statements));
    }

    private JsonNode builtIn() {
        for (JsonNode policy : admin.get(POLICIES + "?compartmentId=" + root).body()) {
            if (policy.path("name").asText().equals("Tenant Admin Policy")) {
                return policy;
            }
        }
        throw new AssertionError("no built-in policy");
    }

    private static void refused(int status, String code, String message, Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).contains(message);
        assertThat(answer.header("opc-request-id")).isNotEmpty();
    }

    /** The changes of a policy as they came out of Kafka; waits for the last one. */
    private static List<String> changesOf(String policy) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class),
                "group.id",
                UUID.randomUUID().toString(),
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
        List<String> changes = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("holdfast.identity.v1"));
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!changes.contains("DELETED") && System.nanoTime() < end) {
                for (ConsumerRecord<String, String> message : consumer.poll(Duration.ofMillis(500))) {
                    if (policy.equals(message.key())) {
                        changes.add(new ObjectMapper()
                                .readTree(message.value())
                                .path("change")
                                .asText());
                    }
                }
            }
            return changes;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
