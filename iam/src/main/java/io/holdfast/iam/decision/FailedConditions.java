package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Decision.Failure;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.PolicyPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the single comparisons that make a condition false, with what the request really has. */
final class FailedConditions {
    /** Failures told of one condition. */
    private static final int MAX_FAILURES = 3;

    /** Values told of one variable. */
    private static final int MAX_VALUES = 3;

    private static final String TIMESTAMP = "request.utc-timestamp";

    private final Facts facts;
    private final Permission permission;
    private final List<Failure> failures = new ArrayList<>();

    private FailedConditions(Facts facts, Permission permission) {
        this.facts = facts;
        this.permission = permission;
    }

    /** Why a condition that does not hold fails. */
    static List<Failure> of(Condition condition, Facts facts, Permission permission) {
        FailedConditions found = new FailedConditions(facts, permission);
        found.collect(condition);
        return List.copyOf(found.failures);
    }

    /**
     * How many comparisons must become true for the condition to hold: of {@code all} each that fails, of {@code any} those
     * of the member that has the fewest.
     */
    static int count(Condition condition, Facts facts, Permission permission) {
        return switch (condition) {
            case Condition.All(var members) ->
                members.stream().mapToInt(it -> count(it, facts, permission)).sum();
            case Condition.Any(var members) ->
                members.stream()
                        .mapToInt(it -> count(it, facts, permission))
                        .min()
                        .orElse(1);
            case Condition.OneOf it -> single(it, facts, permission);
            case Condition.NoneOf it -> single(it, facts, permission);
            case Condition.Compare it -> single(it, facts, permission);
            case Condition.Intersect it -> single(it, facts, permission);
            case Condition.Before it -> single(it, facts, permission);
            case Condition.After it -> single(it, facts, permission);
            case Condition.TimeOfDay it -> single(it, facts, permission);
        };
    }

    private static int single(Condition comparison, Facts facts, Permission permission) {
        return PreparedCondition.of(comparison).holds(facts, permission) ? 0 : 1;
    }

    private void collect(Condition condition) {
        if (failures.size() >= MAX_FAILURES || PreparedCondition.of(condition).holds(facts, permission)) {
            return;
        }
        switch (condition) {
            case Condition.All(var members) -> members.forEach(this::collect);
            case Condition.Any(var members) -> members.forEach(this::collect);
            case Condition.OneOf(var variable, var expected) -> add(condition, variable);
            case Condition.NoneOf(var variable, var expected) -> add(condition, variable);
            case Condition.Compare(var variable, var operator, Condition.Variable right) ->
                add(condition, variable, right);
            case Condition.Compare(var variable, var operator, var operand) -> add(condition, variable);
            case Condition.Intersect(var left, var right) -> add(condition, left, right);
            case Condition.Before it -> addTime(condition);
            case Condition.After it -> addTime(condition);
            case Condition.TimeOfDay it -> addTime(condition);
        }
    }

    private void add(Condition condition, Condition.Variable... compared) {
        List<Failure.Actual> actual = new ArrayList<>();
        Optional<String> missing = Optional.empty();
        for (Condition.Variable variable : compared) {
            List<String> values = facts.of(variable.name(), permission);
            if (values.isEmpty() && missing.isEmpty()) {
                missing = Optional.of(variable.name());
            }
            actual.add(new Failure.Actual(
                    variable.name(),
                    values.stream().limit(MAX_VALUES).map(Explanation::bounded).toList()));
        }
        failures.add(new Failure(printed(condition), actual, missing));
    }

    private void addTime(Condition condition) {
        failures.add(new Failure(
                printed(condition),
                List.of(new Failure.Actual(TIMESTAMP, List.of(facts.at().toString()))),
                Optional.empty()));
    }

    private static String printed(Condition condition) {
        return Explanation.bounded(PolicyPrinter.print(condition));
    }
}
