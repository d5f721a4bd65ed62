package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Condition;
import java.util.List;

/** Tests single comparisons of which every value is known. */
final class KnownValues {
    private KnownValues() {}

    /** Whether a comparison holds, given that the knowledge has values for each variable in it. */
    static boolean meet(Condition comparison, Outlook.Knowledge known) {
        return switch (comparison) {
            case Condition.Compare(var variable, var operator, var operand) ->
                values(variable, known).stream().anyMatch(it -> fits(it, operand, known))
                        == (operator == Condition.Operator.EQUAL);
            case Condition.OneOf(var variable, var expected) -> anyOf(values(variable, known), expected);
            case Condition.NoneOf(var variable, var expected) -> !anyOf(values(variable, known), expected);
            case Condition.Intersect(var left, var right) -> anyOf(values(left, known), values(right, known));
            case Condition.All it -> throw notSingle(it);
            case Condition.Any it -> throw notSingle(it);
            case Condition.Before it -> throw notSingle(it);
            case Condition.After it -> throw notSingle(it);
            case Condition.TimeOfDay it -> throw notSingle(it);
        };
    }

    private static boolean fits(String value, Condition.Operand operand, Outlook.Knowledge known) {
        return switch (operand) {
            case Condition.Text(var text) -> CaseFold.same(value, text);
            case Condition.Pattern pattern -> pattern.matches(value);
            case Condition.Variable right -> anyOf(List.of(value), values(right, known));
        };
    }

    private static boolean anyOf(List<String> values, List<String> expected) {
        return values.stream().anyMatch(it -> expected.stream().anyMatch(other -> CaseFold.same(it, other)));
    }

    private static List<String> values(Condition.Variable variable, Outlook.Knowledge known) {
        return known.of(variable.name()).orElse(List.of());
    }

    private static IllegalArgumentException notSingle(Condition condition) {
        return new IllegalArgumentException("not a comparison of values: " + condition);
    }
}
