package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Acme.ALICE;
import static io.holdfast.iam.decision.Acme.APPS;
import static io.holdfast.iam.decision.Acme.CLUSTER;
import static io.holdfast.iam.decision.Acme.CLUSTER_IN_GROUP;
import static io.holdfast.iam.decision.Acme.KEY;
import static io.holdfast.iam.decision.Acme.KEYS;
import static io.holdfast.iam.decision.Acme.OTHER_CLUSTER;
import static io.holdfast.iam.decision.Acme.OTHER_KEY;
import static io.holdfast.iam.decision.Acme.PROD;
import static io.holdfast.iam.decision.Acme.ROOT;
import static io.holdfast.iam.decision.Acme.SECURITY;
import static io.holdfast.iam.decision.Acme.inTenancy;
import static io.holdfast.iam.decision.Acme.policies;
import static io.holdfast.iam.decision.Acme.policy;
import static io.holdfast.iam.decision.Acme.use;
import static io.holdfast.iam.decision.Acme.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.iam.decision.CompartmentTree.Compartment;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicySetTest {
    private static final String EXPORT =
            "WARNING 'use' includes KEY_EXPORT, by which software keys can be taken out; to"
                    + " leave it out, add request.permission != 'KEY_EXPORT' to the condition";
    private static final String NO_LIST =
            "WARNING it never grants ListKeys, as a list has no single target to compare; to"
                    + " let them list, add a statement with 'inspect' and without that condition";
    private static final String RECOMMENDED = "Allow any-user to use keys in compartment acme-kms-key-compartment where"
            + " ALL {request.principal.type = 'cluster', target.key.id = '" + KEY + "'}";
    private static final String RESTRICTED = "Allow any-user to use keys in compartment acme-kms-key-compartment where"
            + " ALL {request.principal.type = 'cluster', target.key.id = '" + KEY
            + "', request.principal.id = 'ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q'}";
    private static final String DYNAMIC = "Allow dynamic-group <acme-oke-kms-dyn-grp> to use keys in compartment"
            + " acme-kms-key-compartment where target.key.id = '" + KEY + "'";

    @Test
    void nothing_is_allowed_without_a_statement() {
        Decision decision = policies().decide(use(CLUSTER, Operation.ENCRYPT, KEY));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.explanation())
                .isEqualTo("no statement grants KEY_ENCRYPT on keys in compartment 'acme-kms-key-compartment' to"
                        + " cluster ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q");
    }

    @Test
    void the_recommended_statement_lets_clusters_use_the_one_key() {
        PolicySet policies = policies(policy("acme-oke-kms-policy", SECURITY, RECOMMENDED));

        for (Operation operation : List.of(
                Operation.ENCRYPT, Operation.GENERATE_DATA_ENCRYPTION_KEY, Operation.DECRYPT, Operation.GET_KEY)) {
            assertThat(policies.decide(use(CLUSTER, operation, KEY)).allowed())
                    .as(operation.apiName())
                    .isTrue();
        }
        assertThat(policies.decide(use(OTHER_CLUSTER, Operation.DECRYPT, KEY)).allowed())
                .isTrue();
        assertThat(policies.decide(use(CLUSTER, Operation.DECRYPT, OTHER_KEY)).allowed())
                .isFalse();
        assertThat(policies.decide(use(ALICE, Operation.DECRYPT, KEY)).allowed())
                .isFalse();
        assertThat(policies.decide(use(CLUSTER, Operation.SCHEDULE_KEY_DELETION, KEY))
                        .allowed())
                .isFalse();
    }

    @Test
    void an_allowed_request_names_the_statement() {
        Decision decision = policies(policy("acme-oke-kms-policy", SECURITY, RECOMMENDED))
                .decide(use(CLUSTER, Operation.DECRYPT, KEY));

        assertThat(decision.explanation())
                .isEqualTo("KEY_DECRYPT is granted by policy 'acme-oke-kms-policy' statement 1");
        assertThat(((Decision.Allowed) decision).grants())
                .singleElement()
                .satisfies(grant -> assertThat(grant.statement().text()).isEqualTo(RECOMMENDED));
    }

    @Test
    void a_denial_names_the_condition_and_the_actual_value() {
        Decision decision =
                policies(policy("p1", SECURITY, RECOMMENDED)).decide(use(CLUSTER, Operation.ENCRYPT, OTHER_KEY));

        assertThat(decision.explanation())
                .isEqualTo("no statement grants KEY_ENCRYPT on keys in compartment 'acme-kms-key-compartment' to"
                        + " cluster ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q; nearest: policy 'p1' statement 1:"
                        + " condition target.key.id = 'ocid1.key.oc1.iad.annrl______trfg' failed: the actual value is"
                        + " 'ocid1.key.oc1.iad.annrl______zzzz'");
    }

    @Test
    void the_restricted_statement_is_for_the_one_cluster() {
        PolicySet policies = policies(policy("p1", SECURITY, RESTRICTED));

        assertThat(policies.decide(use(CLUSTER, Operation.DECRYPT, KEY)).allowed())
                .isTrue();
        assertThat(policies.decide(use(OTHER_CLUSTER, Operation.DECRYPT, KEY)).explanation())
                .contains("request.principal.id = 'ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q' failed: the actual value"
                        + " is 'ocid1.cluster.oc1.iad.other'");
    }

    @Test
    void the_dynamic_group_statement_is_for_its_members() {
        PolicySet policies = policies(policy("p1", SECURITY, DYNAMIC));

        assertThat(policies.decide(use(CLUSTER_IN_GROUP, Operation.DECRYPT, KEY))
                        .allowed())
                .isTrue();
        assertThat(policies.decide(use(CLUSTER, Operation.DECRYPT, KEY)).explanation())
                .endsWith("nearest: policy 'p1' statement 1: it is for dynamic-group acme-oke-kms-dyn-grp, and the"
                        + " cluster is in none of these");
    }

    @Test
    void subjects_by_name_and_by_id() {
        assertThat(allows("Allow group keepers to use keys in tenancy", ALICE)).isTrue();
        assertThat(allows("Allow group Default/Keepers to use keys in tenancy", ALICE))
                .isTrue();
        assertThat(allows("Allow group X, Keepers to use keys in tenancy", ALICE))
                .isTrue();
        assertThat(allows("Allow group Other/Keepers to use keys in tenancy", ALICE))
                .isFalse();
        assertThat(allows("Allow group id ocid1.group.oc1..keepers to use keys in tenancy", ALICE))
                .isTrue();
        assertThat(allows("Allow group id ocid1.group.oc1..others to use keys in tenancy", ALICE))
                .isFalse();
        assertThat(allows("Allow dynamic-group Keepers to use keys in tenancy", ALICE))
                .isFalse();
        assertThat(allows("Allow dynamic-group id ocid1.dynamicgroup.oc1..dg to use keys in tenancy", CLUSTER_IN_GROUP))
                .isTrue();
        assertThat(allows("Allow any-group to use keys in tenancy", CLUSTER_IN_GROUP))
                .isTrue();
        assertThat(allows("Allow any-group to use keys in tenancy", ALICE)).isTrue();
        assertThat(allows("Allow any-group to use keys in tenancy", CLUSTER)).isFalse();
        assertThat(allows("Allow any-group to use keys in tenancy", user("bob")))
                .isFalse();
        assertThat(allows("Allow any-user to use keys in tenancy", user("bob"))).isTrue();
    }

    @Test
    void a_missing_variable_makes_any_comparison_false() {
        Request noKey = Acme.request(CLUSTER, Operation.LIST_KEYS, KEYS, Map.of());

        assertThat(allows("Allow any-user to use keys in tenancy where target.key.id = 'x'", noKey))
                .isFalse();
        assertThat(allows("Allow any-user to use keys in tenancy where target.key.id != 'x'", noKey))
                .isFalse();
        assertThat(allows("Allow any-user to use keys in tenancy where target.key.id in ('x')", noKey))
                .isFalse();
        assertThat(allows("Allow any-user to use keys in tenancy where target.key.id = /*/", noKey))
                .isFalse();
        assertThat(allows("Allow any-user to use keys in tenancy where request.operation != target.key.id", noKey))
                .isFalse();
        assertThat(allows(
                        "Allow any-user to use keys in tenancy where any {target.key.id = 'x', request.operation ="
                                + " 'ListKeys'}",
                        noKey))
                .isTrue();
        assertThat(inTenancy("Allow any-user to use keys in tenancy where target.key.id != 'x'")
                        .decide(noKey)
                        .explanation())
                .endsWith("condition target.key.id != 'x' failed: the request has no target.key.id");
    }

    @Test
    void operators_compare_without_regard_to_case() {
        Request request = use(CLUSTER, Operation.ENCRYPT, KEY);

        assertThat(allows(where("request.principal.type = 'CLUSTER'"), request)).isTrue();
        assertThat(allows(where("request.principal.type != 'CLUSTER'"), request))
                .isFalse();
        assertThat(allows(where("REQUEST.OPERATION in ('decrypt', 'encrypt')"), request))
                .isTrue();
        assertThat(allows(where("request.operation in ('decrypt')"), request)).isFalse();
        assertThat(allows(where("target.key.id = /OCID1.KEY.*/"), request)).isTrue();
        assertThat(allows(where("target.key.id != /OCID1.KEY.*/"), request)).isFalse();
        assertThat(allows(where("target.key.id = /*trf/"), request)).isFalse();
        assertThat(allows(where("request.principal.id = request.principal.id"), request))
                .isTrue();
        assertThat(allows(where("request.principal.id = target.key.id"), request))
                .isFalse();
        assertThat(allows(where("target.compartment.name = 'acme-kms-key-compartment'"), request))
                .isTrue();
        assertThat(allows(where("request.principal.compartment.id = '" + APPS.value() + "'"), request))
                .isTrue();
        assertThat(allows(where("request.user.name = 'alice'"), use(ALICE, Operation.ENCRYPT, KEY)))
                .isTrue();
        assertThat(allows(where("request.user.id = request.principal.id"), request))
                .as("a cluster is no user")
                .isFalse();
        assertThat(allows(where("request.groups.id = 'ocid1.group.oc1..keepers'"), use(ALICE, Operation.ENCRYPT, KEY)))
                .isTrue();
        assertThat(allows(where("request.groups.id != 'ocid1.group.oc1..keepers'"), use(ALICE, Operation.ENCRYPT, KEY)))
                .isFalse();
    }

    @Test
    void request_permission_is_the_permission_under_test() {
        PolicySet policies = inTenancy(
                "Allow any-user to manage keys in tenancy where request.permission = 'KEY_CREATE'",
                "Allow any-user to manage vaults in tenancy where request.permission != 'VAULT_CREATE_KEY'");

        Decision decision = policies.decide(Acme.request(ALICE, Operation.CREATE_KEY, KEYS, Map.of()));

        assertThat(((Decision.Denied) decision).denials()).singleElement().satisfies(denial -> {
            assertThat(denial.need().anyOf()).containsExactly(Permission.VAULT_CREATE_KEY);
            assertThat(denial.nearest().getFirst().why()).contains("the actual value is 'VAULT_CREATE_KEY'");
        });
    }

    @Test
    void each_need_may_come_from_another_statement_and_place() {
        PolicySet policies = policies(
                policy("keys", SECURITY, "Allow group Keepers to manage keys in compartment acme-kms-key-compartment"),
                policy("vaults", APPS, "Allow group Keepers to {VAULT_CREATE_KEY} in compartment apps"));
        Request vaultElsewhere = new Request(
                ALICE,
                "CreateKey",
                List.of(
                        new Request.Need(Set.of(Permission.KEY_CREATE), KEYS),
                        new Request.Need(Set.of(Permission.VAULT_CREATE_KEY), APPS)),
                KEYS,
                Map.of(),
                Acme.NOW);

        Decision decision = policies.decide(vaultElsewhere);

        assertThat(decision.explanation())
                .isEqualTo("KEY_CREATE is granted by policy 'keys' statement 1; VAULT_CREATE_KEY is granted by policy"
                        + " 'vaults' statement 1");
        assertThat(policies.decide(Acme.request(ALICE, Operation.CREATE_KEY, KEYS, Map.of()))
                        .explanation())
                .contains("VAULT_CREATE_KEY on vaults in compartment 'acme-kms-key-compartment'")
                .endsWith("policy 'vaults' statement 1: it covers compartment 'apps', not compartment"
                        + " 'acme-kms-key-compartment'");
    }

    @Test
    void one_of_several_permissions_is_enough_where_the_operation_says_so() {
        PolicySet policies = inTenancy("Allow any-user to inspect cluster-node-pools in tenancy");

        assertThat(policies.decide(Acme.request(ALICE, Operation.LIST_WORK_REQUESTS, APPS, Map.of()))
                        .allowed())
                .isTrue();
        assertThat(policies.decide(Acme.request(ALICE, Operation.GET_WORK_REQUEST, APPS, Map.of()))
                        .allowed())
                .isFalse();
    }

    @Test
    void a_statement_covers_its_compartment_and_all_below_and_nothing_else() {
        PolicySet policies = policies(
                policy("p1", ROOT, "Allow any-user to read keys in compartment security:acme-kms-key-compartment"));

        assertThat(covers(policies, KEYS)).isTrue();
        assertThat(covers(policies, PROD)).isTrue();
        assertThat(covers(policies, SECURITY)).isFalse();
        assertThat(covers(policies, APPS)).isFalse();
        assertThat(covers(policies, ROOT)).isFalse();
        assertThat(covers(inTenancy("Allow any-user to read keys in tenancy"), ROOT))
                .isTrue();
    }

    /** Such a child can't be made any more; one may be stored. */
    @Test
    void the_attachment_is_meant_by_its_name_whatever_a_child_is_called() {
        CompartmentId inner = new CompartmentId("ocid1.compartment.oc1..inner");
        CompartmentTree tree = Acme.TREE.with(new CompartmentTree.Compartment(inner, "Apps", APPS));
        Policy itself = policy("p", APPS, "Allow any-user to read keys in compartment APPS");

        for (CompartmentTree each : List.of(Acme.TREE, tree)) {
            PolicySet policies = PolicySet.of(each, List.of(itself));
            assertThat(covers(policies, APPS)).isTrue();
            assertThat(policies.unusableStatements()).isEmpty();
        }
        PolicySet byPath =
                PolicySet.of(tree, List.of(policy("p", ROOT, "Allow any-user to read keys in compartment apps:apps")));
        assertThat(covers(byPath, inner)).isTrue();
        assertThat(covers(byPath, APPS)).isFalse();
        PolicySet byId = PolicySet.of(
                tree, List.of(policy("p", APPS, "Allow any-user to read keys in compartment id " + inner.value())));
        assertThat(covers(byId, inner)).isTrue();
        assertThat(covers(byId, APPS)).isFalse();
    }

    /** What is right below the tenancy may have its name: statements do not call the tenancy by it. */
    @Test
    void the_tenancy_is_not_meant_by_its_name() {
        CompartmentTree tree = Acme.TREE.with(new CompartmentTree.Compartment(APPS, "acme-corp", ROOT));
        PolicySet policies =
                PolicySet.of(tree, List.of(policy("p", ROOT, "Allow any-user to read keys in compartment acme-corp")));

        assertThat(covers(policies, APPS)).isTrue();
        assertThat(covers(policies, ROOT)).isFalse();
        assertThat(covers(policies, SECURITY)).isFalse();
    }

    @Test
    void names_of_compartments_are_relative_to_the_attachment() {
        String child = "Allow any-user to read keys in compartment Acme-KMS-key-compartment";

        assertThat(covers(policies(policy("p", SECURITY, child)), PROD))
                .as("a child")
                .isTrue();
        assertThat(covers(policies(policy("p", KEYS, child)), PROD))
                .as("itself")
                .isTrue();
        assertThat(covers(policies(policy("p", ROOT, child)), PROD))
                .as("a grandchild needs the path")
                .isFalse();
        assertThat(covers(policies(policy("p", APPS, child)), PROD))
                .as("elsewhere")
                .isFalse();
        assertThat(covers(
                        policies(policy(
                                "p",
                                ROOT,
                                "Allow any-user to read keys in compartment security:acme-kms-key-compartment:prod")),
                        PROD))
                .isTrue();
        assertThat(covers(
                        policies(policy(
                                "p",
                                SECURITY,
                                "Allow any-user to read keys in compartment security:acme-kms-key-compartment:prod")),
                        PROD))
                .as("a path leaves out the attachment")
                .isFalse();
    }

    @Test
    void a_policy_grants_only_below_its_attachment() {
        String byId = "Allow any-user to read keys in compartment id " + KEYS.value();

        assertThat(covers(policies(policy("p", ROOT, byId)), KEYS)).isTrue();
        assertThat(covers(policies(policy("p", SECURITY, byId)), KEYS)).isTrue();
        assertThat(covers(policies(policy("p", KEYS, byId)), KEYS)).isTrue();
        assertThat(covers(policies(policy("p", PROD, byId)), KEYS)).isFalse();
        assertThat(covers(policies(policy("p", APPS, byId)), KEYS)).isFalse();
        assertThat(covers(policies(policy("p", APPS, "Allow any-user to read keys in tenancy")), APPS))
                .isFalse();
    }

    @Test
    void check_tells_what_could_never_grant() {
        PolicySet policies = policies();

        assertThat(check(policies, "Allow any-user to use keys in compartment nowhere", ROOT))
                .containsExactly(
                        "ERROR there is no compartment 'nowhere' in the tenancy; a deeper one is written as a path, a:b");
        assertThat(check(policies, "Allow any-user to use keys in compartment security:x", ROOT))
                .containsExactly("ERROR there is no compartment 'x' in compartment 'security'");
        assertThat(check(policies, "Allow any-user to use keys in tenancy", APPS))
                .containsExactly("ERROR 'in tenancy' is only for policies attached to the tenancy; this one is attached"
                        + " to compartment 'apps'");
        assertThat(check(policies, "Allow any-user to use keys in compartment id " + APPS.value(), SECURITY))
                .containsExactly("ERROR compartment " + APPS.value()
                        + " is not in compartment 'security', where the policy is attached");
        assertThat(check(policies, "Allow any-user to use locks in tenancy", ROOT))
                .containsExactly("ERROR there is no resource type 'locks'");
        assertThat(check(policies, "Allow any-user to read key-delegates in tenancy", ROOT))
                .containsExactly("ERROR 'read key-delegates' gives no permission");
        assertThat(check(policies, "Allow any-user to {KEY_READ, KEY_EAT} in tenancy", ROOT))
                .containsExactly("ERROR there is no permission KEY_EAT; did you mean 'KEY_READ'?");
        assertThat(check(policies, "Allow any-user to use keys in tenancy where target.keyid = 'x'", ROOT))
                .containsExactly(
                        "WARNING no request has the variable target.keyid: a condition on it is always false; did you"
                                + " mean 'target.key.id'?",
                        "WARNING no request can meet its condition");
        assertThat(check(policies, DYNAMIC, SECURITY))
                .containsExactly(
                        "WARNING line 1:21: the angle brackets are not part of a name and were left out",
                        EXPORT,
                        NO_LIST);
        assertThat(check(policies, RECOMMENDED, SECURITY)).containsExactly(EXPORT, NO_LIST);
        assertThat(check(policies, RESTRICTED, KEYS)).containsExactly(EXPORT, NO_LIST);
    }

    @Test
    void a_statement_that_can_not_be_used_never_grants_and_keeps_no_other_from_it() {
        PolicySet policies = policies(
                policy(
                        "p1",
                        ROOT,
                        "Allow any-user to use keys in compartment nowhere",
                        "Allow any-user to use keys in tenancy where",
                        "Deny any-user to use keys in tenancy",
                        "Allow any-user to {KEY_ENCRYPT, KEY_EAT} in tenancy"),
                policy(
                        "p2",
                        new CompartmentId("ocid1.compartment.oc1..gone"),
                        "Allow any-user to use keys in tenancy"));

        assertThat(policies.unusable()).hasSize(5);
        assertThat(policies.unusable().get(1)).startsWith("policy 'p1' statement 2: line 1:44: expected a variable");
        assertThat(policies.decide(use(CLUSTER, Operation.ENCRYPT, KEY)).explanation())
                .contains("policy 'p1' statement 1: it can't grant: there is no compartment 'nowhere' in the tenancy");
    }

    @Test
    void a_principal_of_another_tenancy_is_no_user_here() {
        Principal stranger = Principal.cluster(
                Acme.CLUSTER_ID, new TenancyId("ocid1.tenancy.oc1..other"), APPS, Set.of(Acme.DYNAMIC_GROUP));

        Decision decision =
                inTenancy("Allow any-user to use keys in tenancy").decide(use(stranger, Operation.ENCRYPT, KEY));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.explanation()).endsWith("the principal is of another tenancy");
    }

    @Test
    void an_unusable_statement_is_told_only_where_it_might_have_been_meant() {
        PolicySet policies = inTenancy(
                "Allow group Keepers to use keys in compartment nowhere",
                "Allow any-user to use vaults in compartment nowhere",
                "Allow any-user to use kees in tenancy",
                "Allow any-user to use");

        assertThat(((Decision.Denied) policies.decide(use(CLUSTER, Operation.ENCRYPT, KEY)))
                        .denials()
                        .getFirst()
                        .nearest())
                .extracting(it -> it.statement().number() + " " + it.cause())
                .containsExactly("3 UNUSABLE", "4 UNUSABLE");
    }

    @Test
    void of_several_statements_the_nearest_then_the_first_is_named() {
        PolicySet policies = policies(
                policy("b", SECURITY, "Allow any-user to use keys in compartment acme-kms-key-compartment"),
                policy(
                        "c",
                        ROOT,
                        "Allow any-user to use keys in tenancy",
                        "Allow any-user to use keys in compartment id " + KEYS.value() + " where target.key.id = '"
                                + KEY + "'"),
                policy(
                        "a",
                        KEYS,
                        "Allow group Others to use keys in compartment acme-kms-key-compartment",
                        "Allow any-user to use keys in compartment acme-kms-key-compartment where target.key.id = 'x'",
                        "Allow any-user to use keys in compartment acme-kms-key-compartment where target.key.id = '"
                                + KEY + "'"));

        assertThat(policies.decide(use(CLUSTER, Operation.ENCRYPT, KEY)).explanation())
                .isEqualTo("KEY_ENCRYPT is granted by policy 'a' statement 3");
        assertThat(policies.decide(use(CLUSTER, Operation.ENCRYPT, "y")).explanation())
                .isEqualTo("KEY_ENCRYPT is granted by policy 'b' statement 1");
        assertThat(policies.decide(use(CLUSTER, Operation.ENCRYPT, "x")).explanation())
                .isEqualTo("KEY_ENCRYPT is granted by policy 'a' statement 2");
        assertThat(policies.compartments().contains(new CompartmentId("ocid1.compartment.oc1..gone")))
                .isFalse();
    }

    @Test
    void an_unknown_compartment_is_denied() {
        Decision decision = inTenancy(Policy.ADMINISTRATORS)
                .decide(Acme.request(
                        user("root", "Administrators"),
                        Operation.GET_KEY,
                        new CompartmentId("ocid1.compartment.oc1..gone"),
                        Map.of()));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.explanation()).endsWith("there is no such compartment");
    }

    @Test
    void administrators_may_do_every_operation_everywhere() {
        PolicySet policies = inTenancy(Policy.ADMINISTRATORS);

        for (Operation operation : Operation.values()) {
            for (CompartmentId compartment : List.of(ROOT, PROD)) {
                assertThat(policies.decide(
                                        Acme.request(user("root", "Administrators"), operation, compartment, Map.of()))
                                .allowed())
                        .as(operation.apiName())
                        .isTrue();
                assertThat(policies.decide(Acme.request(ALICE, operation, compartment, Map.of()))
                                .allowed())
                        .as(operation.apiName())
                        .isFalse();
            }
        }
    }

    @Test
    void rights_on_clusters_give_none_on_their_secrets() {
        PolicySet policies = inTenancy("Allow any-user to manage cluster-family in tenancy");
        Map<String, String> secret = Map.of("target.namespace.name", "shop", "target.secret.name", "db");

        assertThat(policies.decide(Acme.request(ALICE, Operation.GET_CLUSTER_SECRET, APPS, secret))
                        .allowed())
                .isFalse();
        assertThat(inTenancy("Allow any-user to read cluster-secrets in tenancy where target.namespace.name = 'shop'")
                        .decide(Acme.request(ALICE, Operation.GET_CLUSTER_SECRET, APPS, secret))
                        .allowed())
                .isTrue();
    }

    @Test
    void a_lesser_verb_is_named_as_the_nearest_miss() {
        assertThat(inTenancy("Allow any-user to read keys in tenancy")
                        .decide(use(CLUSTER, Operation.ENCRYPT, KEY))
                        .explanation())
                .endsWith("policy 'p1' statement 1: it gives KEY_INSPECT, KEY_READ and not KEY_ENCRYPT");
    }

    @Test
    void only_the_nearest_misses_are_told_conditions_first() {
        List<String> statements = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            statements.add("Allow group Others to use keys in tenancy");
        }
        statements.add(where("target.key.id = 'x'"));

        Decision decision = inTenancy(statements.toArray(String[]::new)).decide(use(CLUSTER, Operation.ENCRYPT, KEY));

        assertThat(((Decision.Denied) decision).denials().getFirst().nearest())
                .hasSize(PolicySet.MAX_NEAREST)
                .first()
                .satisfies(miss -> {
                    assertThat(miss.cause()).isEqualTo(Decision.Cause.CONDITION);
                    assertThat(miss.statement().number()).isEqualTo(21);
                });
    }

    @Test
    void the_fewer_parts_fail_the_nearer_is_a_statement() {
        PolicySet policies = policies(
                policy(
                        "a",
                        ROOT,
                        "Allow any-user to use keys in tenancy where all {target.key.id = 'x', request.operation = 'Sign'}",
                        "Allow any-user to use keys in tenancy where all {target.key.id = 'x', target.vault.id = 'x'}",
                        "Allow group Others to use keys in compartment apps",
                        "Allow group Others to read keys in compartment apps"),
                policy(
                        "b",
                        ROOT,
                        "Allow group Others to use keys in tenancy",
                        "Allow any-user to use keys in compartment apps where target.key.id = 'x'",
                        "Allow any-user to use keys in compartment renamed",
                        "Allow any-user to use keys in compartment renamed where target.key.id = 'x'"));

        assertThat(nearest(policies)).containsExactly("b 1 SUBJECT", "b 3 UNUSABLE", "a 1 CONDITION");
        assertThat(nearest(policies(policy(
                        "p",
                        ROOT,
                        "Allow any-user to use keys in compartment apps where target.key.id = 'x'",
                        "Allow any-user to use keys in compartment apps",
                        "Allow group Others to read keys in compartment apps",
                        "Allow any-user to manage vaults in tenancy"))))
                .as("neither what is about other types nor what fits in nothing")
                .containsExactly("p 2 LOCATION", "p 1 LOCATION");
    }

    @Test
    void a_statement_that_fails_in_several_parts_tells_them_all() {
        PolicySet policies = policies(
                policy("p", ROOT, "Allow group Others to use keys in compartment apps where target.key.id = 'x'"));

        Decision.NearMiss miss = ((Decision.Denied) policies.decide(use(CLUSTER, Operation.ENCRYPT, KEY)))
                .denials()
                .getFirst()
                .nearest()
                .getFirst();

        assertThat(miss.cause()).isEqualTo(Decision.Cause.SUBJECT);
        assertThat(miss.why())
                .isEqualTo("it is for group Others, and the cluster is in none of these, and it covers compartment"
                        + " 'apps', not compartment 'acme-kms-key-compartment', and condition target.key.id = 'x'"
                        + " failed: the actual value is '" + KEY + "'");
        assertThat(miss.failures()).hasSize(1);
    }

    @Test
    void of_any_the_nearest_member_counts() {
        PolicySet policies = policies(policy(
                "p",
                ROOT,
                "Allow any-user to use keys in tenancy where all {target.key.id = 'x', target.vault.id = 'x'}",
                "Allow any-user to use keys in tenancy where any {target.key.id = 'x', target.vault.id = 'x', all"
                        + " {target.key.id = 'y', target.vault.id = 'y'}}"));

        assertThat(nearest(policies)).containsExactly("p 2 CONDITION", "p 1 CONDITION");
    }

    private static List<String> nearest(PolicySet policies) {
        return ((Decision.Denied) policies.decide(use(CLUSTER, Operation.ENCRYPT, KEY)))
                .denials().getFirst().nearest().stream()
                        .map(it -> it.statement().policyName() + " "
                                + it.statement().number() + " " + it.cause())
                        .toList();
    }

    @Test
    void explanations_stay_on_one_line_and_bounded() {
        Request request = Acme.request(
                CLUSTER,
                Operation.ENCRYPT,
                KEYS,
                Map.of("target.key.id", "a\nb\u001b\u202e\u2028" + "x".repeat(10_000)));

        String explanation =
                inTenancy(where("target.key.id = 'y'")).decide(request).explanation();

        assertThat(explanation)
                .doesNotContain("\n")
                .doesNotContain("\u001b")
                .doesNotContain("\u202e")
                .doesNotContain("\u2028")
                .hasSizeLessThan(1_000);
    }

    @Test
    void a_request_can_not_claim_what_is_derived_or_need_nothing() {
        for (String derived : List.of(
                "request.principal.id",
                "Request.Permission",
                "target.compartment.id",
                "request.utc-timestamp.day-of-week")) {
            assertThatThrownBy(() -> Acme.request(CLUSTER, Operation.ENCRYPT, KEYS, Map.of(derived, "x")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Request(CLUSTER, "Encrypt", List.of(), KEYS, Map.of(), Acme.NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Request.Need(Set.of(), KEYS)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_tree_with_a_loop_an_orphan_or_too_many_levels_is_refused() {
        CompartmentId a = new CompartmentId("ocid1.compartment.oc1..a");
        CompartmentId b = new CompartmentId("ocid1.compartment.oc1..b");

        assertThatThrownBy(() -> CompartmentTree.of(
                        Acme.TENANCY, "t", List.of(new Compartment(a, "a", b), new Compartment(b, "b", a))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CompartmentTree.of(Acme.TENANCY, "t", List.of(new Compartment(a, "a", b))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CompartmentTree.of(
                        Acme.TENANCY, "t", List.of(new Compartment(a, "a", ROOT), new Compartment(a, "b", ROOT))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(CompartmentTree.of(Acme.TENANCY, "t", chain(6)).upwards(level(6)))
                .hasSize(7);
        assertThatThrownBy(() -> CompartmentTree.of(Acme.TENANCY, "t", chain(7)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Compartment> chain(int levels) {
        List<Compartment> chain = new ArrayList<>();
        for (int i = 1; i <= levels; i++) {
            chain.add(new Compartment(level(i), "l" + i, i == 1 ? ROOT : level(i - 1)));
        }
        return chain;
    }

    private static CompartmentId level(int level) {
        return new CompartmentId("ocid1.compartment.oc1..level" + level);
    }

    private static String where(String condition) {
        return "Allow any-user to use keys in tenancy where " + condition;
    }

    private static boolean allows(String statement, Principal principal) {
        return allows(statement, use(principal, Operation.ENCRYPT, KEY));
    }

    private static boolean allows(String statement, Request request) {
        PolicySet policies = inTenancy(statement);
        assertThat(policies.unusable()).isEmpty();
        return policies.decide(request).allowed();
    }

    private static boolean covers(PolicySet policies, CompartmentId compartment) {
        return policies.decide(Acme.request(CLUSTER, Operation.GET_KEY, compartment, Map.of()))
                .allowed();
    }

    private static List<String> check(PolicySet policies, String statement, CompartmentId attachment) {
        return policies.check(PolicyLanguage.parse(statement), attachment).stream()
                .map(it -> it.severity() + " " + it.message())
                .toList();
    }
}
