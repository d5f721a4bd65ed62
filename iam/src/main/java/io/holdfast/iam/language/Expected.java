package io.holdfast.iam.language;

import io.holdfast.iam.language.grammar.PolicyLexer;
import io.holdfast.iam.language.grammar.PolicyParser;
import io.holdfast.kernel.Printable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.antlr.v4.runtime.RuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/** Says in the author's words which tokens would have been right. */
final class Expected {
    private Expected() {}

    static String describe(@Nullable IntervalSet types, @Nullable RuleContext where) {
        if (types == null || types.isNil()) {
            return "something else";
        }
        // A name may equal most keywords; listing each of them would hide the point.
        boolean nameExpected = types.contains(PolicyLexer.WORD);
        boolean inRule = within(where, PolicyParser.RuleTermContext.class);
        Set<String> words = new LinkedHashSet<>();
        for (int type : types.toArray()) {
            if (nameExpected && isNameKeyword(type)) {
                continue;
            }
            words.add(
                    switch (type) {
                        case PolicyLexer.WORD ->
                            inRule && !types.contains(PolicyLexer.ANY)
                                    ? ""
                                    : types.contains(PolicyLexer.ANY) || types.contains(PolicyLexer.PATTERN)
                                            ? "a variable"
                                            : wordOf(where);
                        case PolicyLexer.STRING ->
                            nameExpected && !inRule && !types.contains(PolicyLexer.PATTERN)
                                    ? "a quoted name"
                                    : "a quoted value";
                        case PolicyLexer.PATTERN -> "a pattern";
                        case PolicyLexer.LT -> "";
                        case Token.EOF -> end(where);
                        default -> literal(type);
                    });
        }
        words.remove("");
        // Last, after what would go on.
        if (words.remove(end(where))) {
            words.add(end(where));
        }
        List<String> list = new ArrayList<>(words);
        if (list.size() == 1) {
            return list.getFirst();
        }
        return String.join(", ", list.subList(0, list.size() - 1)) + " or " + list.getLast();
    }

    private static boolean within(@Nullable RuleContext where, Class<? extends RuleContext> rule) {
        for (RuleContext at = where; at != null; at = at.parent) {
            if (rule.isInstance(at)) {
                return true;
            }
        }
        return false;
    }

    private static String end(@Nullable RuleContext where) {
        return within(where, PolicyParser.MatchingRuleContext.class)
                ? "the end of the rule"
                : "the end of the statement";
    }

    private static String wordOf(@Nullable RuleContext where) {
        for (RuleContext at = where; at != null; at = at.parent) {
            if (at instanceof PolicyParser.VerbActionContext) {
                return "a resource type";
            }
            if (at instanceof PolicyParser.IntersectionContext) {
                return "a variable";
            }
            if (at instanceof PolicyParser.PermissionsActionContext) {
                return "a permission";
            }
            boolean id = at instanceof PolicyParser.IdsContext
                    || at instanceof PolicyParser.OcidContext
                    || at instanceof PolicyParser.PlaceByIdContext
                    || (at instanceof PolicyParser.DefineContext define && define.AS() != null);
            if (id) {
                return "an OCID";
            }
            if (at instanceof PolicyParser.OneResourceContext resource) {
                return where instanceof PolicyParser.WordContext && resource.ocid() == null
                        ? "a resource type"
                        : "an OCID";
            }
        }
        return "a name";
    }

    private static boolean isNameKeyword(int type) {
        return switch (type) {
            case PolicyLexer.ALLOW,
                    PolicyLexer.DENY,
                    PolicyLexer.ENDORSE,
                    PolicyLexer.ADMIT,
                    PolicyLexer.DEFINE,
                    PolicyLexer.ANY_USER,
                    PolicyLexer.ANY_GROUP,
                    PolicyLexer.DYNAMIC_GROUP,
                    PolicyLexer.GROUP,
                    PolicyLexer.SERVICE,
                    PolicyLexer.RESOURCE,
                    PolicyLexer.ASSOCIATE,
                    PolicyLexer.ANY_TENANCY,
                    PolicyLexer.TENANCY,
                    PolicyLexer.COMPARTMENT -> true;
            default -> false;
        };
    }

