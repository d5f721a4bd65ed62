package io.holdfast.iam.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DynamicGroupsTest {
    private static final String CLUSTER_ID = Acme.CLUSTER_ID.value();
    private static final String APPS = Acme.APPS.value();

    @Test
    void the_documented_rules_take_in_the_clusters_of_a_compartment_or_the_one() {
        assertThat(matches("ALL {resource.type = 'cluster', resource.compartment.id = '" + APPS + "'}"))
                .isTrue();
        assertThat(matches("ALL {resource.type = 'cluster', resource.compartment.id = 'ocid1.compartment.oc1..x'}"))
                .isFalse();
        assertThat(matches("ALL {resource.type = 'nodepool', resource.compartment.id = '" + APPS + "'}"))
                .isFalse();
        assertThat(matches("resource.id = '" + CLUSTER_ID + "'")).isTrue();
        assertThat(matches("resource.id = 'ocid1.cluster.oc1.iad.other'")).isFalse();
    }

    @Test
    void the_compartment_is_the_very_one_and_none_above() {
        assertThat(matches("resource.compartment.id = '" + Acme.ROOT.value() + "'"))
                .isFalse();
    }

    @Test
    void operators_nesting_and_case() {
        assertThat(matches("Resource.Type='CLUSTER'")).isTrue();
        assertThat(matches("resource.type != 'nodepool'")).isTrue();
        assertThat(matches("resource.type != 'Cluster'")).isFalse();
        assertThat(matches("Any {resource.type = 'x', all {resource.type = 'cluster', resource.id != 'y'}}"))
                .isTrue();
        assertThat(matches("any {resource.type = 'x', resource.type = 'y'}")).isFalse();
        assertThat(matches("resource.id = " + CLUSTER_ID)).as("without quotes").isTrue();
    }

    @Test
    void what_a_resource_does_not_have_matches_nothing() {
        assertThat(matches("tag.ops.cost.value")).isFalse();
        assertThat(matches("tag.ops.cost.value = '1'")).isFalse();
        assertThat(matches("tag.ops.cost.value != '1'")).isFalse();
        assertThat(matches("instance.id = '" + CLUSTER_ID + "'")).isFalse();
        assertThat(matches("instance.id != '" + CLUSTER_ID + "'")).isFalse();
        assertThat(matches("instance.compartment.id != 'x'")).isFalse();
    }

    @Test
    void an_instance_has_the_variables_of_instances() {
        Principal instance = new Principal(
                "instance",
                Acme.CLUSTER_ID,
                Acme.TENANCY,
                Optional.of(Acme.APPS),
                Optional.empty(),
                Set.of(),
                Set.of());

        assertThat(DynamicGroups.matches(
                        PolicyLanguage.parseRule("instance.id = '" + CLUSTER_ID + "'")
                                .rule(),
                        instance))
                .isTrue();
        assertThat(DynamicGroups.matches(
                        PolicyLanguage.parseRule("instance.compartment.id = '" + APPS + "'")
                                .rule(),
                        instance))
                .isTrue();
    }

    @Test
    void memberships_are_those_of_the_moment_and_open_what_they_should() {
        DynamicGroups groups = DynamicGroups.of(List.of(
                definition("in", "resource.type = 'cluster'"),
                definition("out", "resource.type = 'nodepool'"),
                definition("broken", "resource.type = ")));

        Principal joined = groups.join(Acme.CLUSTER_IN_GROUP);

        assertThat(joined.dynamicGroups())
                .containsExactly(new Principal.DynamicGroup(new DynamicGroupId("ocid1.dynamicgroup.oc1..in"), "in"));
        assertThat(groups.join(Acme.ALICE)).isSameAs(Acme.ALICE);
        assertThat(groups.unusable())
                .containsExactly(
                        "dynamic group 'broken': line 1:17: expected a quoted value, found the end of the rule");
        assertThat(Acme.inTenancy("Allow dynamic-group 'IN' to use keys in tenancy")
                        .decide(Acme.use(joined, Operation.ENCRYPT, Acme.KEY))
                        .allowed())
                .isTrue();
    }

    @Test
    void authors_are_told_what_matches_nothing() {
        assertThat(check("resource.type = 'cluster'")).isEmpty();
        assertThat(check("resource.type = 'clusters'"))
                .containsExactly("no resource of type 'clusters' signs in to Holdfast; did you mean 'cluster'?");
        assertThat(check("resource.type = 'user'")).containsExactly("a user is in no dynamic group");
        assertThat(check("instance.id = 'ocid1.instance.oc1.iad.a'"))
                .containsExactly("no compute instance signs in to Holdfast: instance.id matches nothing");
        assertThat(check("tag.Ops.Cost.value"))
                .containsExactly("the tags of resources are not known here: tag.ops.cost.value matches nothing");
        assertThat(check("any {tag.ops.cost.value = '1', resource.type = 'cluster'}"))
                .containsExactly("the tags of resources are not known here: tag.ops.cost.value matches nothing");
        assertThat(check("all {resource.id = 'a', resource.id = 'b'}"))
                .containsExactly("no resource can meet all of it: one variable is compared with two values");
        assertThat(check("all {resource.id = 'a', resource.id = 'A', resource.id != 'b'}"))
                .isEmpty();
        assertThat(check("resource.compartment.id = '<compartment-ocid>'"))
                .containsExactly(
                        "line 1:27: the value '<compartment-ocid>' looks like a placeholder and is compared as it stands");
        assertThat(check("resource.id = ocid1.cluster.oc1.iad.a"))
                .containsExactly("line 1:15: the value ocid1.cluster.oc1.iad.a should stand in quotes");
    }

    private static DynamicGroups.Definition definition(String name, String rule) {
        return new DynamicGroups.Definition(new DynamicGroupId("ocid1.dynamicgroup.oc1.." + name), name, rule);
    }

    private static boolean matches(String rule) {
        return DynamicGroups.matches(PolicyLanguage.parseRule(rule).rule(), Acme.CLUSTER);
    }

    private static List<String> check(String rule) {
        return DynamicGroups.check(PolicyLanguage.parseRule(rule)).stream()
                .map(Finding::message)
                .toList();
    }
}
