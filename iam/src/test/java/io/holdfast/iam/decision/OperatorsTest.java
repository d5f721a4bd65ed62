package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Acme.ALICE;
import static io.holdfast.iam.decision.Acme.CLUSTER;
import static io.holdfast.iam.decision.Acme.CLUSTER_ID;
import static io.holdfast.iam.decision.Acme.KEYS;
import static io.holdfast.iam.decision.Acme.OTHER_CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.iam.decision.Decision.Failure;
import io.holdfast.kernel.Ocid.UserId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Operators and subjects beyond the plain ones, and what is told when they fail. */
class OperatorsTest {
    private static final Map<String, String> MEMBERS =
            Map.of("target.group.id", "ocid1.group.oc1..keepers", "target.user.name", "ALICE");

    @Test
    void not_in() {
        assertThat(holds("target.user.name not in ('bob', 'carol')", ALICE)).isTrue();
        assertThat(holds("target.user.name not in ('bob', 'alice')", ALICE)).isFalse();
        assertThat(holds("target.user.id not in ('bob')", ALICE)).as("missing").isFalse();
        assertThat(holds("request.groups.id not in ('ocid1.group.oc1..KEEPERS')", ALICE))
                .isFalse();
        assertThat(holds("request.groups.id not in ('x')", ALICE)).isTrue();
        assertThat(holds("request.groups.id not in ('x')", CLUSTER))
                .as("no groups")
                .isFalse();
    }

    @Test
    void sets_intersect() {
        assertThat(holds("sets-intersect(request.groups.id, target.group.id)", ALICE))
                .isTrue();
        assertThat(holds("sets-intersect(target.group.id, request.groups.id)", ALICE))
                .isTrue();
        assertThat(holds("sets-intersect(request.groups.id, target.group.id)", Acme.user("bob", "Others")))
                .isFalse();
        assertThat(holds("sets-intersect(request.groups.id, target.group.id)", CLUSTER))
                .isFalse();
        assertThat(holds("sets-intersect(request.groups.id, target.group.member)", ALICE))
                .isFalse();
    }

    @Test
    void variables_with_variables() {
        assertThat(holds("request.user.name = target.user.name", ALICE)).isTrue();
        assertThat(holds("request.user.name != target.user.name", ALICE)).isFalse();
        assertThat(holds("request.user.name != target.group.id", ALICE)).isTrue();
        assertThat(holds("request.user.name != target.user.id", ALICE))
                .as("missing")
                .isFalse();
        assertThat(holds("target.user.id != request.user.name", ALICE))
                .as("missing")
                .isFalse();
    }

    @Test
    void patterns_on_the_parts_of_several_values() {
        Principal both = Acme.user("bob", "Keepers", "Others");

        assertThat(holds("request.groups.id = /*others/", both)).isTrue();
        assertThat(holds("request.groups.id != /*others/", both)).isFalse();
        assertThat(holds("request.groups.id != /*strangers/", both)).isTrue();
    }

    @Test
    void one_resource_and_services() {
        assertThat(allows("Allow resource cluster " + CLUSTER_ID.value() + " to read keys in tenancy", CLUSTER))
                .isTrue();
        assertThat(allows("Allow resource Cluster id " + CLUSTER_ID.value() + " to read keys in tenancy", CLUSTER))
                .isTrue();
        assertThat(allows(
                        "Allow resource cluster id " + CLUSTER_ID.value() + " to read keys in tenancy", OTHER_CLUSTER))
                .isFalse();
        assertThat(allows("Allow resource nodepool id " + CLUSTER_ID.value() + " to read keys in tenancy", CLUSTER))
                .isFalse();
        assertThat(allows("Allow service oke, cluster to read keys in tenancy", CLUSTER))
                .isFalse();
        assertThat(allows("Allow resource user id " + ALICE.id().value() + " to read keys in tenancy", ALICE))
                .as("a user is no resource")
                .isFalse();
    }

    @Test
    void no_group_passes_for_another_by_its_letters() {
        assertThat(allows(
                        "Allow group Administrators to read keys in tenancy", Acme.user("eve", "Adm\u0131nistrators")))
                .isFalse();
        assertThat(allows("Allow group Keepers to read keys in tenancy", Acme.user("eve", "\u212aeepers")))
                .isFalse();
        Principal kim = Principal.user(new UserId("ocid1.user.oc1..kim"), "\u212aim", Acme.TENANCY, Set.of());
        assertThat(holds("request.user.name = 'kim'", kim)).isFalse();
        assertThat(holds("request.user.name = /k*/", kim)).isFalse();
        assertThat(holds("request.user.name = '\u212aIM'", kim)).isTrue();
        assertThat(holds("request.\u212aey = 'x'", ALICE))
                .as("no such variable")
                .isFalse();
    }

