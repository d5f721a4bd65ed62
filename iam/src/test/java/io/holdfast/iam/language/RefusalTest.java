package io.holdfast.iam.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.kernel.ProblemCode;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is not accepted, where it is wrong and what the author is told. */
class RefusalTest {
    private static final String FINE = "Allow any-user to use keys in tenancy";

    @Test
    void a_syntax_error_names_the_place_and_what_was_expected() {
        refused("", PolicySyntaxException.class, "1:1", "expected 'allow', found the end of the statement");
        refused(
                "Grant any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:1",
                "expected 'allow', found 'Grant'");
        refused(
                "Allow",
                PolicySyntaxException.class,
                "1:6",
                "expected 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found the end of the statement");
        refused(
                "Allow keys",
                PolicySyntaxException.class,
                "1:7",
                "expected 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found 'keys'");
        refused(
                "Allow user bob to use keys in tenancy",
                PolicySyntaxException.class,
                "1:7",
                "expected 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found 'user'");
        refused(
                "Allow any-user",
                PolicySyntaxException.class,
                "1:15",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found the end of the statement");
        refused(
                "Allow any-user to",
                PolicySyntaxException.class,
                "1:18",
                "expected 'inspect', 'read', 'use', 'manage', 'associate' or '{', found the end of the statement");
        refused(
                "Allow any-user to keys in tenancy",
                PolicySyntaxException.class,
                "1:19",
                "expected 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 'keys'");
        refused(
                "Allow any-user to destroy keys in tenancy",
                PolicySyntaxException.class,
                "1:19",
                "expected 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 'destroy'");
        refused(
                "Allow any-user to use in tenancy",
                PolicySyntaxException.class,
                "1:23",
                "expected a resource type, found 'in'");
        refused(
                "Allow any-user to use keys",
                PolicySyntaxException.class,
                "1:27",
                "expected 'in', found the end of the statement");
        refused(
                "Allow any-user to use keys tenancy",
                PolicySyntaxException.class,
                "1:28",
                "expected 'in', found 'tenancy'");
        refused(
                "Allow any-user to use keys in",
                PolicySyntaxException.class,
                "1:30",
                "expected 'tenancy' or 'compartment', found the end of the statement");
        refused(
                "Allow any-user to use keys in acme",
                PolicySyntaxException.class,
                "1:31",
                "expected 'tenancy' or 'compartment', found 'acme'");
        refused(
                "Allow any-user to use keys in compartment",
                PolicySyntaxException.class,
                "1:42",
                "expected 'id', a name or a quoted name, found the end of the statement");
        refused(
                "Allow any-user to use keys in compartment a:",
                PolicySyntaxException.class,
                "1:45",
                "expected a name or a quoted name, found the end of the statement");
        refused(
                "Allow any-user to use keys in compartment a b",
                PolicySyntaxException.class,
                "1:45",
                "expected the end of the statement, found 'b'");
        refused(
                "Allow any-user to use keys in compartment a:b:",
                PolicySyntaxException.class,
                "1:47",
                "expected a name or a quoted name, found the end of the statement");
        refused(
                "Allow any-user to use keys in compartment id",
                PolicySyntaxException.class,
                "1:45",
                "expected an OCID, found the end of the statement");
        refused(
                "Allow any-user to use keys in compartment id ocid1.key.oc1.iad.abc",
                PolicySyntaxException.class,
                "1:46",
                "expected an OCID: 'ocid1.key.oc1.iad.abc' is not a valid compartment OCID");
        refused(
                "Allow any-user to use keys, vaults in tenancy",
                PolicySyntaxException.class,
                "1:27",
                "expected 'in', found ','");
        refused(
                "Allow any-user, any-group to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found ','");
        refused(
                "Allow group to use keys in tenancy",
                PolicySyntaxException.class,
                "1:13",
                "expected 'id', a name or a quoted name, found 'to'; a name that is a word of the policy language is quoted");
        refused(
                "Allow group A, to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected a name or a quoted name, found 'to'; a name that is a word of the policy language is quoted");
        refused(
                "Allow group A B to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 'B'");
        refused(
                "Allow group read to use keys in tenancy",
                PolicySyntaxException.class,
                "1:13",
                "expected 'id', a name or a quoted name, found 'read'; a name that is a word of the policy language is quoted");
        refused(
                "Allow group 'A to use keys in tenancy",
                PolicySyntaxException.class,
                "1:13",
                "this quoted text has no closing ' on its line");
        refused(
                "Allow group '' to use keys in tenancy",
                PolicySyntaxException.class,
                "1:13",
                "a name may not be empty");
        refused(
                "Allow group <A to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected '/' or '>', found 'to'");
        refused(
                "Allow group A> to use keys in tenancy",
                PolicySyntaxException.class,
                "1:14",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found '>'");
        refused(
                "Allow group id A to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected an OCID: 'A' is not a valid group OCID");
        refused(
                "Allow group id ocid1.group.oc1..aaaa, ocid1.user.oc1..aaaa to use keys in tenancy",
                PolicySyntaxException.class,
                "1:39",
                "expected an OCID: 'ocid1.user.oc1..aaaa' is not a valid group OCID");
        refused(
                "Allow dynamic-group id ocid1.group.oc1..aaaa to use keys in tenancy",
                PolicySyntaxException.class,
                "1:24",
                "expected an OCID: 'ocid1.group.oc1..aaaa' is not a valid dynamicgroup OCID");
        refused(
                "Allow group A/ to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected a name or a quoted name, found 'to'; a name that is a word of the policy language is quoted");
        refused(
                "Allow any-user to {} in tenancy",
                PolicySyntaxException.class,
                "1:20",
                "expected a permission, found '}'");
        refused(
                "Allow any-user to {KEY_READ in tenancy",
                PolicySyntaxException.class,
                "1:29",
                "expected ',' or '}', found 'in'");
        refused(
                "Allow any-user to {KEY_READ KEY_ENCRYPT} in tenancy",
                PolicySyntaxException.class,
                "1:29",
                "expected ',' or '}', found 'KEY_ENCRYPT'");
        refused(
                "Allow any-user to use {KEY_READ} in tenancy",
                PolicySyntaxException.class,
                "1:23",
                "expected a resource type, found '{'");
        refused(
                "Allow any-user to use keys in tenancy where",
                PolicySyntaxException.class,
                "1:44",
                "expected a variable, 'any', 'all' or 'sets-intersect', found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id",
                PolicySyntaxException.class,
                "1:58",
                "expected 'in', 'not', 'before', 'after', 'between', '!=' or '=', found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id =",
                PolicySyntaxException.class,
                "1:60",
                "expected a variable, a quoted value or a pattern, found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = cluster",
                PolicySyntaxException.class,
                "1:61",
                "expected a quoted value, a pattern or a variable, found 'cluster'; values are written in quotes");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id == 'x'",
                PolicySyntaxException.class,
                "1:60",
                "expected a variable, a quoted value or a pattern, found '='");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = 'x",
                PolicySyntaxException.class,
                "1:61",
                "this quoted text has no closing ' on its line");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = \"x\"",
                PolicySyntaxException.class,
                "1:61",
                "unexpected \"; texts are quoted with the straight quote '");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = ‘x’",
                PolicySyntaxException.class,
                "1:61",
                "unexpected ‘; texts are quoted with the straight quote '");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = 'a\\n'",
                PolicySyntaxException.class,
                "1:63",
                "unknown escape \\n; a backslash itself is written \\\\");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = /abc",
                PolicySyntaxException.class,
                "1:61",
                "this pattern has no closing / on its line; a pattern is written /text*/");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = /a\\d/",
                PolicySyntaxException.class,
                "1:63",
                "unknown escape \\d; a backslash itself is written \\\\");
        refused(
                "Allow any-user to use keys in tenancy where key.id = 'x'",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, which begins with 'request.' or 'target.', found 'key.id'");
        refused(
                "Allow any-user to use keys in tenancy where 'x' = target.key.id",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found ''x''");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id < 'x'",
                PolicySyntaxException.class,
                "1:59",
                "unexpected character '<'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in 'x'",
                PolicySyntaxException.class,
                "1:62",
                "expected '(', found ''x''");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in ()",
                PolicySyntaxException.class,
                "1:63",
                "expected a quoted value, found ')'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in ('x',)",
                PolicySyntaxException.class,
                "1:67",
                "expected a quoted value, found ')'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in ('x' 'y')",
                PolicySyntaxException.class,
                "1:67",
                "expected ',' or ')', found ''y''");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in (/x*/)",
                PolicySyntaxException.class,
                "1:63",
                "expected a quoted value, found '/x*/'");
        refused(
                "Allow any-user to use keys in tenancy where all {}",
                PolicySyntaxException.class,
                "1:50",
                "expected a variable, 'any', 'all' or 'sets-intersect', found '}'");
        refused(
                "Allow any-user to use keys in tenancy where all target.key.id = 'x'",
                PolicySyntaxException.class,
                "1:49",
                "expected '{', found 'target.key.id'");
        refused(
                "Allow any-user to use keys in tenancy where all {target.key.id = 'x'",
                PolicySyntaxException.class,
                "1:69",
                "expected ',' or '}', found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where all {target.key.id = 'x'}}",
                PolicySyntaxException.class,
                "1:70",
                "expected the end of the statement, found '}'");
        refused(
                "Allow any-user to use keys in tenancy where all {target.key.id = 'x' target.vault.id = 'y'}",
                PolicySyntaxException.class,
                "1:70",
                "expected ',' or '}', found 'target.vault.id'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = 'x' and target.vault.id = 'y'",
                PolicySyntaxException.class,
                "1:65",
                "expected the end of the statement, found 'and'; conditions are joined as all {…, …} or any {…, …}");
        refused(
                "Allow any-user to use keys in tenancy where {target.key.id = 'x'}",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found '{'");
        refused(
                "Allow any-user to use keys in tenancy;",
                PolicySyntaxException.class,
                "1:38",
                "unexpected character ';'");
        refused(
                "Allow any-user to use keys in tenancy KMS",
                PolicySyntaxException.class,
                "1:39",
                "expected the end of the statement, found 'KMS'");
        refused(
                "Allow any-user to use keys\n  in\n  tenant",
                PolicySyntaxException.class,
                "3:3",
                "expected 'tenancy' or 'compartment', found 'tenant'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = 'a\nb'",
                PolicySyntaxException.class,
                "1:61",
                "this quoted text has no closing ' on its line");
        refused(
                "Allow any-user to use keys in tenancy where request. = 'a'",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, which begins with 'request.' or 'target.', found 'request.'");
        refused(
                "Allow dynamic-group 'My D'/<x> use keys in tenancy where any{ target.key.id = /a*\\/\\*b/ , request.permission=target.key.id}",
                PolicySyntaxException.class,
                "1:28",
                "expected a name or a quoted name, found '<'");
    }

    @Test
    void parts_that_are_not_evaluated_yet_are_recognised_by_name() {
        refused(
                "Deny any-user to use keys in tenancy",
                PolicyUnsupportedException.class,
                "1:1",
                "'Deny' statements are not supported yet; use Allow");
        refused(
                "Endorse group OKEAdminGroup to use keys in tenancy KMS_Tenancy",
                PolicyUnsupportedException.class,
                "1:1",
                "'Endorse' statements are not supported yet; use Allow");
        refused(
                "admit any-user of tenancy x to use keys in tenancy",
                PolicyUnsupportedException.class,
                "1:1",
                "'admit' statements are not supported yet; use Allow");
        refused(
                "Define tenancy KMS_Tenancy as ocid1.tenancy.oc1..<unique_ID>",
                PolicyUnsupportedException.class,
                "1:1",
                "'Define' statements are not supported yet; use Allow");
        refused(
                "Allow service oke to use keys in tenancy",
                PolicyUnsupportedException.class,
                "1:7",
                "the subject 'service' is not supported yet");
        refused(
                "Allow resource objectstorage to use keys in tenancy",
                PolicyUnsupportedException.class,
                "1:7",
                "the subject 'resource' is not supported yet");
        refused(
                "Allow any-user to associate keys in tenancy",
                PolicyUnsupportedException.class,
                "1:19",
                "the verb 'associate' is not supported yet");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id not in ('x')",
                PolicyUnsupportedException.class,
                "1:59",
                "the operator 'not in' is not supported yet");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '2022-01-01T00:00Z'",
                PolicyUnsupportedException.class,
                "1:67",
                "the operator 'before' is not supported yet");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '01:00:00Z' and '02:00:00Z'",
                PolicyUnsupportedException.class,
                "1:79",
                "the operator 'between' is not supported yet");
        refused(
                "Allow any-user to use keys in tenancy where sets-intersect(request.a.b, target.c.d)",
                PolicyUnsupportedException.class,
                "1:45",
                "the operator 'sets-intersect' is not supported yet");
    }

    @Test
    void a_statement_has_a_greatest_length() {
        String room = " ".repeat(PolicyLimits.STATEMENT_LENGTH - FINE.length());

        assertThat(PolicyLanguage.parse(FINE + room).statement())
                .isEqualTo(PolicyLanguage.parse(FINE).statement());
        assertThatThrownBy(() -> PolicyLanguage.parse(FINE + room + " "))
                .isInstanceOf(PolicyLimitException.class)
                .hasMessageContaining("at most 4096 characters, this one has 4097");
    }

    @Test
    void nesting_is_bounded_before_the_parser_sees_it() {
        assertThat(PolicyLanguage.parse(nested(PolicyLimits.NESTING_DEPTH)).statement())
                .isNotNull();
        assertThatThrownBy(() -> PolicyLanguage.parse(nested(PolicyLimits.NESTING_DEPTH + 1)))
                .isInstanceOf(PolicyLimitException.class)
                .hasMessageContaining("nested at most 8 deep");
        // Nothing but braces, as many as fit: refused by count, not by a stack overflow.
        assertThatThrownBy(() -> PolicyLanguage.parse(FINE + " where " + "all{".repeat(1000)))
                .isInstanceOf(PolicyLimitException.class);
    }

    @Test
    void braces_in_quotes_are_text() {
        assertThat(PolicyLanguage.parse(FINE + " where target.key.id = '" + "{".repeat(50) + "'")
                        .statement())
                .isNotNull();
    }

    @Test
    void a_policy_has_one_to_fifty_statements() {
        assertThat(PolicyLanguage.parseAll(Collections.nCopies(50, FINE))).hasSize(50);
        assertThatThrownBy(() -> PolicyLanguage.parseAll(Collections.nCopies(51, FINE)))
                .isInstanceOf(PolicyLimitException.class)
                .hasMessageContaining("at most 50 statements, this one has 51");
        assertThatThrownBy(() -> PolicyLanguage.parseAll(List.of())).isInstanceOf(PolicySyntaxException.class);
    }

    @Test
    void a_refusal_in_a_policy_names_the_statement_and_is_an_invalid_parameter() {
        Throwable refusal = catchThrowable(() -> PolicyLanguage.parseAll(List.of(FINE, FINE + " where x")));

        assertThat(refusal)
                .isInstanceOfSatisfying(PolicySyntaxException.class, it -> {
                    assertThat(it.code()).isEqualTo(ProblemCode.INVALID_PARAMETER);
                    assertThat(it.line()).isEqualTo(1);
                    assertThat(it.column()).isEqualTo(46);
                })
                .hasMessageStartingWith("statement 2: line 1:46: expected");
    }

    private static String nested(int depth) {
        return FINE + " where " + "all {".repeat(depth) + "target.key.id = 'x'" + "}".repeat(depth);
    }

    private static void refused(
            String statement, Class<? extends PolicyRefusedException> kind, String position, String message) {
        assertThatThrownBy(() -> PolicyLanguage.parse(statement))
                .as(statement)
                .isExactlyInstanceOf(kind)
                .hasMessage("line " + position + ": " + message);
    }
}
