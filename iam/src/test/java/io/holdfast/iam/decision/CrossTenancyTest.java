package io.holdfast.iam.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.decision.CompartmentTree.Compartment;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A cluster of one tenancy and a key of another, as the documentation has it. */
class CrossTenancyTest {
    private static final TenancyId KEY_TENANCY = new TenancyId("ocid1.tenancy.oc1..keys");
    private static final TenancyId CLUSTER_TENANCY = new TenancyId("ocid1.tenancy.oc1..clusters");
    private static final CompartmentId KEY_ROOT = KEY_TENANCY.rootCompartment();
    private static final CompartmentId VAULTS = new CompartmentId("ocid1.compartment.oc1..vaults");
    private static final CompartmentId CLUSTERS = new CompartmentId("ocid1.compartment.oc1..clusters");
    private static final CompartmentTree KEY_TREE =
            CompartmentTree.of(KEY_TENANCY, "KeyTenancy", List.of(new Compartment(VAULTS, "vaults", KEY_ROOT)));
    private static final CompartmentTree CLUSTER_TREE = CompartmentTree.of(
            CLUSTER_TENANCY,
            "ClusterTenancy",
            List.of(new Compartment(CLUSTERS, "clusters", CLUSTER_TENANCY.rootCompartment())));
    private static final PolicyContext CONTEXT = new PolicyContext(
            Map.of("KeyTenancy", KEY_TENANCY, "ClusterTenancy", CLUSTER_TENANCY), false, Optional.empty());

    private static final DynamicGroupId DYNAMIC_GROUP = new DynamicGroupId("ocid1.dynamicgroup.oc1..oke");
    private static final GroupId GROUP = new GroupId("ocid1.group.oc1..oke");
    private static final String KEY = "ocid1.key.oc1.iad.v.k";

    private static final Principal CLUSTER = Principal.cluster(
            new ClusterId("ocid1.cluster.oc1.iad.c"),
            CLUSTER_TENANCY,
            CLUSTERS,
            Set.of(new Principal.DynamicGroup(DYNAMIC_GROUP, "OKEAdminDynGroup")));
    private static final Principal ADMINISTRATOR = Principal.user(
            new UserId("ocid1.user.oc1..a"),
            "anna",
            CLUSTER_TENANCY,
            Set.of(new Principal.Group(GROUP, "OKEAdminGroup")));
    private static final Principal STRANGER =
            Principal.cluster(new ClusterId("ocid1.cluster.oc1.iad.x"), CLUSTER_TENANCY, CLUSTERS, Set.of());

    /** The documentation's statements, its placeholders filled in and nothing else changed. */
    private static final String[] OF_KEYS = filled(
            "Define tenancy OKE_Tenancy as ocid1.tenancy.oc1..<unique_ID>",
            "Define dynamic-group RemoteOKEClusterDynGroup as ocid1.dynamicgroup.oc1..<unique_ID>",
            "Define group RemoteOKEAdminGroup as ocid1.group.oc1..<unique_ID>",
            "Admit dynamic-group RemoteOKEClusterDynGroup of tenancy ClusterTenancy to use keys in tenancy where"
                    + " target.key.id = 'ocid1.key.oc1..<unique_ID>'",
            "Admit group RemoteOKEAdminGroup of tenancy ClusterTenancy to use keys in tenancy where target.key.id ="
                    + " 'ocid1.key.oc1..<unique_ID>'");

    private static final String[] OF_CLUSTERS = Arrays.stream(new String[] {
                "Define tenancy KMS_Tenancy as ocid1.tenancy.oc1..keys",
                "Endorse group OKEAdminGroup to use keys in tenancy KMS_Tenancy",
                "Endorse dynamic-group OKEAdminDynGroup to use keys in tenancy KMS_Tenancy",
                "Allow dynamic-group OKEAdminDynGroup to use keys in tenancy where target.key.id = '" + KEY + "'"
            })
            .toArray(String[]::new);

    private static String[] filled(String... statements) {
        return Arrays.stream(statements)
                .map(it -> it.replace("ocid1.tenancy.oc1..<unique_ID>", CLUSTER_TENANCY.value())
                        .replace("ocid1.dynamicgroup.oc1..<unique_ID>", DYNAMIC_GROUP.value())
                        .replace("ocid1.group.oc1..<unique_ID>", GROUP.value())
                        .replace("ocid1.key.oc1..<unique_ID>", KEY))
                .toArray(String[]::new);
    }

