package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where Deny statements hold, what is added takes away, and is answered when that has ended. */
@QuarkusTest
@TestProfile(DenyProfile.class)
class DenyRestTest {
    private static final String USERS = "/20160918/users";
    private static final String GROUPS = "/20160918/groups";
    private static final String MEMBERSHIPS = "/20160918/userGroupMemberships";
    private static final String POLICIES = "/20160918/policies";
    private static final String DYNAMIC_GROUPS = "/20160918/dynamicGroups";
    private static final String COMPARTMENTS = "/20160918/compartments";

    @Inject
    StateRevision state;

    @Inject
    KeyUses uses;

    @Inject
    AccessBarrier barrier;

    private SignedApi admin;
    private String root;

    @BeforeEach
    void asAdministrator() {
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
    }

    @Test
    void whatIsAddedTakesAwayAndIsAnsweredWhenItHas() throws Exception {
        UnderWay underWay = new UnderWay(state, barrier, uses);
        KeyPair pair = Signer.rsa(2048);
        String user = made(admin.post(USERS, body("reader"), Map.of()));
        assertThat(admin.post(USERS + "/" + user + "/apiKeys", Map.of("key", Signer.pem(pair)), Map.of())
                        .status())
                .isEqualTo(200);
        SignedApi reader = new SignedApi(admin.tenancy(), new UserId(user), pair);
        String group = made(admin.post(GROUPS, body("Denied"), Map.of()));
        String list = POLICIES + "?compartmentId=" + root;
        made(admin.post(POLICIES, policy("all-read", "Allow any-user to manage policies in tenancy"), Map.of()));
        assertThat(reader.get(list).status()).isEqualTo(200);

        underWay.answersAfter(() ->
                admin.post(POLICIES, policy("denied", "Deny group Denied to inspect policies in tenancy"), Map.of()));
        assertThat(reader.get(list).status()).isEqualTo(200);

        underWay.answersAfter(() -> admin.post(MEMBERSHIPS, Map.of("userId", user, "groupId", group), Map.of()));
        assertThat(reader.get(list).status()).isEqualTo(404);
        // Nobody takes anything from the administrators.
        made(admin.post(POLICIES, policy("nobody", "Deny any-user to inspect all-resources in tenancy"), Map.of()));
        assertThat(admin.get(list).status()).isEqualTo(200);

        underWay.answersAfter(() -> admin.post(
                DYNAMIC_GROUPS,
                Map.of(
                        "compartmentId", root,
                        "name", "clusters",
                        "description", "for a test",
                        "matchingRule", "ALL {resource.type = 'cluster'}"),
                Map.of()));
        String recovered = COMPARTMENTS + "/" + made(admin.post(COMPARTMENTS, body("recovered"), Map.of()));
        assertThat(admin.delete(recovered, Map.of()).status()).isEqualTo(202);
        underWay.answersAfter(() -> admin.post(recovered + "/actions/recoverCompartment", Map.of(), Map.of()));
    }

    private Map<String, Object> policy(String name, String statement) {
        return Map.of(
                "compartmentId", root, "name", name, "description", "for a test", "statements", List.of(statement));
    }

    private Map<String, Object> body(String name) {
        return Map.of("compartmentId", root, "name", name, "description", "for a test");
    }

    private static String made(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("id").asText();
    }
}
