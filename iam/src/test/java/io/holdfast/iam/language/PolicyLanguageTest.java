package io.holdfast.iam.language;

import static io.holdfast.iam.language.Condition.Operator.EQUAL;
import static io.holdfast.iam.language.Condition.Operator.NOT_EQUAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.iam.language.Condition.All;
import io.holdfast.iam.language.Condition.Any;
import io.holdfast.iam.language.Condition.Compare;
import io.holdfast.iam.language.Condition.OneOf;
import io.holdfast.iam.language.Condition.Pattern;
import io.holdfast.iam.language.Condition.Text;
import io.holdfast.iam.language.Condition.Variable;
import io.holdfast.iam.language.Statement.Allow;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyLanguageTest {

    @Test
    void reads_the_recommended_statement() {
        assertThat(statement("Allow any-user to use keys in compartment acme-kms-key-compartment where ALL"
                        + " {request.principal.type = 'cluster', target.key.id = 'ocid1.key.oc1.iad.annrl______trfg'}"))
                .isEqualTo(new Allow(
                        new Subject.AnyUser(),
                        new Action.OnResources(Verb.USE, "keys"),
                        new Location.CompartmentPath(List.of("acme-kms-key-compartment")),
                        Optional.of(new All(List.of(
                                equal("request.principal.type", "cluster"),
                                equal("target.key.id", "ocid1.key.oc1.iad.annrl______trfg"))))));
    }

    @Test
    void reads_the_statement_restricted_to_one_cluster() {
        assertThat(condition("Allow any-user to use keys in compartment acme-kms-key-compartment where ALL"
                        + " {request.principal.type = 'cluster', target.key.id = 'ocid1.key.oc1.iad.annrl______trfg',"
                        + " request.principal.id = 'ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q'}"))
                .isEqualTo(new All(List.of(
                        equal("request.principal.type", "cluster"),
                        equal("target.key.id", "ocid1.key.oc1.iad.annrl______trfg"),
                        equal("request.principal.id", "ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q"))));
    }

    @Test
    void reads_the_dynamic_group_statement_without_its_brackets_and_says_so() {
        ParsedStatement parsed = PolicyLanguage.parse("Allow dynamic-group <acme-oke-kms-dyn-grp> to use keys in"
                + " compartment acme-kms-key-compartment where target.key.id = 'ocid1.key.oc1.iad.annrl______trfg'");

        assertThat(((Allow) parsed.statement()).subject())
                .isEqualTo(new Subject.DynamicGroupsNamed(List.of(Subject.Name.of("acme-oke-kms-dyn-grp"))));
        assertThat(parsed.warnings())
                .containsExactly("line 1:21: the angle brackets are not part of a name and were left out");
    }

    @Test
    void warns_of_a_placeholder_left_in_a_value() {
        assertThat(PolicyLanguage.parse("Allow any-user to use keys in tenancy where target.key.id = '<key-OCID>'")
                        .warnings())
                .containsExactly(
                        "line 1:61: the value '<key-OCID>' looks like a placeholder and is compared as it stands");
    }

    @Test
    void case_of_words_and_spacing_and_comments_do_not_matter() {
        assertThat(statement("ALLOW Any-User TO Use KEYS iN Tenancy WHERE Any{Request.Permission='KEY_READ'}"))
                .isEqualTo(statement(
                        "allow any-user\n\tuse keys in tenancy // read only\r\n where any { request.permission ="
                                + " 'KEY_READ' } // end"));
    }

    @Test
    void case_of_names_and_values_is_kept() {
        assertThat(PolicyPrinter.print(
                        statement("allow group Keepers use keys in compartment Acme where target.key.id = 'X'")))
                .isEqualTo("Allow group Keepers to use keys in compartment Acme where target.key.id = 'X'");
    }

    @Test
    void reads_every_kind_of_subject() {
        assertThat(subject("any-group")).isEqualTo(new Subject.AnyGroup());
        assertThat(subject("group A, 'B C', Dom/D, 'My Domain'/'My Group'"))
                .isEqualTo(new Subject.GroupsNamed(List.of(
                        Subject.Name.of("A"),
                        Subject.Name.of("B C"),
                        new Subject.Name(Optional.of("Dom"), "D"),
                        new Subject.Name(Optional.of("My Domain"), "My Group"))));
        assertThat(subject("group id ocid1.group.oc1..aa, ocid1.group.oc1..bb, id ocid1.group.oc1..cc"))
                .isEqualTo(new Subject.GroupsById(List.of(
                        new GroupId("ocid1.group.oc1..aa"),
                        new GroupId("ocid1.group.oc1..bb"),
                        new GroupId("ocid1.group.oc1..cc"))));
        assertThat(subject("dynamic-group id ocid1.dynamicgroup.oc1..aa"))
                .isEqualTo(new Subject.DynamicGroupsById(List.of(new DynamicGroupId("ocid1.dynamicgroup.oc1..aa"))));
        assertThat(subject("group 'read', group")).isEqualTo(subject("group 'read', 'group'"));
    }

    @Test
    void reads_every_kind_of_location() {
        assertThat(location("tenancy")).isEqualTo(new Location.Tenancy());
        assertThat(location("compartment a:b : 'c d'"))
                .isEqualTo(new Location.CompartmentPath(List.of("a", "b", "c d")));
        assertThat(location("compartment id ocid1.compartment.oc1..aa"))
                .isEqualTo(new Location.CompartmentById(new CompartmentId("ocid1.compartment.oc1..aa")));
        assertThat(location("compartment <acme>")).isEqualTo(location("compartment acme"));
    }

    @Test
    void reads_permissions_by_name() {
        assertThat(((Allow) statement("Allow any-user to {key_read, KEY_ENCRYPT} in tenancy")).action())
                .isEqualTo(new Action.Permissions(List.of("KEY_READ", "KEY_ENCRYPT")));
    }

    @Test
    void reads_nested_conditions_and_every_operator() {
        assertThat(where("any {all {target.key.id != 'a', target.vault.id in ('b', 'c')}, target.key.id = /x*/,"
                        + " request.principal.compartment.id = target.compartment.id}"))
                .isEqualTo(new Any(List.of(
                        new All(List.of(
                                new Compare(new Variable("target.key.id"), NOT_EQUAL, new Text("a")),
                                new OneOf(new Variable("target.vault.id"), List.of("b", "c")))),
                        new Compare(new Variable("target.key.id"), EQUAL, new Pattern(List.of("x", ""))),
                        new Compare(
                                new Variable("request.principal.compartment.id"),
                                EQUAL,
                                new Variable("target.compartment.id")))));
    }

    @Test
    void reads_escapes_in_texts_and_patterns() {
        assertThat(where("target.secret.name = 'it\\'s \\\\ here'"))
                .isEqualTo(equal("target.secret.name", "it's \\ here"));
        assertThat(where("target.secret.name = /a\\/b*\\*\\\\/"))
                .isEqualTo(new Compare(new Variable("target.secret.name"), EQUAL, new Pattern(List.of("a/b", "*\\"))));
        assertThat(where("target.secret.name = 'https://x // no comment'"))
                .isEqualTo(equal("target.secret.name", "https://x // no comment"));
    }

    @Test
    void a_pattern_fits_the_whole_value_in_any_case() {
        assertThat(pattern("/HR*/").matches("hr-keys")).isTrue();
        assertThat(pattern("/HR*/").matches("x-hr-keys")).isFalse();
        assertThat(pattern("/*HR/").matches("keys-Hr")).isTrue();
        assertThat(pattern("/*HR/").matches("keys-hr2")).isFalse();
        assertThat(pattern("/*HR*/").matches("xhry")).isTrue();
        assertThat(pattern("/*HR*/").matches("h-r")).isFalse();
        assertThat(pattern("/HR/").matches("hr")).isTrue();
        assertThat(pattern("/HR/").matches("hr1")).isFalse();
        assertThat(pattern("/*/").matches("")).isTrue();
        assertThat(pattern("/**/").matches("abc")).isTrue();
        assertThat(pattern("/a*b*c/").matches("aXXbYYc")).isTrue();
        assertThat(pattern("/a*b*c/").matches("acb")).isFalse();
        // The ends may not share characters.
        assertThat(pattern("/ab*ba/").matches("aba")).isFalse();
        assertThat(pattern("/a*aa*a/").matches("aaa")).isFalse();
        assertThat(pattern("/a.c/").matches("abc")).isFalse();
        assertThat(pattern("/a\\*/").matches("a*")).isTrue();
        assertThat(pattern("/a\\*/").matches("ab")).isFalse();
    }

    @Test
    void a_pattern_of_many_stars_stays_cheap() {
        Pattern stars = pattern("/" + "a*".repeat(1000) + "b/");

        assertThat(stars.matches("a".repeat(100_000))).isFalse();
    }

    @Test
    void a_group_name_without_a_domain_means_the_default_one() {
        assertThat(Subject.Name.of("Admins").matches("admins")).isTrue();
        assertThat(new Subject.Name(Optional.of("default"), "Admins").matches("Admins"))
                .isTrue();
        assertThat(new Subject.Name(Optional.of("Other"), "Admins").matches("Admins"))
                .isFalse();
        assertThat(new Subject.Name(Optional.of("Other"), "Admins").matches("other/admins"))
                .isTrue();
        assertThat(Subject.Name.of("Admins").matches("Other/Admins")).isFalse();
    }

    @Test
    void values_that_can_not_be_written_down_can_not_be_made() {
        assertThatThrownBy(() -> new Text("a\nb")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pattern(List.of(""))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Variable("key.id")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new All(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Subject.Name.of(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Action.OnResources(Verb.USE, "a b")).isInstanceOf(IllegalArgumentException.class);
    }

    private static Statement statement(String text) {
        return PolicyLanguage.parse(text).statement();
    }

    private static Condition condition(String text) {
        return ((Allow) statement(text)).condition().orElseThrow();
    }

    private static Condition where(String condition) {
        return condition("Allow any-user to use keys in tenancy where " + condition);
    }

    private static Pattern pattern(String pattern) {
        return (Pattern) ((Compare) where("target.key.id = " + pattern)).operand();
    }

    private static Subject subject(String subject) {
        return ((Allow) statement("Allow " + subject + " to use keys in tenancy")).subject();
    }

    private static Location location(String location) {
        return ((Allow) statement("Allow any-user to use keys in " + location)).location();
    }

    private static Compare equal(String variable, String value) {
        return new Compare(new Variable(variable), EQUAL, new Text(value));
    }
}