    @Test
    void the_documented_example_lets_the_clusters_and_their_administrators_use_the_one_key() {
        Installation installation = installation(OF_KEYS, OF_CLUSTERS);

        for (Principal principal : List.of(CLUSTER, ADMINISTRATOR)) {
            for (Operation operation :
                    List.of(Operation.ENCRYPT, Operation.DECRYPT, Operation.GENERATE_DATA_ENCRYPTION_KEY)) {
                assertThat(installation.decide(use(principal, operation, KEY)).allowed())
                        .as("%s %s", principal, operation)
                        .isTrue();
            }
        }
        assertThat(installation
                        .decide(use(CLUSTER, Operation.ENCRYPT, KEY + "x"))
                        .allowed())
                .isFalse();
        assertThat(installation
                        .decide(use(CLUSTER, Operation.SCHEDULE_KEY_DELETION, KEY))
                        .allowed())
                .isFalse();
        assertThat(installation.decide(use(STRANGER, Operation.ENCRYPT, KEY)).allowed())
                .isFalse();
    }

    @Test
    void an_allowed_request_names_both_statements() {
        Decision decision = installation(OF_KEYS, OF_CLUSTERS).decide(use(CLUSTER, Operation.ENCRYPT, KEY));

        assertThat(decision.explanation())
                .isEqualTo("KEY_ENCRYPT is endorsed by policy 'clusters' statement 3; KEY_ENCRYPT is admitted by policy"
                        + " 'keys' statement 4");
        assertThat(((Decision.Allowed) decision).grants())
                .extracting(Decision.Grant::kind)
                .containsExactly(StatementKind.ENDORSE, StatementKind.ADMIT);
    }

    @Test
    void without_either_half_there_is_no_access_and_the_missing_half_is_named() {
        Request request = use(CLUSTER, Operation.ENCRYPT, KEY);

        assertThat(installation(OF_KEYS, new String[0]).decide(request).explanation())
                .isEqualTo("no statement endorses KEY_ENCRYPT on keys in compartment 'vaults' to cluster"
                        + " ocid1.cluster.oc1.iad.c, in the policies of tenancy 'ClusterTenancy'");
        assertThat(installation(new String[0], OF_CLUSTERS).decide(request).explanation())
                .isEqualTo("no statement admits KEY_ENCRYPT on keys in compartment 'vaults' to cluster"
                        + " ocid1.cluster.oc1.iad.c, in the policies of tenancy 'KeyTenancy'");
        assertThat(((Decision.Denied) installation(new String[0], OF_CLUSTERS).decide(request))
                        .denials(CLUSTER_TENANCY::equals))
                .singleElement()
                .satisfies(it -> assertThat(it.text())
                        .endsWith("to cluster ocid1.cluster.oc1.iad.c, in the policies of another tenancy"));
    }

    @Test
    void the_conditions_of_both_halves_must_hold() {
        String endorse = "Endorse any-user to use keys in any-tenancy where request.principal.type = 'cluster'";
        String admit =
                "Admit any-user of tenancy ClusterTenancy to use keys in compartment vaults where target.key.id ="
                        + " '" + KEY + "'";
        Installation installation = installation(new String[] {admit}, new String[] {endorse});

        assertThat(installation.decide(use(STRANGER, Operation.ENCRYPT, KEY)).allowed())
                .isTrue();
        assertThat(installation
                        .decide(use(ADMINISTRATOR, Operation.ENCRYPT, KEY))
                        .explanation())
                .contains("no statement endorses")
                .contains(
                        "policy 'clusters' statement 1: condition request.principal.type = 'cluster' failed: the actual"
                                + " value is 'user'");
        assertThat(installation.decide(use(CLUSTER, Operation.ENCRYPT, "k2")).explanation())
                .contains("no statement admits")
                .contains("policy 'keys' statement 1: condition target.key.id = '" + KEY
                        + "' failed: the actual value is 'k2'");
    }

    @Test
    void any_user_of_a_tenancy_is_never_somebody_of_another() {
        Installation installation =
                installation(new String[] {"Allow any-user to manage all-resources in tenancy"}, OF_CLUSTERS);

        assertThat(installation.decide(use(CLUSTER, Operation.ENCRYPT, KEY)).allowed())
                .isFalse();
    }

