package io.holdfast.iam.language;

import static io.holdfast.iam.language.PolicyLanguage.syntax;

import io.holdfast.iam.language.MatchingRule.Attribute;
import io.holdfast.iam.language.MatchingRule.Tag;
import io.holdfast.iam.language.grammar.PolicyParser;
import io.holdfast.kernel.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.Token;

/** Turns the parser's tree of a matching rule into values. Used once. */
final class RuleReader {
    private final Warnings warnings = new Warnings();

    List<String> warnings() {
        return warnings.all();
    }

    MatchingRule read(PolicyParser.RuleTermContext tree) {
        return switch (tree) {
            case PolicyParser.RuleCombinedContext it -> {
                List<MatchingRule> members =
                        it.ruleTerm().stream().map(this::read).toList();
                yield it.kind.getType() == PolicyParser.ALL
                        ? new MatchingRule.All(members)
                        : new MatchingRule.Any(members);
            }
            case PolicyParser.RuleSingleContext it -> single(it);
            default -> throw StatementReader.unknown(tree);
        };
    }

    private MatchingRule single(PolicyParser.RuleSingleContext tree) {
        Token word = tree.WORD().getSymbol();
        MatchingRule.Variable variable = variable(word);
        if (tree.operator != null) {
            Condition.Operator operator = tree.operator.getType() == PolicyParser.EQUAL
                    ? Condition.Operator.EQUAL
                    : Condition.Operator.NOT_EQUAL;
            return new MatchingRule.Compare(variable, operator, value(tree.ruleValue()));
        }
        if (variable instanceof Tag tag) {
            return new MatchingRule.HasTag(tag);
        }
        throw syntax(word, variable.word() + " is compared with = or != and a quoted value");
    }

    private static MatchingRule.Variable variable(Token word) {
        String text = word.getText();
        Optional<Attribute> attribute = Arrays.stream(Attribute.values())
                .filter(it -> it.word().equals(CaseFold.of(text)))
                .findFirst();
        if (attribute.isPresent()) {
            return attribute.get();
        }
        List<String> words = new ArrayList<>();
        Arrays.stream(Attribute.values()).forEach(it -> words.add(it.word()));
        return Tag.parse(text)
                .orElseThrow(() -> syntax(
                        word,
                        "expected a variable, as 'resource.type' or 'tag.<namespace>.<key>.value', found '"
                                + Printable.shorten(text) + "'" + Suggestion.hint(text, words)
                                + Expected.foreignLetter(text)));
    }

    private String value(PolicyParser.RuleValueContext tree) {
        Token token = tree.getStart();
        if (tree.STRING() == null) {
            warnings.add(token, "the value " + Printable.shorten(token.getText()) + " should stand in quotes");
            return token.getText();
        }
        String value = Quoted.text(token);
        warnings.value(token, value);
        return value;
    }
}
