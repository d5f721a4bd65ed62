package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.store.VaultStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of compartments once they are there. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class CompartmentsRestTest {
    private static final String COMPARTMENTS = "/20160918/compartments";
    private static final String POLICIES = "/20160918/policies";
    private static final String VAULTS = "/20180608/vaults";

    @Inject
    StateRevision state;

    @Inject
    Ocid.Mint mint;

    @Inject
    KeyUses uses;

    @Inject
    AccessBarrier barrier;

    @Inject
    VaultStore vaults;

    private SignedApi admin;
    private String root;

    @BeforeEach
    void asAdministrator() {
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
    }

    @Test
    void aNewNameAndDescription() throws Exception {
        String parent = compartment(root, "renaming");
        String id = compartment(parent, "old");
        compartment(parent, "taken");
        String target = COMPARTMENTS + "/" + id;
        String etag = admin.get(target).header("etag");

        Answer updated = admin.put(target, Map.of("name", "new"), Map.of("if-match", etag));
        assertThat(updated.status()).as(updated.raw().body()).isEqualTo(200);
        assertThat(updated.body().path("name").asText()).isEqualTo("new");
        assertThat(updated.body().path("description").asText()).isEqualTo("for a test");
        assertThat(admin.get(target).body()).isEqualTo(updated.body());
        refused(412, "NoEtagMatch", "", admin.put(target, Map.of("name", "late"), Map.of("if-match", etag)));
        refused(409, "Conflict", "TAKEN", admin.put(target, Map.of("name", "TAKEN"), Map.of()));
        refused(400, "InvalidParameter", "name", admin.put(target, Map.of("name", "two words"), Map.of()));
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.put(COMPARTMENTS + "/" + root, Map.of("name", "x"), Map.of()));
        underWay().answersAfter(() -> admin.put(target, Map.of("name", "newer"), Map.of()));
    }

    @Test
    void theWholeTreeIsListedWhenThatIsSaid() throws Exception {
        String inner = compartment(compartment(root, "tree"), "leaf");
        String list = COMPARTMENTS + "?limit=1000&compartmentId=" + root;
        assertThat(admin.get(list).raw().body()).doesNotContain(inner);
        assertThat(admin.get(list + "&compartmentIdInSubtree=false").raw().body())
                .doesNotContain(inner);
        assertThat(admin.get(list + "&compartmentIdInSubtree=true").raw().body())
                .contains(inner);
        for (String neither : List.of("", "TRUE", "1")) {
            refused(
                    400,
                    "InvalidParameter",
                    "compartmentIdInSubtree",
                    admin.get(list + "&compartmentIdInSubtree=" + neither));
        }
    }

    @Test
    void whatIsAccessibleIsListedToWhoMayNotListTheRest() throws Exception {
        String west = compartment(root, "accessible-west");
        String within = compartment(west, "within");
        String below = compartment(within, "below");
        compartment(west, "beside");
        SignedApi some = reader(
                "sees-within", "Allow group sees-within to inspect compartments in compartment accessible-west:within");
        String list = COMPARTMENTS + "?compartmentId=" + root + "&compartmentIdInSubtree=true";

        refused(404, "NotAuthorizedOrNotFound", "", some.get(list));
        refused(404, "NotAuthorizedOrNotFound", "", some.get(list + "&accessLevel=ANY"));
        refused(400, "InvalidParameter", "accessLevel", some.get(list + "&accessLevel=FOO"));
        assertThat(ids(some.get(list + "&accessLevel=ACCESSIBLE"))).containsExactlyInAnyOrder(west, within, below);
        assertThat(ids(some.get(COMPARTMENTS + "?compartmentId=" + west + "&accessLevel=ACCESSIBLE")))
                .containsExactly(within);
        assertThat(ids(admin.get(list + "&accessLevel=ACCESSIBLE&limit=1000")))
                .containsExactlyInAnyOrderElementsOf(ids(admin.get(list + "&limit=1000")));
    }

    private static List<String> ids(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        answer.body().forEach(it -> ids.add(it.path("id").asText()));
        return ids;
    }

    @Test
    void theNewPlaceDecidesWhoReaches() throws Exception {
        String open = compartment(root, "open");
        String moving = compartment(root, "moving");
        SignedApi reader = reader("mover-reader", "Allow group mover-reader to inspect keys in compartment open");
        String list = "/20180608/keys?compartmentId=" + moving;
        refused(404, "NotAuthorizedOrNotFound", "", reader.get(list));

        Answer moved = move(moving, open, Map.of());
        assertThat(moved.status()).as(moved.raw().body()).isEqualTo(202);
        assertThat(reader.get(list).status()).isEqualTo(200);
        assertThat(admin.get(COMPARTMENTS + "/" + moving)
                        .body()
                        .path("compartmentId")
                        .asText())
                .isEqualTo(open);
        JsonNode work = admin.get("/20160918/workRequests/" + moved.header("opc-work-request-id"))
                .body();
        assertThat(work.path("operationType").asText()).isEqualTo("MOVE_COMPARTMENT");
        assertThat(work.path("status").asText()).isEqualTo("SUCCEEDED");

        underWay().answersAfter(() -> move(moving, root, Map.of()));
        refused(404, "NotAuthorizedOrNotFound", "", reader.get(list));
        // Who may not touch what moves along moves nothing.
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                reader.post(
                        COMPARTMENTS + "/" + moving + "/actions/moveCompartment",
                        Map.of("targetCompartmentId", open),
                        Map.of()));
    }

    @Test
    void statementsFollowWhatTheyName() {
        String from = compartment(root, "follow-from");
        String to = compartment(root, "follow-to");
        String followed = compartment(from, "followed");
        SignedApi reader =
                reader("follower", "Allow group follower to inspect keys in compartment follow-from:followed");
        String list = "/20180608/keys?compartmentId=" + followed;
        assertThat(reader.get(list).status()).isEqualTo(200);

        assertThat(move(followed, to, Map.of()).status()).isEqualTo(202);
        assertThat(statements("follower"))
                .containsExactly("Allow group follower to inspect keys in compartment follow-to:followed");
        assertThat(reader.get(list).status()).isEqualTo(200);

        assertThat(admin.put(COMPARTMENTS + "/" + to, Map.of("name", "follow-there"), Map.of())
                        .status())
                .isEqualTo(200);
        assertThat(statements("follower"))
                .containsExactly("Allow group follower to inspect keys in compartment follow-there:followed");
        assertThat(reader.get(list).status()).isEqualTo(200);
        // Who gets the old name gets nothing else.
        String late = compartment(root, "follow-to");
        refused(404, "NotAuthorizedOrNotFound", "", reader.get("/20180608/keys?compartmentId=" + late));
    }

    @Test
    void aMoveThatWouldRewriteTooManyPoliciesIsRefused() {
        String from = compartment(root, "crowded-from");
        String to = compartment(root, "crowded-to");
        String crowded = compartment(from, "crowded");
        List<String> policies = new ArrayList<>();
        for (int i = 0; i < 41; i++) {
            Answer made = admin.post(
                    POLICIES,
                    Map.of(
                            "compartmentId",
                            root,
                            "name",
                            "crowded-" + i,
                            "description",
                            "for a test",
                            "statements",
                            List.of("Allow group Administrators to inspect keys in compartment crowded-from:crowded")),
                    Map.of());
            policies.add(id(made));
        }
        refused(400, "LimitExceeded", "41 policies", move(crowded, to, Map.of()));

        assertThat(admin.delete(POLICIES + "/" + policies.getLast(), Map.of()).status())
                .isEqualTo(204);
        assertThat(move(crowded, to, Map.of()).status()).isEqualTo(202);
        assertThat(statements("crowded-39"))
                .containsExactly("Allow group Administrators to inspect keys in compartment crowded-to:crowded");
        policies.removeLast();
        policies.forEach(it -> admin.delete(POLICIES + "/" + it, Map.of()));
    }

    private List<String> statements(String policy) {
        Answer listed = admin.get(POLICIES + "?compartmentId=" + root + "&name=" + policy);
        assertThat(listed.body()).as(listed.raw().body()).hasSize(1);
        List<String> statements = new ArrayList<>();
        listed.body().path(0).path("statements").forEach(it -> statements.add(it.asText()));
        return statements;
    }

    @Test
    void aKeyThatMovesIsAnsweredWhenItsOldPlaceGrantsNothing() throws Exception {
        String from = compartment(root, "key-from");
        String to = compartment(root, "key-to");
        String vault = vault(from).body().path("id").asText();
        Answer key = admin.post(
                "/20180608/keys?vaultId=" + vault,
                Map.of(
                        "compartmentId",
                        from,
                        "displayName",
                        "a key that moves",
                        "protectionMode",
                        "SOFTWARE",
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)),
                Map.of());
        assertThat(key.status()).as(key.raw().body()).isEqualTo(200);

        underWay()
                .answersAfter(() -> admin.post(
                        "/20180608/keys/" + key.body().path("id").asText() + "/actions/changeCompartment",
                        Map.of("compartmentId", to),
                        Map.of()));
    }

    @Test
    void movesThatAreNone() {
        String outer = compartment(root, "outer");
        String inner = compartment(outer, "inner");
        refused(409, "Conflict", "itself", move(outer, inner, Map.of()));
        refused(409, "Conflict", "itself", move(outer, outer, Map.of()));
        compartment(root, "INNER");
        refused(409, "Conflict", "inner", move(inner, root, Map.of()));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                move(inner, mint.compartment().value(), Map.of()));
        refused(
                400,
                "RelatedResourceNotAuthorizedOrNotFound",
                "",
                move(inner, mint.tenancy().value(), Map.of()));
        refused(412, "NoEtagMatch", "", move(inner, root, Map.of("if-match", "1")));
        refused(
                400,
                "MissingParameter",
                "targetCompartmentId",
                admin.post(COMPARTMENTS + "/" + inner + "/actions/moveCompartment", Map.of(), Map.of()));

        String deep = compartment(root, "level-1");
        for (int level = 2; level <= 5; level++) {
            deep = compartment(deep, "level-" + level);
        }
        refused(400, "LimitExceeded", "6 levels", move(outer, deep, Map.of()));
        assertThat(move(inner, deep, Map.of()).status()).isEqualTo(202);
        refused(400, "LimitExceeded", "6 levels", admin.post(COMPARTMENTS, body(inner, "level-7"), Map.of()));
    }

    /** A statement that means one of the two would come to mean the other. */
    @Test
    void aChildNeverHasItsParentsName() {
        String outer = compartment(root, "twin");
        String target = COMPARTMENTS + "/" + outer;
        for (String name : List.of("twin", "TWIN")) {
            refused(409, "Conflict", "name of its parent", admin.post(COMPARTMENTS, body(outer, name), Map.of()));
        }
        String child = compartment(outer, "child");
        refused(
                409,
                "Conflict",
                "name of its parent",
                admin.put(COMPARTMENTS + "/" + child, Map.of("name", "Twin"), Map.of()));
        refused(409, "Conflict", "right below it", admin.put(target, Map.of("name", "Child"), Map.of()));

        String elsewhere = compartment(compartment(root, "twin-elsewhere"), "Twin");
        refused(409, "Conflict", "name of its parent", move(elsewhere, outer, Map.of()));
        // Below another it may be.
        assertThat(move(elsewhere, child, Map.of()).status()).isEqualTo(202);
        refused(409, "Conflict", "name of its parent", move(elsewhere, outer, Map.of()));

        String gone = compartment(outer, "gone");
        assertThat(admin.delete(COMPARTMENTS + "/" + gone, Map.of()).status()).isEqualTo(202);
        String marked = admin.get(COMPARTMENTS + "/" + gone).body().path("name").asText();
        assertThat(admin.put(target, Map.of("name", marked), Map.of()).status()).isEqualTo(200);
        String recover = COMPARTMENTS + "/" + gone + "/actions/recoverCompartment";
        refused(409, "Conflict", "name of its parent", admin.post(recover, Map.of(), Map.of()));
        assertThat(admin.put(target, Map.of("name", "twin-again"), Map.of()).status())
                .isEqualTo(200);
        assertThat(admin.post(recover, Map.of(), Map.of()).status()).isEqualTo(200);
    }

    /** The tenancy is never meant by its name. */
    @Test
    void aCompartmentMayHaveTheTenancysName() {
        String name = admin.get(COMPARTMENTS + "/" + root).body().path("name").asText();
        assertThat(admin.delete(COMPARTMENTS + "/" + compartment(root, name), Map.of())
                        .status())
                .isEqualTo(202);
    }

    @Test
    void aRepeatedMoveIsOne() {
        String there = compartment(root, "repeated-target");
        String moving = compartment(root, "repeated");
        Map<String, String> token = Map.of("opc-retry-token", UUID.randomUUID().toString());
        Answer first = move(moving, there, token);
        Answer second = move(moving, there, token);
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.header("opc-work-request-id")).isEqualTo(first.header("opc-work-request-id"));
    }

    @Test
    void onlyWhatIsEmptyIsDeleted() {
        String id = compartment(root, "deleted");
        String target = COMPARTMENTS + "/" + id;
        String child = compartment(id, "child");
        refused(409, "Conflict", "a compartment", admin.delete(target, Map.of()));
        assertThat(admin.delete(COMPARTMENTS + "/" + child, Map.of()).status()).isEqualTo(202);

        Answer policy = admin.post(
                POLICIES,
                Map.of(
                        "compartmentId",
                        id,
                        "name",
                        "in-deleted",
                        "description",
                        "for a test",
                        "statements",
                        List.of("Allow any-user to inspect keys in compartment deleted")),
                Map.of());
        assertThat(policy.status()).as(policy.raw().body()).isEqualTo(200);
        refused(409, "Conflict", "a policy", admin.delete(target, Map.of()));
        assertThat(admin.delete(POLICIES + "/" + policy.body().path("id").asText(), Map.of())
                        .status())
                .isEqualTo(204);

        refused(412, "NoEtagMatch", "", admin.delete(target, Map.of("if-match", "1")));
        Answer deleted = admin.delete(target, Map.of());
        assertThat(deleted.status()).as(deleted.raw().body()).isEqualTo(202);
        JsonNode work = admin.get("/20160918/workRequests/" + deleted.header("opc-work-request-id"))
                .body();
        assertThat(work.path("operationType").asText()).isEqualTo("DELETE_COMPARTMENT");
        assertThat(work.path("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(work.path("resources").path(0).path("identifier").asText()).isEqualTo(id);

        // The name is free, and nothing comes into what is deleted.
        compartment(root, "deleted");
        refused(400, "RelatedResourceNotAuthorizedOrNotFound", "", vault(id));
        refused(404, "NotAuthorizedOrNotFound", "", admin.post(COMPARTMENTS, body(id, "late"), Map.of()));
        refused(409, "Conflict", "deleted", admin.delete(target, Map.of()));
        refused(409, "Conflict", "DELETED", admin.put(target, Map.of("name", "other"), Map.of()));
        JsonNode seen = admin.get(target).body();
        assertThat(seen.path("lifecycleState").asText()).isEqualTo("DELETED");
        assertThat(seen.path("name").asText()).startsWith("deleted.");
        assertThat(admin.get(COMPARTMENTS + "?compartmentId=" + root + "&lifecycleState=ACTIVE&name="
                                + seen.path("name").asText())
                        .body())
                .isEmpty();

        Answer recovered = admin.post(target + "/actions/recoverCompartment", Map.of(), Map.of());
        assertThat(recovered.status()).as(recovered.raw().body()).isEqualTo(200);
        assertThat(recovered.body().path("lifecycleState").asText()).isEqualTo("ACTIVE");
        assertThat(vault(id).status()).isEqualTo(200);
        refused(409, "Conflict", "not deleted", admin.post(target + "/actions/recoverCompartment", Map.of(), Map.of()));
        refused(409, "Conflict", "a vault", admin.delete(target, Map.of()));
        // It goes on as before.
        assertThat(admin.get(target).body().path("lifecycleState").asText()).isEqualTo("ACTIVE");
        assertThat(vault(id).status()).isEqualTo(200);
        refused(404, "NotAuthorizedOrNotFound", "", admin.delete(COMPARTMENTS + "/" + root, Map.of()));
    }

    /** Whoever comes first: a compartment that is deleted has nothing in it. */
    @Test
    void nothingComesInWhileItIsDeleted() throws Exception {
        for (int round = 0; round < 6; round++) {
            String id = compartment(root, "contended-" + round);
            CountDownLatch together = new CountDownLatch(1);
            List<Future<Integer>> made = new ArrayList<>();
            int deleted;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 4; i++) {
                    made.add(threads.submit(() -> {
                        together.await(20, TimeUnit.SECONDS);
                        return vault(id).status();
                    }));
                }
                Future<Integer> delete = threads.submit(() -> {
                    together.await(20, TimeUnit.SECONDS);
                    return admin.delete(COMPARTMENTS + "/" + id, Map.of()).status();
                });
                together.countDown();
                deleted = delete.get(60, TimeUnit.SECONDS);
            }
            int there = vaults.vaultsOf(new CompartmentId(id)).size();
            int answered = 0;
            for (Future<Integer> one : made) {
                answered += one.get() == 200 ? 1 : 0;
                assertThat(one.get()).isIn(200, 400, 404, 409);
            }
            assertThat(there).isEqualTo(answered);
            assertThat(deleted).isEqualTo(there == 0 ? 202 : 409);
        }
    }

    @Test
    void theTenancyItself() {
        Answer tenancy = admin.get("/20160918/tenancies/" + root);
        assertThat(tenancy.status()).isEqualTo(200);
        assertThat(tenancy.body().path("name").asText()).startsWith("acme-");
        refused(
                404,
                "NotAuthorizedOrNotFound",
                "",
                admin.get("/20160918/tenancies/" + mint.tenancy().value()));
    }

    private SignedApi reader(String name, String statement) {
        KeyPair pair = Signer.rsa(2048);
        String user = id(admin.post("/20160918/users", body(root, name), Map.of()));
        String group = id(admin.post("/20160918/groups", body(root, name), Map.of()));
        admin.post("/20160918/users/" + user + "/apiKeys", Map.of("key", Signer.pem(pair)), Map.of());
        admin.post("/20160918/userGroupMemberships", Map.of("userId", user, "groupId", group), Map.of());
        Answer policy = admin.post(
                POLICIES,
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        name,
                        "description",
                        "for a test",
                        "statements",
                        List.of(statement)),
                Map.of());
        assertThat(policy.status()).as(policy.raw().body()).isEqualTo(200);
        return new SignedApi(admin.tenancy(), new UserId(user), pair);
    }

    private Answer move(String id, String target, Map<String, String> headers) {
        return admin.post(
                COMPARTMENTS + "/" + id + "/actions/moveCompartment", Map.of("targetCompartmentId", target), headers);
    }

    private Answer vault(String compartment) {
        return admin.post(
                VAULTS,
                Map.of("compartmentId", compartment, "displayName", "a vault", "vaultType", "DEFAULT"),
                Map.of());
    }

    private String compartment(String parent, String name) {
        Answer created = admin.post(COMPARTMENTS, body(parent, name), Map.of());
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        return id(created);
    }

    private static Map<String, Object> body(String parent, String name) {
        return Map.of("compartmentId", parent, "name", name, "description", "for a test");
    }

    private static String id(Answer answer) {
        return answer.body().path("id").asText();
    }

    private UnderWay underWay() {
        return new UnderWay(state, barrier, uses);
    }

    private static void refused(int status, String code, String contained, Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).contains(contained);
    }
}