    @Test
    void what_failed_is_told_part_by_part() {
        List<Failure> failures =
                failures("all {request.user.name = target.user.id, target.user.name not in ('alice'), sets-intersect("
                        + "request.groups.id, target.user.name), request.user.name = 'x'}");

        assertThat(failures)
                .extracting(Failure::text)
                .containsExactly(
                        "condition request.user.name = target.user.id failed: the request has no target.user.id",
                        "condition target.user.name not in ('alice') failed: the actual value is 'ALICE'",
                        "condition sets-intersect(request.groups.id, target.user.name) failed: request.groups.id is"
                                + " 'ocid1.group.oc1..keepers' and target.user.name is 'ALICE'");
        assertThat(failures.getFirst().missing()).hasValue("target.user.id");
        assertThat(failures.getFirst().actual())
                .containsExactly(
                        new Failure.Actual("request.user.name", List.of("alice")),
                        new Failure.Actual("target.user.id", List.of()));
        assertThat(failures(
                        "any {request.user.name = 'x', all {request.user.name = 'alice', request.user.name = 'y'}}"))
                .extracting(Failure::condition)
                .containsExactly("request.user.name = 'x'", "request.user.name = 'y'");
        assertThat(failures("target.user.name in ('x')"))
                .singleElement()
                .satisfies(it -> assertThat(it.text())
                        .isEqualTo("condition target.user.name in ('x') failed: the actual value is 'ALICE'"));
        assertThat(failures("request.user.name != target.user.name"))
                .extracting(Failure::text)
                .containsExactly(
                        "condition request.user.name != target.user.name failed: request.user.name is 'alice' and"
                                + " target.user.name is 'ALICE'");
        assertThat(failures("request.utc-timestamp.time-of-day between '00:00:00Z' and '01:00:00Z'"))
                .extracting(Failure::text)
                .containsExactly(
                        "condition request.utc-timestamp.time-of-day between '00:00:00Z' and '01:00:00Z' failed:"
                                + " the actual value is '2026-11-24T12:00:00Z'");
        assertThat(failures("request.utc-timestamp before '2020-01-01T00:00Z'")).hasSize(1);
    }

    @Test
    void only_some_of_many_values_are_told() {
        Principal many = Acme.user("bob", "A", "B", "C", "D");

        assertThat(failures("request.groups.id = 'x'", many))
                .extracting(Failure::text)
                .containsExactly("condition request.groups.id = 'x' failed: the actual value is 'ocid1.group.oc1..a',"
                        + " 'ocid1.group.oc1..b', 'ocid1.group.oc1..c'");
    }

    @Test
    void many_permissions_are_told_in_part() {
        Decision decision = Acme.inTenancy("Allow any-user to use keys in tenancy")
                .decide(Acme.use(CLUSTER, Operation.CREATE_KEY_VERSION, Acme.KEY));
        Decision more = Acme.inTenancy("Allow any-user to {KEY_READ, KEY_INSPECT, KEY_ENCRYPT, KEY_DECRYPT, KEY_SIGN,"
                        + " KEY_VERIFY, KEY_EXPORT, KEY_CREATE, KEY_UPDATE} in tenancy")
                .decide(Acme.use(CLUSTER, Operation.CREATE_KEY_VERSION, Acme.KEY));

        assertThat(decision.explanation()).endsWith("KEY_SIGN, KEY_VERIFY and not KEY_ROTATE");
        assertThat(more.explanation()).endsWith("KEY_CREATE, … and not KEY_ROTATE");
    }

    @Test
    void decisions_are_values() {
        PolicySet policies = Acme.inTenancy("Allow any-user to read keys in tenancy");
        Decision denied = policies.decide(Acme.use(CLUSTER, Operation.ENCRYPT, Acme.KEY));

        assertThat(denied)
                .isEqualTo(policies.decide(Acme.use(CLUSTER, Operation.ENCRYPT, Acme.KEY)))
                .hasSameHashCodeAs(policies.decide(Acme.use(CLUSTER, Operation.ENCRYPT, Acme.KEY)))
                .isNotEqualTo(policies.decide(Acme.use(CLUSTER, Operation.DECRYPT, Acme.KEY)))
                .isNotEqualTo("a text")
                .hasToString("Denied[" + denied.explanation() + "]");
        assertThat(((Decision.Denied) denied).denials()).isSameAs(((Decision.Denied) denied).denials());
    }

    @Test
    void an_installation_has_each_tenancy_once() {
        PolicySet policies = Acme.policies();

        assertThatThrownBy(() -> Installation.of(List.of(policies, Acme.policies())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tenancy ocid1.tenancy.oc1..acme is given twice");
        assertThat(Set.copyOf(policies.compartments().ids()))
                .contains(Acme.ROOT, Acme.PROD)
                .hasSize(5);
    }

    private static List<Failure> failures(String condition) {
        return failures(condition, ALICE);
    }

    private static List<Failure> failures(String condition, Principal principal) {
        Decision decision = Acme.inTenancy("Allow any-user to read keys in tenancy where " + condition)
                .decide(Acme.request(principal, Operation.GET_KEY, KEYS, MEMBERS));
        assertThat(decision.allowed()).isFalse();
        return ((Decision.Denied) decision)
                .denials()
                .getFirst()
                .nearest()
                .getFirst()
                .failures();
    }

    private static boolean holds(String condition, Principal principal) {
        return allows("Allow any-user to read keys in tenancy where " + condition, principal);
    }

    private static boolean allows(String statement, Principal principal) {
        PolicySet policies = Acme.inTenancy(statement);
        assertThat(policies.unusable()).isEmpty();
        return policies.decide(Acme.request(principal, Operation.GET_KEY, KEYS, MEMBERS))
                .allowed();
    }
}