    private static String literal(int type) {
        String name = PolicyLexer.VOCABULARY.getLiteralName(type);
        if (name != null) {
            return name.toLowerCase(Locale.ROOT);
        }
        // Tokens that both modes produce have no literal of their own; keywords print as their names do.
        return switch (type) {
            case PolicyLexer.IN -> "'in'";
            case PolicyLexer.COMMA -> "','";
            case PolicyLexer.LBRACE -> "'{'";
            case PolicyLexer.RBRACE -> "'}'";
            default ->
                "'"
                        + PolicyLexer.VOCABULARY
                                .getSymbolicName(type)
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '-') + "'";
        };
    }

    /** Whether a word that is no variable stands before what only 'any', 'all' and 'sets-intersect' stand before. */
    static boolean isMisspeltOpener(@Nullable Token before, Token wrong) {
        return (wrong.getType() == PolicyLexer.LBRACE || wrong.getType() == PolicyLexer.LPAREN)
                && before != null
                && before.getType() == PolicyLexer.WORD
                // As every variable has one.
                && before.getText().indexOf('.') < 0;
    }

    /** What a condition or a rule may begin with. */
    static IntervalSet openers(@Nullable RuleContext where) {
        IntervalSet types = IntervalSet.of(PolicyLexer.ANY);
        types.add(PolicyLexer.ALL);
        types.add(PolicyLexer.WORD);
        if (!within(where, PolicyParser.MatchingRuleContext.class)) {
            types.add(PolicyLexer.SETS_INTERSECT);
        }
        return types;
    }

    /** A rule may end after its variable, so that the parser looks for the end there. */
    static boolean isComparisonWithoutOperator(@Nullable Token before, Token wrong, @Nullable RuleContext where) {
        return wrong.getType() == PolicyLexer.STRING
                && before != null
                && before.getType() == PolicyLexer.WORD
                && before.getText().indexOf('.') >= 0
                && within(where, PolicyParser.MatchingRuleContext.class);
    }

    static String found(Token token, @Nullable RuleContext where) {
        return token.getType() == Token.EOF ? end(where) : "'" + Printable.shorten(token.getText()) + "'";
    }

    static String hint(@Nullable Token wrong, @Nullable IntervalSet types, String expected) {
        if (wrong == null) {
            return "";
        }
        boolean nameExpected = expected.contains("a name");
        return switch (wrong.getType()) {
            case PolicyLexer.ID,
                    PolicyLexer.TO,
                    PolicyLexer.IN,
                    PolicyLexer.OF,
                    PolicyLexer.AS,
                    PolicyLexer.INSPECT,
                    PolicyLexer.READ,
                    PolicyLexer.USE,
                    PolicyLexer.MANAGE,
                    PolicyLexer.WHERE -> nameExpected ? "; a name that is a word of the policy language is quoted" : "";
            case PolicyLexer.AND ->
                expected.startsWith("the end") ? "; conditions are joined as all {…, …} or any {…, …}" : "";
            case PolicyLexer.COMMA ->
                expected.equals("the end of the rule") ? "; rules are joined as all {…, …} or any {…, …}" : "";
            case PolicyLexer.WORD -> wordHint(wrong.getText(), types, expected);
            default -> "";
        };
    }

    private static String wordHint(String word, @Nullable IntervalSet types, String expected) {
        if (expected.contains("a quoted value")) {
            return "; values are written in quotes";
        }
        List<String> keywords = expected.equals("the end of the statement") ? List.of("where") : keywords(types);
        Optional<String> meant = Suggestion.nearest(word, keywords);
        return meant.map(it -> "; did you mean '" + it + "'?").orElse("") + foreignLetter(word);
    }

    /** For words that can only have ASCII letters. */
    static String foreignLetter(String word) {
        return LookAlikes.foreignLetter(word).map(it -> "; it has " + it).orElse("");
    }

    private static List<String> keywords(@Nullable IntervalSet types) {
        return types == null
                ? List.of()
                : types.toList().stream()
                        .filter(it -> it > 0)
                        .map(Expected::literal)
                        .map(it -> it.replace("'", ""))
                        .filter(it -> it.length() > 2)
                        .toList();
    }
}
