package io.holdfast.iam.language;

import static io.holdfast.iam.language.PolicyLanguage.syntax;

import io.holdfast.iam.language.grammar.PolicyParser;
import io.holdfast.kernel.Printable;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.function.Supplier;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Turns the parser's tree of a condition into values. */
final class ConditionReader {
    private final Warnings warnings;

    ConditionReader(Warnings warnings) {
        this.warnings = warnings;
    }

    Condition read(PolicyParser.ConditionContext tree) {
        return switch (tree) {
            case PolicyParser.CombinedContext it -> {
                List<Condition> members =
                        it.condition().stream().map(this::read).toList();
                yield it.kind.getType() == PolicyParser.ALL ? new Condition.All(members) : new Condition.Any(members);
            }
            case PolicyParser.SingleContext it -> single(it.WORD(), it.test());
            case PolicyParser.IntersectionContext it ->
                new Condition.Intersect(variable(it.WORD(0)), variable(it.WORD(1)));
            default -> throw StatementReader.unknown(tree);
        };
    }

    private Condition single(TerminalNode word, PolicyParser.TestContext tree) {
        return switch (tree) {
            case PolicyParser.ComparisonContext it ->
                new Condition.Compare(
                        variable(word),
                        it.operator.getType() == PolicyParser.EQUAL
                                ? Condition.Operator.EQUAL
                                : Condition.Operator.NOT_EQUAL,
                        operand(it.operand()));
            case PolicyParser.MembershipContext it -> {
                Condition.Variable variable = variable(word);
                List<String> values = it.STRING().stream()
                        .map(value -> value(value.getSymbol()))
                        .toList();
                yield it.NOT() == null ? new Condition.OneOf(variable, values) : new Condition.NoneOf(variable, values);
            }
            case PolicyParser.InstantContext it -> {
                requireVariable(word, Times.TIMESTAMP, it.operator);
                Instant limit = moment(it.STRING());
                yield it.operator.getType() == PolicyParser.BEFORE
                        ? new Condition.Before(limit)
                        : new Condition.After(limit);
            }
            case PolicyParser.RangeContext it -> {
                requireVariable(word, Times.TIME_OF_DAY, it.BETWEEN().getSymbol());
                LocalTime from = timeOfDay(it.STRING(0));
                LocalTime to = timeOfDay(it.STRING(1));
                if (from.equals(to)) {
                    warnings.add(it.BETWEEN().getSymbol(), "no time lies between two equal ones");
                }
                yield new Condition.TimeOfDay(from, to);
            }
            default -> throw StatementReader.unknown(tree);
        };
    }

    private static void requireVariable(TerminalNode word, String only, Token operator) {
        variableName(word);
        if (!CaseFold.of(word.getText()).equals(only)) {
            throw syntax(
                    operator,
                    "'" + CaseFold.of(operator.getText()) + "' compares " + only + " only, not "
                            + Printable.shorten(word.getText()));
        }
    }

    private static Instant moment(TerminalNode quoted) {
        return Times.moment(Quoted.text(quoted.getSymbol()))
                .orElseThrow(wrongTime(quoted, "a date and time with its offset, as '2027-01-31T08:00:00Z'"));
    }

    private static LocalTime timeOfDay(TerminalNode quoted) {
        return Times.timeOfDay(Quoted.text(quoted.getSymbol()))
                .orElseThrow(wrongTime(quoted, "a time of day in UTC, as '08:00:00Z'"));
    }

    private static Supplier<PolicySyntaxException> wrongTime(TerminalNode quoted, String expected) {
        return () ->
                syntax(quoted.getSymbol(), "expected " + expected + ", found " + Printable.shorten(quoted.getText()));
    }

    private static Condition.Variable variable(TerminalNode word) {
        String name = variableName(word);
        if (name.equals(Times.TIMESTAMP)) {
            throw syntax(word.getSymbol(), name + " is compared with 'before' or 'after'");
        }
        if (name.equals(Times.TIME_OF_DAY)) {
            throw syntax(word.getSymbol(), name + " is compared with 'between'");
        }
        return new Condition.Variable(name);
    }

    private static String variableName(TerminalNode word) {
        if (!Words.isVariable(word.getText())) {
            throw syntax(
                    word.getSymbol(),
                    "expected a variable, which begins with 'request.' or 'target.', found '"
                            + Printable.shorten(word.getText()) + "'" + Expected.foreignLetter(word.getText()));
        }
        return CaseFold.of(word.getText());
    }

    private Condition.Operand operand(PolicyParser.OperandContext tree) {
        if (tree.STRING() != null) {
            return new Condition.Text(value(tree.STRING().getSymbol()));
        }
        if (tree.PATTERN() != null) {
            return Quoted.pattern(tree.PATTERN().getSymbol());
        }
        TerminalNode word = tree.WORD();
        if (!Words.isVariable(word.getText())) {
            throw syntax(
                    word.getSymbol(),
                    "expected a quoted value, a pattern or a variable, found '" + Printable.shorten(word.getText())
                            + "'; values are written in quotes");
        }
        return variable(word);
    }

    private String value(Token token) {
        String value = Quoted.text(token);
        warnings.value(token, value);
        return value;
    }
}
