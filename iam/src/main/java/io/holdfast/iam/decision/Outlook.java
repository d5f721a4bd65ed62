package io.holdfast.iam.decision;

import io.holdfast.iam.language.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What becomes of a condition when only a part of a request is known. */
sealed interface Outlook {

    /** No request that agrees with what is known meets it. */
    record Never() implements Outlook {}

    /** Every request that agrees with what is known meets it. */
    record Always() implements Outlook {}

    /** It rests on this, which speaks only of what is not known. */
    record Depends(Condition rest) implements Outlook {}

    /** What is known of a request. */
    @FunctionalInterface
    interface Knowledge {
        /** Empty when the variable is not known; no values when the request does not have it. */
        Optional<List<String>> of(String variable);
    }

    default boolean isNever() {
        return this instanceof Never;
    }

    static Outlook of(Condition condition, Knowledge known) {
        return switch (condition) {
            case Condition.All(var members) -> all(members, known);
            case Condition.Any(var members) -> any(members, known);
            case Condition.Compare(var variable, var operator, Condition.Variable right) ->
                single(condition, List.of(variable, right), known);
            case Condition.Compare(var variable, var operator, var operand) ->
                single(condition, List.of(variable), known);
            case Condition.OneOf(var variable, var values) -> single(condition, List.of(variable), known);
            case Condition.NoneOf(var variable, var values) -> single(condition, List.of(variable), known);
            case Condition.Intersect(var left, var right) -> single(condition, List.of(left, right), known);
            case Condition.Before it -> new Depends(it);
            case Condition.After it -> new Depends(it);
            case Condition.TimeOfDay(var from, var to) -> from.equals(to) ? new Never() : new Depends(condition);
        };
    }

    private static Outlook single(Condition condition, List<Condition.Variable> compared, Knowledge known) {
        boolean all = true;
        for (Condition.Variable variable : compared) {
            Optional<List<String>> values = known.of(variable.name());
            if (values.filter(List::isEmpty).isPresent()) {
                return new Never();
            }
            all &= values.isPresent();
        }
        if (all) {
            return KnownValues.meet(condition, known) ? new Always() : new Never();
        }
        return Contradictions.among(List.of(condition)) ? new Never() : new Depends(condition);
    }

    private static Outlook all(List<Condition> members, Knowledge known) {
        List<Condition> rest = new ArrayList<>();
        for (Condition member : members) {
            switch (of(member, known)) {
                case Never never -> {
                    return never;
                }
                case Always always -> {
                    // It asks nothing more.
                }
                case Depends(Condition.All(var inner)) -> rest.addAll(inner);
                case Depends(var one) -> rest.add(one);
            }
        }
        if (rest.isEmpty()) {
            return new Always();
        }
        if (Contradictions.among(rest)) {
            return new Never();
        }
        return new Depends(rest.size() == 1 ? rest.getFirst() : new Condition.All(rest));
    }

    private static Outlook any(List<Condition> members, Knowledge known) {
        List<Condition> rest = new ArrayList<>();
        for (Condition member : members) {
            switch (of(member, known)) {
                case Never never -> {
                    // It opens nothing.
                }
                case Always always -> {
                    return always;
                }
                case Depends(Condition.Any(var inner)) -> rest.addAll(inner);
                case Depends(var one) -> rest.add(one);
            }
        }
        if (rest.isEmpty()) {
            return new Never();
        }
        return new Depends(rest.size() == 1 ? rest.getFirst() : new Condition.Any(rest));
    }
}
