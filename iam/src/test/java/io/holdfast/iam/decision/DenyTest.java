package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Acme.ALICE;
import static io.holdfast.iam.decision.Acme.CLUSTER;
import static io.holdfast.iam.decision.Acme.KEYS;
import static io.holdfast.iam.decision.Acme.ROOT;
import static io.holdfast.iam.decision.Acme.SECURITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Deny statements: nothing where they are switched off, more than any Allow where they are on. */
class DenyTest {
    private static final PolicyContext ON = new PolicyContext(Map.of(), true, Optional.empty());
    private static final String ALLOW = "Allow any-user to manage keys in tenancy";

    @Test
    void are_refused_and_take_nothing_while_they_are_switched_off() {
        PolicySet off = Acme.inTenancy(ALLOW, "Deny any-user to use keys in tenancy");

        assertThat(off.decide(Acme.use(CLUSTER, Operation.ENCRYPT, Acme.KEY)).allowed())
                .isTrue();
        assertThat(off.unusable())
                .containsExactly("policy 'p1' statement 2: Deny statements are switched off in this installation");
        assertThat(off.check(PolicyLanguage.parse("Deny any-user to use keys in tenancy"), ROOT))
                .containsExactly(
                        Finding.error(1, new Position(1, 1), "Deny statements are switched off in this installation"));
    }

    @Test
    void outweigh_what_others_allow() {
        assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW)).isTrue();
        assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW, "Deny any-user to {KEY_ENCRYPT} in tenancy"))
                .isFalse();
        assertThat(allows(CLUSTER, Operation.DECRYPT, ALLOW, "Deny any-user to {KEY_ENCRYPT} in tenancy"))
                .isTrue();
        assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW, "Deny group Keepers to use keys in tenancy"))
                .isTrue();
        assertThat(allows(ALICE, Operation.ENCRYPT, ALLOW, "Deny group Keepers to use keys in tenancy"))
                .isFalse();
        assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW, "Deny any-user to use keys in compartment apps"))
                .isTrue();
        assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW, "Deny any-user to use keys in compartment security"))
                .isFalse();
        assertThat(allows(
                        CLUSTER,
                        Operation.ENCRYPT,
                        ALLOW,
                        "Deny any-user to use keys in tenancy where request.principal.type = 'user'"))
                .isTrue();
        assertThat(allows(
                        CLUSTER,
                        Operation.ENCRYPT,
                        ALLOW,
                        "Deny any-user to use keys in tenancy where request.principal.type = 'cluster'"))
                .isFalse();
    }

    @Test
    void take_nothing_from_a_request_that_misses_their_condition() {
        String deny = "Deny any-user to use keys in tenancy where request.principal.type != 'cluster'";

        assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW, deny)).isTrue();
        assertThat(allows(ALICE, Operation.ENCRYPT, ALLOW, deny)).isFalse();
    }

    @Test
    void take_the_verb_that_they_name_and_all_above() {
        for (String verb : List.of("inspect", "read", "use", "manage")) {
            String deny = "Deny any-user to " + verb + " keys in tenancy";
            boolean inspect = verb.equals("inspect");
            boolean read = inspect || verb.equals("read");
            boolean use = read || verb.equals("use");
            assertThat(allows(CLUSTER, Operation.LIST_KEYS, ALLOW, deny))
                    .as(verb)
                    .isEqualTo(!inspect);
            assertThat(allows(CLUSTER, Operation.GET_KEY, ALLOW, deny)).as(verb).isEqualTo(!read);
            assertThat(allows(CLUSTER, Operation.ENCRYPT, ALLOW, deny)).as(verb).isEqualTo(!use);
            assertThat(allows(CLUSTER, Operation.UPDATE_KEY, ALLOW, deny))
                    .as(verb)
                    .isFalse();
        }
    }

    @Test
    void do_not_reach_administrators() {
        assertThat(allows(
                        Acme.user("root", "administrators"),
                        Operation.ENCRYPT,
                        ALLOW,
                        "Deny any-user to inspect all-resources in tenancy"))
                .isTrue();
        assertThat(allows(
                        Acme.user("root", "adm\u0131nistrators"),
                        Operation.ENCRYPT,
                        ALLOW,
                        "Deny any-user to inspect all-resources in tenancy"))
                .as("a look-alike is no administrator")
                .isFalse();
    }

    @Test
    void say_that_they_were_the_cause() {
        Decision decision = set(ALLOW, "Deny any-user to use keys in tenancy")
                .decide(Acme.use(CLUSTER, Operation.ENCRYPT, Acme.KEY));

        assertThat(decision.explanation())
                .isEqualTo("KEY_ENCRYPT in compartment 'acme-kms-key-compartment' is denied to cluster"
                        + " ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q; nearest: policy 'p' statement 2: it denies"
                        + " KEY_ENCRYPT");
        assertThat(((Decision.Denied) decision).denials().getFirst().nearest())
                .singleElement()
                .satisfies(it -> assertThat(it.cause()).isEqualTo(Decision.Cause.DENIED));
    }

    @Test
    void leave_another_permission_that_would_do() {
        PolicySet policies = set(
                "Allow any-user to inspect cluster-family in tenancy",
                "Deny any-user to {CLUSTER_WORK_REQUEST_INSPECT, CLUSTER_INSPECT} in tenancy");

        assertThat(policies.decide(Acme.request(CLUSTER, Operation.LIST_WORK_REQUESTS, KEYS, Map.of()))
                        .explanation())
                .isEqualTo("CLUSTER_NODE_POOL_INSPECT is granted by policy 'p' statement 1");
    }

    @Test
    void are_bound_by_place_like_any_other_statement() {
        assertThat(PolicySet.of(
                                Acme.TREE,
                                List.of(Acme.policy("p", SECURITY, "Deny any-user to use keys in tenancy")),
                                ON)
                        .unusable())
                .containsExactly(
                        "policy 'p' statement 1: 'in tenancy' is only for policies attached to the tenancy; this"
                                + " one is attached to compartment 'security'");
    }

    private static PolicySet set(String... statements) {
        return PolicySet.of(Acme.TREE, List.of(Acme.policy("p", ROOT, statements)), ON);
    }

    private static boolean allows(Principal principal, Operation operation, String... statements) {
        PolicySet policies = set(statements);
        assertThat(policies.unusable()).isEmpty();
        return policies.decide(Acme.use(principal, operation, Acme.KEY)).allowed();
    }
}
