package io.holdfast.iam.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.Position;
import io.holdfast.kernel.Ocid.GroupId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the author of a policy is told about statements that are right, and may not be meant. */
class PolicyReviewTest {
    private static final String EXPORT =
            "'use' includes KEY_EXPORT, by which software keys can be taken out; to leave it"
                    + " out, add request.permission != 'KEY_EXPORT' to the condition";
    private static final PolicyContext HERE = new PolicyContext(Map.of(), false, Optional.of("IAD"));
    private static final String IMPOSSIBLE = "no request can meet its condition";

    @Test
    void use_keys_brings_the_export_along() {
        assertThat(check("Allow any-user to use keys in tenancy")).containsExactly(EXPORT);
        assertThat(check("Allow any-user to use key-family in tenancy")).containsExactly(EXPORT);
        assertThat(check("Allow any-user to use all-resources in tenancy")).containsExactly(EXPORT);
        assertThat(check("Admit group id ocid1.group.oc1..a of tenancy T to use keys in tenancy"))
                .isNotEmpty();
        assertThat(check("Allow any-user to use keys in tenancy where request.permission != 'KEY_EXPORT'"))
                .isEmpty();
        assertThat(check("Allow any-user to use keys in tenancy where request.operation in ('Encrypt', 'Decrypt')"))
                .isEmpty();
        assertThat(check("Allow any-user to read keys in tenancy")).isEmpty();
        assertThat(check("Allow any-user to manage keys in tenancy"))
                .as("who says manage expects everything")
                .isEmpty();
        assertThat(check("Allow any-user to {KEY_EXPORT} in tenancy")).isEmpty();
    }

    @Test
    void a_target_never_grants_a_list() {
        assertThat(check("Allow any-user to read keys in tenancy where target.key.id = 'x'"))
                .containsExactly(noList("ListKeys"));
        assertThat(check("Allow any-user to read keys in tenancy where target.key.id != 'x'"))
                .containsExactly(noList("ListKeys"));
        assertThat(check("Allow any-user to read key-family in tenancy where target.vault.id = 'x'"))
                .containsExactly(noList("ListKeys, ListVaults"));
        assertThat(check("Allow any-user to read keys in tenancy where any {target.key.id = 'x', request.operation ="
                        + " 'ListKeys'}"))
                .isEmpty();
        assertThat(check("Allow any-user to read keys in tenancy where target.compartment.name = 'x'"))
                .isEmpty();
        assertThat(check("Allow any-user to {KEY_INSPECT} in tenancy where target.key.id = 'x'"))
                .as("lists the versions of a key")
                .isEmpty();
        assertThat(check("Allow any-user to read keys in tenancy where request.operation = 'GetKey'"))
                .as("the author chose the operation")
                .isEmpty();
    }