    @Test
    void a_group_of_the_same_name_in_another_tenancy_is_another_group() {
        String admit = "Admit group id ocid1.group.oc1..other of tenancy ClusterTenancy to use keys in tenancy";

        assertThat(installation(new String[] {admit}, OF_CLUSTERS)
                        .decide(use(ADMINISTRATOR, Operation.ENCRYPT, KEY))
                        .allowed())
                .isFalse();
        assertThat(installation(
                                new String[] {
                                    "Admit group id " + GROUP.value()
                                            + " of tenancy ClusterTenancy to use keys in tenancy"
                                },
                                OF_CLUSTERS)
                        .decide(use(ADMINISTRATOR, Operation.ENCRYPT, KEY))
                        .allowed())
                .isTrue();
    }

    @Test
    void both_halves_must_give_the_same_permission() {
        Request workRequests = Request.of(ADMINISTRATOR, Operation.LIST_WORK_REQUESTS, VAULTS, Map.of(), Acme.NOW);

        assertThat(installation(
                                new String[] {"Admit any-user of tenancy ClusterTenancy to inspect clusters in tenancy"
                                },
                                new String[] {"Endorse any-user to inspect cluster-node-pools in any-tenancy"})
                        .decide(workRequests)
                        .allowed())
                .as("each gives one of those that would do, but not the same")
                .isFalse();
        assertThat(installation(
                                new String[] {"Admit any-user of tenancy ClusterTenancy to inspect clusters in tenancy"
                                },
                                new String[] {"Endorse any-user to inspect cluster-family in any-tenancy"})
                        .decide(workRequests)
                        .allowed())
                .isTrue();
    }

    @Test
    void an_endorsement_is_for_the_tenancy_that_it_names() {
        String endorse = "Endorse any-user to use keys in tenancy Other";
        PolicyContext three = new PolicyContext(
                Map.of(
                        "KeyTenancy",
                        KEY_TENANCY,
                        "ClusterTenancy",
                        CLUSTER_TENANCY,
                        "Other",
                        new TenancyId("ocid1.tenancy.oc1..other")),
                false,
                Optional.empty());
        Installation installation = Installation.of(List.of(
                set(KEY_TREE, "keys", three, "Admit any-user of tenancy ClusterTenancy to use keys in tenancy"),
                set(CLUSTER_TREE, "clusters", three, endorse)));

        assertThat(installation.decide(use(CLUSTER, Operation.ENCRYPT, KEY)).explanation())
                .endsWith(
                        "nearest: policy 'clusters' statement 1: it is about tenancy 'Other', not tenancy 'KeyTenancy'");
        assertThat(((Decision.Denied) installation.decide(use(CLUSTER, Operation.ENCRYPT, KEY)))
                        .denials(CLUSTER_TENANCY::equals)
                        .getFirst()
                        .text())
                .contains("in the policies of tenancy 'ClusterTenancy'")
                .endsWith("it is about another tenancy, not the one at the other end");
    }

    @Test
    void an_unknown_tenancy_is_refused_with_the_alias_that_was_meant() {
        PolicySet lonely = PolicySet.of(KEY_TREE, List.of());

        assertThat(errors(lonely, OF_KEYS))
                .containsExactly(
                        "4 there is no tenancy 'ClusterTenancy', and the policy defines none of that name; did you mean"
                                + " 'OKE_Tenancy'?",
                        "5 there is no tenancy 'ClusterTenancy', and the policy defines none of that name; did you mean"
                                + " 'OKE_Tenancy'?");
        assertThat(errors(set(KEY_TREE, "k", CONTEXT), OF_KEYS)).isEmpty();
        assertThat(warnings(set(KEY_TREE, "k", CONTEXT), OF_KEYS))
                .contains("1 no statement of this policy uses 'OKE_Tenancy'");
    }

    @Test
    void names_of_other_tenancies_are_not_suggested() {
        PolicySet keys = set(KEY_TREE, "k", CONTEXT);

        assertThat(errors(
                        keys,
                        "Define tenancy Partner as " + CLUSTER_TENANCY.value(),
                        "Define tenancy Auditor as ocid1.tenancy.oc1..a",
                        "Endorse any-user to use keys in tenancy Partnr"))
                .containsExactly("3 there is no tenancy 'Partnr', and the policy defines none of that name; did you"
                        + " mean 'Partner'?");
        assertThat(errors(keys, "Endorse any-user to use keys in tenancy KeyTenanc"))
                .as("its own name")
                .containsExactly("1 there is no tenancy 'KeyTenanc', and the policy defines none of that name; did you"
                        + " mean 'KeyTenancy'?");
        assertThat(errors(keys, "Endorse any-user to use keys in tenancy ClusterTenanc"))
                .as("that of another")
                .isEqualTo(errors(
                        set(KEY_TREE, "k", PolicyContext.ALONE),
                        "Endorse any-user to use keys in tenancy ClusterTenanc"));
    }

