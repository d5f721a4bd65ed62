package io.holdfast.iam.decision;

import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.PolicyPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tests conditions against one request and one permission. A condition is false as soon as a variable it compares is
 * missing, for {@code !=} too: what is not known does not open.
 */
final class Evaluation {
    /** Failures told of one condition. */
    private static final int MAX_FAILURES = 3;

    private final RequestVariables variables;
    private final Permission permission;

    Evaluation(RequestVariables variables, Permission permission) {
        this.variables = variables;
        this.permission = permission;
    }

    boolean holds(Condition condition) {
        return switch (condition) {
            case Condition.All(var members) -> members.stream().allMatch(this::holds);
            case Condition.Any(var members) -> members.stream().anyMatch(this::holds);
            case Condition.OneOf(var variable, var expected) ->
                values(variable).stream().anyMatch(it -> expected.stream().anyMatch(it::equalsIgnoreCase));
            case Condition.Compare(var variable, var operator, var operand) -> {
                List<String> actual = values(variable);
                // A missing variable on either side decides nothing, so it grants nothing.
                if (actual.isEmpty()
                        || (operand instanceof Condition.Variable right
                                && values(right).isEmpty())) {
                    yield false;
                }
                boolean equal = actual.stream().anyMatch(it -> fits(it, operand));
                yield switch (operator) {
                    case EQUAL -> equal;
                    case NOT_EQUAL -> !equal;
                };
            }
        };
    }

    private boolean fits(String actual, Condition.Operand operand) {
        return switch (operand) {
            case Condition.Text(var value) -> actual.equalsIgnoreCase(value);
            case Condition.Pattern pattern -> pattern.matches(actual);
            case Condition.Variable right -> values(right).stream().anyMatch(actual::equalsIgnoreCase);
        };
    }

    private List<String> values(Condition.Variable variable) {
        return variables.of(variable.name(), permission);
    }

    /** Why a condition that does not hold fails. */
    String failure(Condition condition) {
        List<String> failures = new ArrayList<>();
        collect(condition, failures);
        return String.join(", and ", failures);
    }

    private void collect(Condition condition, List<String> failures) {
        if (failures.size() >= MAX_FAILURES || holds(condition)) {
            return;
        }
        switch (condition) {
            case Condition.All(var members) -> members.forEach(it -> collect(it, failures));
            case Condition.Any(var members) -> members.forEach(it -> collect(it, failures));
            case Condition.OneOf(var variable, var expected) -> failures.add(failure(condition, List.of(variable)));
            case Condition.Compare(var variable, var operator, Condition.Variable right) ->
                failures.add(failure(condition, List.of(variable, right)));
            case Condition.Compare(var variable, var operator, var operand) ->
                failures.add(failure(condition, List.of(variable)));
        }
    }

    private String failure(Condition condition, List<Condition.Variable> compared) {
        String text = "condition " + Explanation.bounded(PolicyPrinter.print(condition)) + " failed: ";
        for (Condition.Variable variable : compared) {
            if (values(variable).isEmpty()) {
                return text + "the request has no " + variable.name();
            }
        }
        return text
                + compared.stream()
                        .map(it -> (compared.size() == 1 ? "the actual value is " : it.name() + " is ")
                                + quoted(values(it)))
                        .collect(Collectors.joining(" and "));
    }

    private static String quoted(List<String> values) {
        return values.stream()
                .limit(MAX_FAILURES)
                .map(it -> "'" + Explanation.bounded(it) + "'")
                .collect(Collectors.joining(", "));
    }
}