    @Test
    void a_condition_that_no_request_can_meet() {
        assertThat(check(where("all {target.key.id = 'a', target.key.id = 'b'}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {target.key.id = 'a', target.key.id = 'A'}")))
                .doesNotContain(IMPOSSIBLE);
        assertThat(check(where("all {target.key.id = 'a', target.key.id != 'A'}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {target.key.id = 'a', target.key.id = /b*/}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {target.key.id in ('a', 'b'), target.key.id not in ('b', 'a')}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {target.key.id in ('a', 'b'), target.key.id not in ('b', 'c')}")))
                .doesNotContain(IMPOSSIBLE);
        assertThat(check(where("all {request.groups.id = 'a', request.groups.id = 'b'}")))
                .as("somebody may be in both")
                .isEmpty();
        assertThat(check(where("target.namespace.name = 'shop'")))
                .as("keys have no namespace")
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.permission = 'KEY_CREATE'")))
                .as("read keys does not give it")
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.operation = 'Encrypt'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.operation = 'ListKeyz'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.principal.type = 'instance'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.principal.type != 'instance'"))).isEmpty();
        assertThat(check(where("all {request.principal.type = 'cluster', request.user.name = 'x'}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {request.principal.type = 'user', request.principal.compartment.id = 'x'}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {request.principal.type = 'user', request.user.name = 'x'}")))
                .isEmpty();
        assertThat(check(where("request.utc-timestamp.day-of-week = 'Mon'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.utc-timestamp.month-of-year = '01'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.utc-timestamp.day-of-month = '32'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.utc-timestamp.day-of-month not in ('1', '31')")))
                .isEmpty();
        assertThat(check(where("all {request.utc-timestamp after '2027-01-01T00:00Z', request.utc-timestamp before"
                        + " '2026-01-01T00:00Z'}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("all {request.utc-timestamp after '2026-01-01T00:00Z', request.utc-timestamp before"
                        + " '2027-01-01T00:00Z'}")))
                .isEmpty();
        assertThat(check(where("request.utc-timestamp.time-of-day between '08:00:00Z' and '08:00:00Z'")))
                .containsExactly("line 1:80: no time lies between two equal ones", IMPOSSIBLE);
        assertThat(check(where("any {request.principal.type = 'instance', all {request.user.name = 'x',"
                        + " request.principal.type = 'cluster'}}")))
                .containsExactly(IMPOSSIBLE);
        assertThat(check(where("sets-intersect(request.groups.id, target.group.id)")))
                .as("keys are no groups")
                .containsExactly(IMPOSSIBLE);
    }

    @Test
    void a_statement_for_nobody_or_nothing() {
        assertThat(check("Allow service oke to read keys in tenancy"))
                .containsExactly("no service signs in to Holdfast by itself: it is for nobody");
        assertThat(check("Allow resource clusterr ocid1.cluster.oc1.iad.a to read keys in tenancy"))
                .containsExactly("no resource of type 'clusterr' signs in to Holdfast: it is for nobody; did you mean"
                        + " 'cluster'?");
        assertThat(check("Allow resource cluster id ocid1.cluster.oc1.iad.a to read keys in tenancy"))
                .isEmpty();
        assertThat(check("Allow any-user to use key-delegates in tenancy"))
                .containsExactly("no operation of Holdfast needs KEY_ASSOCIATE, KEY_DISASSOCIATE");
    }

    @Test
    void misspelt_words_are_named_with_what_was_meant() {
        assertThat(check("Allow any-user to read key in tenancy"))
                .containsExactly("there is no resource type 'key'; did you mean 'keys'?");
        assertThat(check("Allow any-user to read cluster-famliy in tenancy"))
                .containsExactly("there is no resource type 'cluster-famliy'; did you mean 'cluster-family'?");
        assertThat(check("Allow any-user to {KEY_ENCYRPT} in tenancy"))
                .containsExactly("there is no permission KEY_ENCYRPT; did you mean 'KEY_ENCRYPT'?");
        assertThat(check("Allow any-user to read keys in compartment securty"))
                .containsExactly(
                        "there is no compartment 'securty' in the tenancy; a deeper one is written as a path, a:b;"
                                + " did you mean 'security'?");
        assertThat(check(where("request.principal.typ = 'cluster'")))
                .containsExactly(
                        "no request has the variable request.principal.typ: a condition on it is always false; did you"
                                + " mean 'request.principal.type'?",
                        IMPOSSIBLE);
        assertThat(check("Allow any-user to read k\u0435ys in tenancy"))
                .containsExactly("there is no resource type 'k\u0435ys'; did you mean 'keys'?; it has U+0435 CYRILLIC"
                        + " SMALL LETTER IE");
        assertThat(check("Allow any-user to {KEY_\u0415NCRYPT} in tenancy"))
                .containsExactly("there is no permission KEY_\u0415NCRYPT; did you mean 'KEY_ENCRYPT'?; it has U+0415"
                        + " CYRILLIC CAPITAL LETTER IE");
    }

    @Test
    void look_alikes_in_names_and_values() {
        assertThat(check("Allow group \u0410dministrators to read keys in tenancy"))
                .containsExactly("line 1:13: the name mixes Latin letters with U+0410 CYRILLIC CAPITAL LETTER A");
        assertThat(check("Allow group 'Admins\u200b' to read keys in tenancy"))
                .containsExactly("line 1:13: the name has the character U+200B ZERO WIDTH SPACE, which is not seen");
        assertThat(check(where("request.user.name = 'al\u0131ce'"))).isEmpty();
        assertThat(check(where("request.user.name = '\u212aim'")))
                .containsExactly(
                        "line 1:66: the value has U+212A KELVIN SIGN, which looks like a letter or digit that it is not");
        assertThat(check("Allow group Ünïcode, 日本 to read keys in tenancy")).isEmpty();
    }

    @Test
    void findings_name_the_statement() {
        List<Finding> findings = Acme.policies()
                .check(
                        List.of(
                                PolicyLanguage.parse("Allow any-user to read keys in tenancy"),
                                PolicyLanguage.parse("Allow any-user to use keys in tenancy"),
                                PolicyLanguage.parse("Allow any-user to use kees in tenancy")),
                        Acme.ROOT);

        assertThat(findings)
                .containsExactly(
                        Finding.warning(2, EXPORT),
                        Finding.error(
                                3, new Position(1, 23), "there is no resource type 'kees'; did you mean 'keys'?"));
    }

    @Test
    void variables_that_no_request_has_are_named() {
        for (String variable : List.of(
                "request.networkSource.name",
                "request.user.mfaTotpVerified",
                "request.ad",
                "request.kms-key.id",
                "request.principal.compartment.tag.ops.cost",
                "request.principal.group.tag.ops.cost",
                "target.resource.tag.ops.cost",
                "target.nodepool.id",
                "target.group.member",
                "target.policy.autoupdate")) {
            assertThat(check(where(variable + " = '42'")))
                    .as(variable)
                    .containsExactly(
                            "no request has the variable " + CaseFold.of(variable)
                                    + ": a condition on it is always false",
                            IMPOSSIBLE);
        }
        assertThat(check(where("any {request.ad = '1', request.user.name = 'x'}")))
                .containsExactly("no request has the variable request.ad: a condition on it is always false");
        for (String variable : Variables.names()) {
            assertThat(check(HERE, where(variable + " = '1'")).toString())
                    .as(variable)
                    .doesNotContain("no request has the variable");
        }
    }

    @Test
    void a_region_is_known_where_the_installation_is_in_one() {
        assertThat(check(HERE, where("request.region = 'iad'"))).isEmpty();
        assertThat(check(HERE, where("request.region = 'FRA'"))).containsExactly(IMPOSSIBLE);
        assertThat(check(where("request.region = 'IAD'")))
                .containsExactly(
                        "no request has the variable request.region: a condition on it is always false", IMPOSSIBLE);
    }

    @Test
    void a_creation_has_no_target_yet() {
        assertThat(check("Allow any-user to {KEY_CREATE} in tenancy where target.vault.id = 'v'"))
                .containsExactly(IMPOSSIBLE);
        assertThat(check("Allow any-user to {VAULT_CREATE_KEY} in tenancy where target.vault.id = 'v'"))
                .isEmpty();
        assertThat(check("Allow any-user to {KEY_ENCRYPT} in tenancy where request.includePlainTextKey = 'false'"))
                .isEmpty();
        assertThat(check("Allow any-user to {KEY_DECRYPT} in tenancy where request.includePlainTextKey = 'false'"))
                .containsExactly(IMPOSSIBLE);
    }

    @Test
    void errors_of_meaning_point_at_the_word() {
        assertThat(places("Allow any-user to read kees in tenancy")).containsExactly("1:24");
        assertThat(places("Allow any-user to\n  {KEY_READ, KEY_REED,\n KEY_USE} in tenancy"))
                .containsExactly("2:14", "3:2");
        assertThat(places("Allow any-user to read keys in compartment security:nowhere"))
                .containsExactly("1:53");
        assertThat(places("Allow any-user to read keys in compartment 'no where'"))
                .containsExactly("1:44");
        assertThat(places("Allow any-user to read keys in compartment id ocid1.compartment.oc1..gone"))
                .containsExactly("1:47");
        assertThat(places("Endorse any-user to read keys in tenancy nobody")).containsExactly("1:42");
        assertThat(places("Admit any-user of tenancy nobody to read keys in tenancy"))
                .containsExactly("1:27");
        assertThat(places("Admit group id ocid1.group.oc1..a of tenancy nobody to {KEY_REED} in compartment nowhere"))
                .containsExactly("1:57", "1:46", "1:82");
        assertThat(places("Admit group A, B of tenancy acme to read keys in tenancy"))
                .containsExactly("1:29", "1:13", "1:16");
        assertThat(places("Deny any-user to read keys in tenancy")).containsExactly("1:1");
    }

    @Test
    void groups_that_are_not_there_are_named() {
        KnownGroups known = new KnownGroups(
                List.of(new Principal.Group(new GroupId("ocid1.group.oc1..keepers"), "Keepers")),
                List.of(Acme.DYNAMIC_GROUP));

        assertThat(check(known, "Allow group keepers, Default/Keepers to read keys in tenancy"))
                .isEmpty();
        assertThat(check(known, "Allow group Keepers, Other/Keepers, Nobody to read keys in tenancy"))
                .containsExactly(
                        "1:22 there is no group 'Other/Keepers' now: it takes effect for whoever is given that name",
                        "1:37 there is no group 'Nobody' now: it takes effect for whoever is given that name");
        assertThat(check(known, "Allow dynamic-group Keepers to read keys in tenancy"))
                .containsExactly(
                        "1:21 there is no dynamic group 'Keepers' now: it takes effect for whoever is given that name");
        assertThat(check(known, "Allow dynamic-group acme-oke-kms-dyn-grp to read keys in tenancy"))
                .isEmpty();
        assertThat(check(
                        known,
                        "Allow group id ocid1.group.oc1..keepers, ocid1.group.oc1..gone to read keys in tenancy"))
                .containsExactly("1:42 there is no group ocid1.group.oc1..gone in this tenancy: it is for nobody");
        assertThat(check(known, "Allow dynamic-group id ocid1.dynamicgroup.oc1..dg to read keys in tenancy"))
                .isEmpty();
        assertThat(check(known, "Allow any-user to read keys in tenancy")).isEmpty();
        assertThat(check(
                        known,
                        "Define tenancy T as ocid1.tenancy.oc1..t",
                        "Admit group id ocid1.group.oc1..a of tenancy T to read keys in tenancy"))
                .as("whom another tenancy has is not known here")
                .isEmpty();
        assertThat(check(
                        known,
                        "Define tenancy T as ocid1.tenancy.oc1..t",
                        "Endorse group Nobody to read keys in tenancy T"))
                .containsExactly("1:15 there is no group 'Nobody' now: it takes effect for whoever is given that name");
    }

    private static List<String> check(KnownGroups known, String... statements) {
        return Acme.policies()
                .check(Arrays.stream(statements).map(PolicyLanguage::parse).toList(), Acme.ROOT, known)
                .stream()
                .map(it -> place(it) + " " + it.message())
                .toList();
    }

    private static List<String> places(String statement) {
        return Acme.policies().check(PolicyLanguage.parse(statement), Acme.ROOT).stream()
                .filter(it -> it.severity() == Finding.Severity.ERROR)
                .map(PolicyReviewTest::place)
                .toList();
    }

    private static String place(Finding finding) {
        return finding.at().map(it -> it.line() + ":" + it.column()).orElse("");
    }

    private static String where(String condition) {
        return "Allow any-user to read keys in tenancy where " + condition;
    }

    private static String noList(String operations) {
        return "it never grants " + operations + ", as a list has no single target to compare; to let them list, add a"
                + " statement with 'inspect' and without that condition";
    }

    private static List<String> check(String... statements) {
        return check(PolicyContext.ALONE, statements);
    }

    private static List<String> check(PolicyContext context, String... statements) {
        return PolicySet.of(Acme.TREE, List.of(), context)
                .check(Arrays.stream(statements).map(PolicyLanguage::parse).toList(), Acme.ROOT)
                .stream()
                .map(Finding::message)
                .toList();
    }
}