    @Test
    void an_alias_that_is_used_and_a_tenancy_that_is_here_are_no_matter_for_a_warning() {
        PolicySet keys = set(KEY_TREE, "k", CONTEXT);
        String[] used = {
            "Define tenancy T as " + CLUSTER_TENANCY.value(),
            "Define group G as ocid1.group.oc1..a",
            "Admit group g of tenancy t to read keys in tenancy"
        };

        assertThat(warnings(keys, used)).isEmpty();
        assertThat(warnings(keys, "Define tenancy T as ocid1.tenancy.oc1..gone"))
                .containsExactly(
                        "1 no statement of this policy uses 'T'",
                        "1 there is no tenancy ocid1.tenancy.oc1..gone in this installation");
        assertThat(warnings(set(KEY_TREE, "k", PolicyContext.ALONE), "Define tenancy T as ocid1.tenancy.oc1..gone"))
                .as("no other tenancy is known at all")
                .containsExactly("1 no statement of this policy uses 'T'");
        assertThat(warnings(keys, "Define group G as ocid1.group.oc1..a"))
                .containsExactly("1 no statement of this policy uses 'G'");
    }

    @Test
    void an_admit_that_can_not_be_used_is_told_whomever_it_might_mean() {
        Decision decision = installation(
                        new String[] {
                            "Admit group Nobody of tenancy ClusterTenancy to use keys in tenancy",
                            "Admit group Nobody of tenancy ClusterTenancy to inspect vaults in tenancy"
                        },
                        OF_CLUSTERS)
                .decide(use(CLUSTER, Operation.ENCRYPT, KEY));

        assertThat(((Decision.Denied) decision).denials().getFirst().nearest())
                .extracting(it -> it.statement().number() + " " + it.cause())
                .containsExactly("1 UNUSABLE");
    }

    @Test
    void an_endorse_in_another_place_is_told_with_what_it_covers() {
        String admit = "Admit any-user of tenancy ClusterTenancy to use keys in compartment vaults";
        Decision decision = installation(new String[] {admit}, OF_CLUSTERS)
                .decide(Request.of(CLUSTER, Operation.ENCRYPT, KEY_ROOT, Map.of("target.key.id", KEY), Acme.NOW));

        assertThat(decision.explanation())
                .endsWith("policy 'keys' statement 1: it covers compartment 'vaults', not the tenancy");
    }

    @Test
    void what_can_not_cross_is_refused_with_its_reason() {
        PolicySet keys = set(KEY_TREE, "k", CONTEXT);

        assertThat(errors(keys, "Admit group Strangers of tenancy ClusterTenancy to use keys in tenancy"))
                .containsExactly(
                        "1 'Strangers' is not defined: an Admit is for groups of another tenancy, which the same"
                                + " policy defines, as Define group Strangers as ocid1.group…");
        assertThat(errors(
                        keys,
                        "Define dynamic-group Remote as ocid1.dynamicgroup.oc1..a",
                        "Admit dynamic-group Remot of tenancy ClusterTenancy to use keys in tenancy"))
                .containsExactly(
                        "2 'Remot' is not defined: an Admit is for groups of another tenancy, which the same"
                                + " policy defines, as Define dynamic-group Remot as ocid1.dynamicgroup…; did you mean 'Remote'?");
        assertThat(errors(keys, "Admit any-user of tenancy KeyTenancy to use keys in tenancy"))
                .containsExactly(
                        "1 'KeyTenancy' is this tenancy; a principal of this tenancy needs no Admit: use Allow");
        assertThat(errors(keys, "Endorse any-user to use keys in tenancy KeyTenancy"))
                .containsExactly(
                        "1 'KeyTenancy' is this tenancy; a resource of this tenancy needs no Endorse: use Allow");
        assertThat(errors(keys, "Endorse any-user to use keys in tenancy ClusterTenanc"))
                .containsExactly("1 there is no tenancy 'ClusterTenanc', and the policy defines none of that name;"
                        + " define it: Define tenancy ClusterTenanc as ocid1.tenancy…");
        assertThat(errors(
                        keys,
                        "Define tenancy T as ocid1.tenancy.oc1..a",
                        "Define tenancy t as ocid1.tenancy.oc1..b",
                        "Endorse any-user to use keys in tenancy T"))
                .containsExactly(
                        "1 'T' is defined twice, with different OCIDs",
                        "2 't' is defined twice, with different OCIDs",
                        "3 'T' is defined twice, with different OCIDs");
        assertThat(keys.check(
                        List.of(
                                PolicyLanguage.parse("Endorse any-user to use keys in any-tenancy"),
                                PolicyLanguage.parse("Admit any-user of tenancy ClusterTenancy to use keys in"
                                        + " compartment vaults")),
                        VAULTS))
                .filteredOn(it -> it.severity() == Finding.Severity.ERROR)
                .extracting(Finding::message)
                .containsExactly(
                        "'Endorse' is only for policies attached to the tenancy; this one is attached to compartment"
                                + " 'vaults'",
                        "'Admit' is only for policies attached to the tenancy; this one is attached to compartment"
                                + " 'vaults'");
    }

