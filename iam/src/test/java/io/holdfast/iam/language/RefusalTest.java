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
        refused(
                "",
                PolicySyntaxException.class,
                "1:1",
                "expected 'allow', 'deny', 'endorse', 'admit' or 'define', found the end of the statement");
        refused(
                "Grant any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:1",
                "expected 'allow', 'deny', 'endorse', 'admit' or 'define', found 'Grant'");
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
                "Allow any-user to use keys in tenancy where \u0430ll {target.key.id = 'x'}",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found '\u0430ll'; did you mean 'all'?; it has U+0430 CYRILLIC SMALL LETTER A");
        refused(
                "Allow any-user to use keys in tenancy where alll {target.key.id = 'x'}",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found 'alll'; did you mean 'all'?");
        refused(
                "Allow any-user to use keys in tenancy where anny {target.key.id = 'x'}",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found 'anny'; did you mean 'any'?");
        refused(
                "Allow any-user to use keys in tenancy where sets-intersct(target.key.id, request.user.id)",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found 'sets-intersct'; did you mean 'sets-intersect'?");
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
                "expected 'tenancy' or 'compartment', found 'tenant'; did you mean 'tenancy'?");
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
    void parts_that_are_not_evaluated_are_recognised_by_name() {
        refused(
                "Allow any-user to associate keys in tenancy",
                PolicyUnsupportedException.class,
                "1:19",
                "the verb 'associate' is for networks and DNS, of which Holdfast has nothing");
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

    @Test
    void what_looks_right_and_is_not() {
        refused(
                "Alow any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:1",
                "expected 'allow', 'deny', 'endorse', 'admit' or 'define', found 'Alow'; did you mean 'allow'?");
        refused(
                "\u0410llow any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:1",
                "expected 'allow', 'deny', 'endorse', 'admit' or 'define', found '\u0410llow'; did you mean 'allow'?; it has U+0410 CYRILLIC CAPITAL LETTER A");
        refused(
                "Allow any-us\u0435r to use keys in tenancy",
                PolicySyntaxException.class,
                "1:7",
                "expected 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found 'any-us\u0435r'; did you mean 'any-user'?; it has U+0435 CYRILLIC SMALL LETTER IE");
        refused(
                "Allow any-user t\u043e use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 't\u043e'; it has U+043E CYRILLIC SMALL LETTER O");
        refused(
                "Allow any-user to u\u017fe keys in tenancy",
                PolicySyntaxException.class,
                "1:19",
                "expected 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 'u\u017fe'; did you mean 'use'?; it has U+017F LATIN SMALL LETTER LONG S");
        refused(
                "Allow any-user to use keys in tenan\u0441y",
                PolicySyntaxException.class,
                "1:31",
                "expected 'tenancy' or 'compartment', found 'tenan\u0441y'; did you mean 'tenancy'?; it has U+0441 CYRILLIC SMALL LETTER ES");
        refused(
                "Allow any-user to use keys in \u200btenancy",
                PolicySyntaxException.class,
                "1:31",
                "unexpected character U+200B ZERO WIDTH SPACE");
        refused(
                "Allow any-user\u00a0to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "unexpected character U+00A0 NO-BREAK SPACE");
        refused(
                "Allow any-user to use keys in tenancy\u0000",
                PolicySyntaxException.class,
                "1:38",
                "unexpected character U+0000 NULL");
        refused(
                "Allow any-user to use keys in tenancy wher target.key.id = 'x'",
                PolicySyntaxException.class,
                "1:39",
                "expected 'where' or the end of the statement, found 'wher'; did you mean 'where'?");
        refused(
                "Allow any\u2010user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:10",
                "unexpected character U+2010 HYPHEN");
        refused(
                "Allow any-user to use keys in compartment a/b",
                PolicySyntaxException.class,
                "1:44",
                "expected 'where', ':' or the end of the statement, found '/'");
        refused(
                "Allow group A,, B to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "expected a name or a quoted name, found ','");
        refused(
                "Allow group <> to use keys in tenancy",
                PolicySyntaxException.class,
                "1:14",
                "expected a name or a quoted name, found '>'");
        refused(
                "Allow group <<A>> to use keys in tenancy",
                PolicySyntaxException.class,
                "1:14",
                "expected a name or a quoted name, found '<'");
        refused(
                "Allow group A/B/C to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found '/'");
        refused(
                "Allow group of to use keys in tenancy",
                PolicySyntaxException.class,
                "1:13",
                "expected 'id', a name or a quoted name, found 'of'; a name that is a word of the policy language is quoted");
        refused(
                "Allow group id ocid1.group.oc1.. <a> to use keys in tenancy",
                PolicySyntaxException.class,
                "1:34",
                "an OCID has no space in it");
        refused(
                "Allow group id ocid1.group.oc1..<a > to use keys in tenancy",
                PolicySyntaxException.class,
                "1:36",
                "an OCID has no space in it");
        refused(
                "Allow group id ocid1.group.oc1..<> to use keys in tenancy",
                PolicySyntaxException.class,
                "1:34",
                "expected an OCID, found '>'");
        refused(
                "Allow service to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "expected a name or a quoted name, found 'to'; a name that is a word of the policy language is quoted");
        refused(
                "Allow resource to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected a resource type, found 'to'");
        refused(
                "Allow resource cluster to use keys in tenancy",
                PolicySyntaxException.class,
                "1:24",
                "expected 'id' or an OCID, found 'to'");
        refused(
                "Allow resource cluster id c1 to use keys in tenancy",
                PolicySyntaxException.class,
                "1:27",
                "expected an OCID: it begins with 'ocid1.'");
        refused(
                "Allow any-user to use keys in any-tenancy",
                PolicySyntaxException.class,
                "1:31",
                "expected 'tenancy' or 'compartment', found 'any-tenancy'");
        refused(
                "Allow any-user of tenancy T to use keys in tenancy",
                PolicySyntaxException.class,
                "1:16",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 'of'");
        refused(
                "Deny",
                PolicySyntaxException.class,
                "1:5",
                "expected 'endorse', 'admit', 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found the end of the statement");
        refused(
                "Deny allow any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:6",
                "expected 'endorse', 'admit', 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found 'allow'");
        refused(
                "Deny deny any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:6",
                "expected 'endorse', 'admit', 'any-user', 'any-group', 'dynamic-group', 'group', 'service' or 'resource', found 'deny'");
        refused(
                "Deny endorse any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:45",
                "expected a name or a quoted name, found the end of the statement");
        refused(
                "Deny admit any-user to use keys in tenancy",
                PolicySyntaxException.class,
                "1:21",
                "expected 'of', found 'to'");
        refused(
                "Deny admit any-user of tenancy",
                PolicySyntaxException.class,
                "1:31",
                "expected a name or a quoted name, found the end of the statement");
        refused(
                "Endorse group A to use keys",
                PolicySyntaxException.class,
                "1:28",
                "expected 'in', found the end of the statement");
        refused(
                "Endorse group A to use keys in compartment x",
                PolicySyntaxException.class,
                "1:32",
                "expected 'any-tenancy' or 'tenancy', found 'compartment'");
        refused(
                "Endorse group A to use keys in tenancy",
                PolicySyntaxException.class,
                "1:39",
                "expected a name or a quoted name, found the end of the statement");
        refused(
                "Endorse group A to use keys in any-tenant",
                PolicySyntaxException.class,
                "1:32",
                "expected 'any-tenancy' or 'tenancy', found 'any-tenant'; did you mean 'any-tenancy'?");
        refused(
                "Endorse group A of tenancy T to use keys in any-tenancy",
                PolicySyntaxException.class,
                "1:17",
                "expected 'to', 'inspect', 'read', 'use', 'manage', 'associate' or '{', found 'of'");
        refused(
                "Endorse group A to use keys in any-tenancy T",
                PolicySyntaxException.class,
                "1:44",
                "expected the end of the statement, found 'T'");
        refused(
                "Admit group A to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "expected 'of', ',' or '/', found 'to'");
        refused(
                "Admit group A from tenancy T to use keys in tenancy",
                PolicySyntaxException.class,
                "1:15",
                "expected 'of', ',' or '/', found 'from'");
        refused(
                "Admit group A of T to use keys in tenancy",
                PolicySyntaxException.class,
                "1:18",
                "expected 'tenancy', found 'T'");
        refused(
                "Admit group A of tenancy to use keys in tenancy",
                PolicySyntaxException.class,
                "1:26",
                "expected a name or a quoted name, found 'to'; a name that is a word of the policy language is quoted");
        refused(
                "Admit group A of tenancy T to use keys in tenancy T",
                PolicySyntaxException.class,
                "1:51",
                "expected the end of the statement, found 'T'");
        refused(
                "Admit group A of tenancy T to use keys in any-tenancy",
                PolicySyntaxException.class,
                "1:43",
                "expected 'tenancy' or 'compartment', found 'any-tenancy'");
        refused(
                "Define",
                PolicySyntaxException.class,
                "1:7",
                "expected 'dynamic-group', 'group' or 'tenancy', found the end of the statement");
        refused(
                "Define user U as ocid1.user.oc1..a",
                PolicySyntaxException.class,
                "1:8",
                "expected 'dynamic-group', 'group' or 'tenancy', found 'user'");
        refused(
                "Define tenancy as ocid1.tenancy.oc1..a",
                PolicySyntaxException.class,
                "1:16",
                "expected a name or a quoted name, found 'as'; a name that is a word of the policy language is quoted");
        refused(
                "Define tenancy T ocid1.tenancy.oc1..a",
                PolicySyntaxException.class,
                "1:18",
                "expected 'as', found 'ocid1.tenancy.oc1..a'");
        refused(
                "Define tenancy T is ocid1.tenancy.oc1..a",
                PolicySyntaxException.class,
                "1:18",
                "expected 'as', found 'is'");
        refused(
                "Define tenancy T as",
                PolicySyntaxException.class,
                "1:20",
                "expected an OCID, found the end of the statement");
        refused(
                "Define tenancy T as 'ocid1.tenancy.oc1..a'",
                PolicySyntaxException.class,
                "1:21",
                "expected an OCID, found ''ocid1.tenancy.oc1..a''");
        refused(
                "Define tenancy T as ocid1.group.oc1..a",
                PolicySyntaxException.class,
                "1:21",
                "expected an OCID: 'ocid1.group.oc1..a' is not a valid tenancy OCID");
        refused(
                "Define group G as ocid1.dynamicgroup.oc1..a",
                PolicySyntaxException.class,
                "1:19",
                "expected an OCID: 'ocid1.dynamicgroup.oc1..a' is not a valid group OCID");
        refused(
                "Define dynamic-group G as ocid1.group.oc1..a",
                PolicySyntaxException.class,
                "1:27",
                "expected an OCID: 'ocid1.group.oc1..a' is not a valid dynamicgroup OCID");
        refused(
                "Define tenancy T as ocid1.tenancy.oc1..a where target.key.id = 'x'",
                PolicySyntaxException.class,
                "1:42",
                "expected the end of the statement, found 'where'");
        refused(
                "Define group A, B as ocid1.group.oc1..a",
                PolicySyntaxException.class,
                "1:15",
                "expected 'as', found ','");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id not = 'x'",
                PolicySyntaxException.class,
                "1:63",
                "expected 'in', found '='");
        refused(
                "Allow any-user to use keys in tenancy where not target.key.id = 'x'",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, 'any', 'all' or 'sets-intersect', found 'not'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id before '2026-01-01T00:00Z'",
                PolicySyntaxException.class,
                "1:59",
                "'before' compares request.utc-timestamp only, not target.key.id");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day after '2026-01-01T00:00Z'",
                PolicySyntaxException.class,
                "1:79",
                "'after' compares request.utc-timestamp only, not request.utc-timestamp.time-of-day");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp = '2026-01-01T00:00Z'",
                PolicySyntaxException.class,
                "1:45",
                "request.utc-timestamp is compared with 'before' or 'after'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp in ('2026-01-01T00:00Z')",
                PolicySyntaxException.class,
                "1:45",
                "request.utc-timestamp is compared with 'before' or 'after'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day = '08:00:00Z'",
                PolicySyntaxException.class,
                "1:45",
                "request.utc-timestamp.time-of-day is compared with 'between'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = request.utc-timestamp",
                PolicySyntaxException.class,
                "1:61",
                "request.utc-timestamp is compared with 'before' or 'after'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '2026-01-01'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found '2026-01-01'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '2026-01-01T00:00'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found '2026-01-01T00:00'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '2026-13-01T00:00Z'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found '2026-13-01T00:00Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '2026-02-30T00:00Z'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found '2026-02-30T00:00Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '1969-12-31T23:59Z'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found '1969-12-31T23:59Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '+10000-01-01T00:00Z'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found '+10000-01-01T00:00Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before 'tomorrow'",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found 'tomorrow'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before ''",
                PolicySyntaxException.class,
                "1:74",
                "expected a date and time with its offset, as '2027-01-31T08:00:00Z', found ''");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp before request.utc-timestamp",
                PolicySyntaxException.class,
                "1:74",
                "expected a quoted value, found 'request.utc-timestamp'; values are written in quotes");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '8:00Z' and '18:00Z'",
                PolicySyntaxException.class,
                "1:87",
                "expected a time of day in UTC, as '08:00:00Z', found '8:00Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '08:00:00' and '18:00:00Z'",
                PolicySyntaxException.class,
                "1:87",
                "expected a time of day in UTC, as '08:00:00Z', found '08:00:00'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '08:00:00+01:00' and '18:00:00Z'",
                PolicySyntaxException.class,
                "1:87",
                "expected a time of day in UTC, as '08:00:00Z', found '08:00:00+01:00'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '08:00:00.5Z' and '18:00:00Z'",
                PolicySyntaxException.class,
                "1:87",
                "expected a time of day in UTC, as '08:00:00Z', found '08:00:00.5Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '08:00:00Z' and '24:00:00Z'",
                PolicySyntaxException.class,
                "1:103",
                "expected a time of day in UTC, as '08:00:00Z', found '24:00:00Z'");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '08:00:00Z'",
                PolicySyntaxException.class,
                "1:98",
                "expected 'and', found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp.time-of-day between '08:00:00Z', '18:00:00Z'",
                PolicySyntaxException.class,
                "1:98",
                "expected 'and', found ','");
        refused(
                "Allow any-user to use keys in tenancy where request.utc-timestamp between '08:00:00Z' and '18:00:00Z'",
                PolicySyntaxException.class,
                "1:67",
                "'between' compares request.utc-timestamp.time-of-day only, not request.utc-timestamp");
        refused(
                "Allow any-user to use keys in tenancy where sets-intersect(request.groups.id)",
                PolicySyntaxException.class,
                "1:77",
                "expected ',', found ')'");
        refused(
                "Allow any-user to use keys in tenancy where sets-intersect(request.groups.id, 'x')",
                PolicySyntaxException.class,
                "1:79",
                "expected a variable, found ''x''");
        refused(
                "Allow any-user to use keys in tenancy where sets-intersect request.groups.id",
                PolicySyntaxException.class,
                "1:60",
                "expected '(', found 'request.groups.id'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in ('x', 'y'",
                PolicySyntaxException.class,
                "1:71",
                "expected ',' or ')', found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id in 'x', 'y'",
                PolicySyntaxException.class,
                "1:62",
                "expected '(', found ''x''");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = //",
                PolicySyntaxException.class,
                "1:63",
                "expected a variable, a quoted value or a pattern, found the end of the statement");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = /*",
                PolicySyntaxException.class,
                "1:61",
                "this pattern has no closing / on its line; a pattern is written /text*/");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = 'it's'",
                PolicySyntaxException.class,
                "1:66",
                "this quoted text has no closing ' on its line");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = `x`",
                PolicySyntaxException.class,
                "1:61",
                "unexpected character '`'");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = ＇x＇",
                PolicySyntaxException.class,
                "1:61",
                "unexpected character U+FF07 FULLWIDTH APOSTROPHE");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id ＝ 'x'",
                PolicySyntaxException.class,
                "1:59",
                "unexpected character U+FF1D FULLWIDTH EQUALS SIGN");
        refused(
                "Allow any-user to use keys in tenancy where t\u0430rget.key.id = 'x'",
                PolicySyntaxException.class,
                "1:45",
                "expected a variable, which begins with 'request.' or 'target.', found 't\u0430rget.key.id'; it has U+0430 CYRILLIC SMALL LETTER A");
        refused(
                "Allow any-user to use keys in tenancy where any {target.key.id = 'x',}",
                PolicySyntaxException.class,
                "1:70",
                "expected a variable, 'any', 'all' or 'sets-intersect', found '}'");
        refused(
                "Allow any-user to use keys in tenancy where any (target.key.id = 'x')",
                PolicySyntaxException.class,
                "1:49",
                "expected '{', found '('");
        refused(
                "Allow any-user to use keys in tenancy where target.key.id = 'x', target.vault.id = 'y'",
                PolicySyntaxException.class,
                "1:64",
                "expected the end of the statement, found ','");
        refused(
                "Allow any-user to use keys in tenancy where any any {target.key.id = 'x'}",
                PolicySyntaxException.class,
                "1:49",
                "expected '{', found 'any'");
    }

    @Test
    void a_matching_rule_is_refused_with_place_and_expectation() {
        refusedRule("", "1:1", "expected a variable, 'any' or 'all', found the end of the rule");
        refusedRule("   ", "1:4", "expected a variable, 'any' or 'all', found the end of the rule");
        refusedRule("all", "1:4", "expected '{', found the end of the rule");
        refusedRule("all {", "1:6", "expected a variable, 'any' or 'all', found the end of the rule");
        refusedRule("all {}", "1:6", "expected a variable, 'any' or 'all', found '}'");
        refusedRule("all {resource.type = 'cluster'", "1:31", "expected ',' or '}', found the end of the rule");
        refusedRule("all {resource.type = 'cluster',}", "1:32", "expected a variable, 'any' or 'all', found '}'");
        refusedRule("all {resource.type = 'cluster'}}", "1:32", "expected the end of the rule, found '}'");
        refusedRule(
                "all {resource.type = 'cluster'}, all {resource.id = 'x'}",
                "1:32",
                "expected the end of the rule, found ','; rules are joined as all {…, …} or any {…, …}");
        refusedRule(
                "all {resource.type = 'cluster' resource.id = 'x'}",
                "1:32",
                "expected ',' or '}', found 'resource.id'");
        refusedRule("resource.type", "1:1", "resource.type is compared with = or != and a quoted value");
        refusedRule("resource.type =", "1:16", "expected a quoted value, found the end of the rule");
        refusedRule("resource.type == 'cluster'", "1:16", "expected a quoted value, found '='");
        refusedRule("resource.type in ('cluster')", "1:15", "expected '!=', '=' or the end of the rule, found 'in'");
        refusedRule("resource.type = /clus*/", "1:17", "expected a quoted value, found '/clus*/'");
        refusedRule("resource.type = 'cluster", "1:17", "this quoted text has no closing ' on its line");
        refusedRule("resource.type = \"cluster\"", "1:17", "unexpected \"; texts are quoted with the straight quote '");
        refusedRule("resource.type = ‘cluster’", "1:17", "unexpected ‘; texts are quoted with the straight quote '");
        refusedRule(
                "resource.kind = 'cluster'",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'resource.kind'; did you mean 'resource.id'?");
        refusedRule(
                "resource.typ = 'cluster'",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'resource.typ'; did you mean 'resource.type'?");
        refusedRule(
                "resource.typ\u0435 = 'cluster'",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'resource.typ\u0435'; did you mean 'resource.type'?; it has U+0435 CYRILLIC SMALL LETTER IE");
        refusedRule(
                "request.principal.type = 'cluster'",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'request.principal.type'");
        refusedRule(
                "tag.ops.value = 'x'",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'tag.ops.value'");
        refusedRule(
                "tag..cost.value = 'x'",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'tag..cost.value'");
        refusedRule(
                "tag.ops..value",
                "1:1",
                "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found 'tag.ops..value'");
        refusedRule(
                "\u0430ll {resource.type = 'cluster'}",
                "1:1",
                "expected a variable, 'any' or 'all', found '\u0430ll'; did you mean 'all'?; it has U+0430 CYRILLIC SMALL LETTER A");
        refusedRule("resource.type 'cluster'", "1:15", "expected '!=' or '=', found ''cluster''");
        refusedRule("all {resource.type 'cluster'}", "1:20", "expected '!=' or '=', found ''cluster''");
        refusedRule("resource.type = cluster 'x'", "1:25", "expected the end of the rule, found ''x''");
        refusedRule("not {resource.type = 'cluster'}", "1:1", "expected a variable, 'any' or 'all', found 'not'");
        refusedRule("{resource.type = 'cluster'}", "1:1", "expected a variable, 'any' or 'all', found '{'");
        refusedRule("'cluster' = resource.type", "1:1", "expected a variable, 'any' or 'all', found ''cluster''");
        refusedRule(
                "resource.type = 'cluster' and resource.id = 'x'",
                "1:27",
                "expected the end of the rule, found 'and'; conditions are joined as all {…, …} or any {…, …}");
        refusedRule("resource.id = <x>", "1:15", "unexpected character '<'");
        refusedRule("resource.id = 'a\\n'", "1:17", "unknown escape \\n; a backslash itself is written \\\\");
        refusedRule(
                "any {\n  resource.type = 'cluster',\n  resource.id 'x'\n}",
                "3:15",
                "expected '!=' or '=', found ''x''");
        refusedRule("resource.type = 'cluster'\u200b", "1:26", "unexpected character U+200B ZERO WIDTH SPACE");
    }

    @Test
    void a_matching_rule_has_the_limits_of_statements() {
        String fine = "resource.type = 'cluster'";
        String room = " ".repeat(PolicyLimits.RULE_LENGTH - fine.length());

        assertThat(PolicyLanguage.parseRule(fine + room).rule())
                .isEqualTo(PolicyLanguage.parseRule(fine).rule());
        assertThatThrownBy(() -> PolicyLanguage.parseRule(fine + room + " "))
                .isInstanceOf(PolicyLimitException.class)
                .hasMessage("line 1:1: a matching rule may have at most 4096 characters, this one has 4097");
        assertThat(PolicyLanguage.parseRule("all {".repeat(8) + fine + "}".repeat(8))
                        .rule())
                .isNotNull();
        assertThatThrownBy(() -> PolicyLanguage.parseRule("all {".repeat(9) + fine + "}".repeat(9)))
                .isInstanceOf(PolicyLimitException.class)
                .hasMessage("line 1:45: braces may be nested at most 8 deep");
    }

    private static void refusedRule(String rule, String position, String message) {
        assertThatThrownBy(() -> PolicyLanguage.parseRule(rule))
                .as(rule)
                .isExactlyInstanceOf(PolicySyntaxException.class)
                .hasMessage("line " + position + ": " + message);
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
