package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Condition;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds that conditions can't all be true at once. It sees what authors get wrong (two values for one variable, a day of the
 * week that is none, a user's name of a cluster), not everything that logic could.
 */
final class Contradictions {
    private static final String PRINCIPAL_TYPE = "request.principal.type";

    /** Variables that have one of a few values. */
    private static final Map<String, Set<String>> DOMAINS = Map.of(
            PRINCIPAL_TYPE,
            Principal.TYPES,
            Variables.DAY_OF_WEEK,
            Set.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
            Variables.MONTH_OF_YEAR,
            numbers(12),
            Variables.DAY_OF_MONTH,
            numbers(31));

    private Contradictions() {}

    private static Set<String> numbers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).collect(Collectors.toUnmodifiableSet());
    }

    static boolean among(List<Condition> all) {
        Map<String, Set<String>> possible = possibleValues(all);
        if (possible.values().stream().anyMatch(Set::isEmpty)) {
            return true;
        }
        return timesExclude(all) || principalExcludes(all, possible.get(PRINCIPAL_TYPE));
    }

    /** For each variable that is held to some values, those of them that no other condition excludes. */
    private static Map<String, Set<String>> possibleValues(List<Condition> all) {
        Map<String, Set<String>> possible = new HashMap<>();
        for (Condition condition : all) {
            variable(condition).filter(Variables::isSingle).ifPresent(name -> {
                Optional<Set<String>> demanded = demanded(condition).or(() -> Optional.ofNullable(DOMAINS.get(name)));
                demanded.ifPresent(values ->
                        possible.computeIfAbsent(name, it -> new HashSet<>(DOMAINS.getOrDefault(name, values))));
            });
        }
        possible.forEach((name, values) -> values.removeIf(value -> all.stream()
                .filter(it -> variable(it).filter(name::equals).isPresent())
                .anyMatch(it -> !KnownValues.meet(it, asked -> Optional.of(List.of(value))))));
        return possible;
    }

    /** The one variable of a comparison with fixed values. */
    private static Optional<String> variable(Condition condition) {
        return switch (condition) {
            case Condition.Compare(var variable, var operator, var operand) ->
                operand instanceof Condition.Variable ? Optional.empty() : Optional.of(variable.name());
            case Condition.OneOf(var variable, var values) -> Optional.of(variable.name());
            case Condition.NoneOf(var variable, var values) -> Optional.of(variable.name());
            case Condition.All it -> Optional.empty();
            case Condition.Any it -> Optional.empty();
            case Condition.Intersect it -> Optional.empty();
            case Condition.Before it -> Optional.empty();
            case Condition.After it -> Optional.empty();
            case Condition.TimeOfDay it -> Optional.empty();
        };
    }

    private static Optional<Set<String>> demanded(Condition condition) {
        if (condition instanceof Condition.OneOf(var variable, var values)) {
            return Optional.of(values.stream().map(CaseFold::of).collect(Collectors.toSet()));
        }
        return condition instanceof Condition.Compare(var variable, var operator, Condition.Text(var value))
                        && operator == Condition.Operator.EQUAL
                ? Optional.of(Set.of(CaseFold.of(value)))
                : Optional.empty();
    }

    private static boolean timesExclude(List<Condition> all) {
        Optional<Instant> after = Optional.empty();
        Optional<Instant> before = Optional.empty();
        for (Condition condition : all) {
            if (condition instanceof Condition.After(var limit)) {
                after = after.filter(it -> it.isAfter(limit)).or(() -> Optional.of(limit));
            } else if (condition instanceof Condition.Before(var limit)) {
                before = before.filter(it -> it.isBefore(limit)).or(() -> Optional.of(limit));
            }
        }
        return after.isPresent() && before.isPresent() && !after.orElseThrow().isBefore(before.orElseThrow());
    }

    /** A cluster has no name and no groups, a user no compartment. */
    private static boolean principalExcludes(List<Condition> all, @Nullable Set<String> types) {
        if (types == null) {
            return false;
        }
        boolean noUser = !types.contains(Principal.USER);
        boolean onlyUser = types.equals(Set.of(Principal.USER));
        return all.stream()
                .map(Contradictions::variable)
                .flatMap(Optional::stream)
                .anyMatch(it -> (noUser && (it.startsWith("request.user.") || it.equals("request.groups.id")))
                        || (onlyUser && it.equals("request.principal.compartment.id")));
    }
}