    @Test
    void an_alias_wins_over_the_name_of_a_tenancy_and_holds_in_its_policy_only() {
        String define = "Define tenancy ClusterTenancy as ocid1.tenancy.oc1..other";
        String admit = "Admit any-user of tenancy clustertenancy to use keys in tenancy";
        String[] endorse = {"Endorse any-user to use keys in any-tenancy"};

        assertThat(installation(new String[] {define, admit}, endorse)
                        .decide(use(CLUSTER, Operation.ENCRYPT, KEY))
                        .allowed())
                .isFalse();
        Installation apart = Installation.of(List.of(
                PolicySet.of(KEY_TREE, List.of(policy("a", KEY_ROOT, define), policy("b", KEY_ROOT, admit)), CONTEXT),
                set(CLUSTER_TREE, "clusters", CONTEXT, endorse)));
        assertThat(apart.decide(use(CLUSTER, Operation.ENCRYPT, KEY)).allowed()).isTrue();
    }

    @Test
    void a_tenancy_that_is_not_here_and_a_place_that_is_nowhere_are_denied() {
        Principal foreign = Principal.cluster(
                new ClusterId("ocid1.cluster.oc1.iad.c"), new TenancyId("ocid1.tenancy.oc1..gone"), CLUSTERS, Set.of());
        Installation installation = installation(OF_KEYS, OF_CLUSTERS);

        assertThat(installation.decide(use(foreign, Operation.ENCRYPT, KEY)).explanation())
                .endsWith("the principal is of another tenancy");
        assertThat(installation
                        .decide(Request.of(
                                CLUSTER,
                                Operation.ENCRYPT,
                                new CompartmentId("ocid1.compartment.oc1..gone"),
                                Map.of(),
                                Acme.NOW))
                        .explanation())
                .endsWith("there is no such compartment");
        assertThat(installation.policySet(KEY_TENANCY)).isPresent();
        assertThat(installation.policySetOf(VAULTS)).isEqualTo(installation.policySet(KEY_TENANCY));
        assertThat(installation.policySetOf(new CompartmentId("ocid1.compartment.oc1..gone")))
                .isEqualTo(Optional.empty());
    }

    private static Installation installation(String[] ofKeys, String[] ofClusters) {
        return Installation.of(
                List.of(set(KEY_TREE, "keys", CONTEXT, ofKeys), set(CLUSTER_TREE, "clusters", CONTEXT, ofClusters)));
    }

    private static PolicySet set(CompartmentTree tree, String name, PolicyContext context, String... statements) {
        return PolicySet.of(tree, List.of(policy(name, tree.root(), statements)), context);
    }

    private static Policy policy(String name, CompartmentId attachedTo, String... statements) {
        return new Policy(new PolicyId("ocid1.policy.oc1.." + name), name, attachedTo, List.of(statements));
    }

    private static Request use(Principal principal, Operation operation, String key) {
        return Request.of(principal, operation, VAULTS, Map.of("target.key.id", key), Acme.NOW);
    }

    private static List<String> errors(PolicySet policies, String... statements) {
        return findings(policies, Finding.Severity.ERROR, statements);
    }

    private static List<String> warnings(PolicySet policies, String... statements) {
        return findings(policies, Finding.Severity.WARNING, statements);
    }

    private static List<String> findings(PolicySet policies, Finding.Severity severity, String... statements) {
        List<String> found = new ArrayList<>();
        policies
                .check(
                        Arrays.stream(statements).map(PolicyLanguage::parse).toList(),
                        policies.compartments().root())
                .stream()
                .filter(it -> it.severity() == severity)
                .forEach(it -> found.add(it.statement() + " " + it.message()));
        return found;
    }
}
