package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Condition;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Statements of one kind, found by compartment, permission, subject, and by one value that their condition demands, as
 * {@code target.key.id = '…'}. So a question costs as much as there are statements that may fit it, however many there
 * are for other keys, groups and compartments. Immutable.
 */
final class StatementIndex {
    /** Of several values that a condition demands, the one that parts statements best. */
    private static final List<String> SELECTIVE = List.of(
            "target.key.id",
            "request.principal.id",
            "target.cluster.id",
            "target.secret.name",
            "target.namespace.name",
            "target.vault.id");

    private final Map<CompartmentId, Map<Permission, Map<String, Shelf>>> shelves = new HashMap<>();

    /** Statements with one compartment, permission and subject, each list in the order of {@link CompiledStatement#order}. */
    private static final class Shelf {
        private final List<CompiledStatement> open = new ArrayList<>();
        private final Map<String, Map<String, List<CompiledStatement>>> demanding = new HashMap<>();
    }

    /** @param statements in their order */
    StatementIndex(List<CompiledStatement> statements) {
        for (CompiledStatement statement : statements) {
            Optional<Demand> demand = statement.condition().flatMap(StatementIndex::demand);
            Map<Permission, Map<String, Shelf>> there =
                    shelves.computeIfAbsent(statement.location(), it -> new EnumMap<>(Permission.class));
            for (Permission permission : statement.permissions()) {
                Map<String, Shelf> bySubject = there.computeIfAbsent(permission, it -> new HashMap<>());
                for (String key : statement.subjectKeys()) {
                    put(bySubject.computeIfAbsent(key, it -> new Shelf()), statement, demand);
                }
            }
        }
    }

    private static void put(Shelf shelf, CompiledStatement statement, Optional<Demand> demand) {
        if (demand.isEmpty()) {
            shelf.open.add(statement);
            return;
        }
        Map<String, List<CompiledStatement>> byValue =
                shelf.demanding.computeIfAbsent(demand.orElseThrow().variable(), it -> new HashMap<>());
        for (String value : demand.orElseThrow().values()) {
            byValue.computeIfAbsent(value, it -> new ArrayList<>()).add(statement);
        }
    }

    /** One of these values, folded, must be the variable's; otherwise the condition is false. */
    private record Demand(String variable, List<String> values) {}

    private static Optional<Demand> demand(Condition condition) {
        return demands(condition).min(Comparator.comparingInt(StatementIndex::rank));
    }

    private static int rank(Demand demand) {
        int at = SELECTIVE.indexOf(demand.variable());
        return at < 0 ? SELECTIVE.size() : at;
    }

    private static Stream<Demand> demands(Condition condition) {
        return switch (condition) {
            case Condition.All(var members) -> members.stream().flatMap(StatementIndex::demands);
            case Condition.OneOf(var variable, var values) -> demand(variable, values);
            case Condition.Compare(var variable, var operator, var operand) ->
                operator == Condition.Operator.EQUAL && operand instanceof Condition.Text(var value)
                        ? demand(variable, List.of(value))
                        : Stream.empty();
            case Condition.Any it -> Stream.empty();
            case Condition.NoneOf it -> Stream.empty();
            case Condition.Intersect it -> Stream.empty();
            case Condition.Before it -> Stream.empty();
            case Condition.After it -> Stream.empty();
            case Condition.TimeOfDay it -> Stream.empty();
        };
    }

    private static Stream<Demand> demand(Condition.Variable variable, List<String> values) {
        // What passes with time must be looked at, to know when to ask again.
        return variable.name().startsWith(Variables.TIME)
                ? Stream.empty()
                : Stream.of(new Demand(
                        variable.name(),
                        values.stream().map(CaseFold::of).distinct().toList()));
    }

    /**
     * The first statement that gives the permission, from the nearest compartment up, then in their order.
     *
     * @param chain the resource's compartment and those above it
     * @param subjects see {@link SubjectKeys}
     * @param fits what else a statement must meet; asked of each that may fit, in no particular order
     */
    Optional<CompiledStatement> first(
            Permission permission,
            List<CompartmentId> chain,
            List<String> subjects,
            Facts facts,
            Predicate<CompiledStatement> fits) {
        for (CompartmentId compartment : chain) {
            Map<Permission, Map<String, Shelf>> there = shelves.get(compartment);
            Map<String, Shelf> bySubject = there == null ? null : there.get(permission);
            if (bySubject == null) {
                continue;
            }
            CompiledStatement best = null;
            for (String subject : subjects) {
                Shelf shelf = bySubject.get(subject);
                if (shelf != null) {
                    best = firstOn(shelf, best, permission, facts, fits);
                }
            }
            if (best != null) {
                return Optional.of(best);
            }
        }
        return Optional.empty();
    }

    private static @Nullable CompiledStatement firstOn(
            Shelf shelf,
            @Nullable CompiledStatement best,
            Permission permission,
            Facts facts,
            Predicate<CompiledStatement> fits) {
        CompiledStatement found = firstOf(shelf.open, best, fits);
        for (Map.Entry<String, Map<String, List<CompiledStatement>>> byValue : shelf.demanding.entrySet()) {
            for (String value : facts.folded(byValue.getKey(), permission)) {
                List<CompiledStatement> statements = byValue.getValue().get(value);
                if (statements != null) {
                    found = firstOf(statements, found, fits);
                }
            }
        }
        return found;
    }

    private static @Nullable CompiledStatement firstOf(
            List<CompiledStatement> statements, @Nullable CompiledStatement best, Predicate<CompiledStatement> fits) {
        for (CompiledStatement statement : statements) {
            if (best != null && statement.order() >= best.order()) {
                return best;
            }
            if (fits.test(statement)) {
                return statement;
            }
        }
        return best;
    }
}
