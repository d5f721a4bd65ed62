package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Condition;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A condition made ready to be tested often: everything that does not depend on the request is done once. False as soon
 * as a variable it compares is missing, for {@code !=} and {@code not in} too: what is not known does not open.
 */
sealed interface PreparedCondition {

    boolean holds(Facts facts, Permission permission);

    /** When, after the moment of the facts, this might change by the clock alone. Empty: never. */
    default Optional<Instant> nextChange(Instant at) {
        return Optional.empty();
    }

    static PreparedCondition of(Condition condition) {
        return switch (condition) {
            case Condition.All(var members) -> new All(tests(members));
            case Condition.Any(var members) -> new Any(tests(members));
            case Condition.OneOf(var variable, var values) -> new Among(variable.name(), folded(values), true);
            case Condition.NoneOf(var variable, var values) -> new Among(variable.name(), folded(values), false);
            case Condition.Compare(var variable, var operator, var operand) ->
                compare(variable.name(), operator == Condition.Operator.EQUAL, operand);
            case Condition.Intersect(var left, var right) -> new Shared(left.name(), right.name(), true);
            case Condition.Before(var limit) -> new Moment(limit, true);
            case Condition.After(var limit) -> new Moment(limit, false);
            case Condition.TimeOfDay(var from, var to) -> new Daily(from, to);
        };
    }

    private static List<PreparedCondition> tests(List<Condition> members) {
        return members.stream().map(PreparedCondition::of).toList();
    }

    private static Set<String> folded(List<String> values) {
        return values.stream().map(CaseFold::of).collect(Collectors.toUnmodifiableSet());
    }

    private static PreparedCondition compare(String variable, boolean equal, Condition.Operand operand) {
        return switch (operand) {
            case Condition.Text(var value) -> new Among(variable, Set.of(CaseFold.of(value)), equal);
            case Condition.Pattern pattern -> new Fits(variable, pattern.folded(), equal);
            case Condition.Variable right -> new Shared(variable, right.name(), equal);
        };
    }

    record All(List<PreparedCondition> members) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            for (PreparedCondition member : members) {
                if (!member.holds(facts, permission)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            return first(members, at);
        }
    }

    record Any(List<PreparedCondition> members) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            for (PreparedCondition member : members) {
                if (member.holds(facts, permission)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            return first(members, at);
        }
    }

    /** {@code =}, {@code !=}, {@code in} and {@code not in} with texts. */
    record Among(String variable, Set<String> values, boolean wanted) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            List<String> actual = facts.folded(variable, permission);
            return !actual.isEmpty() && actual.stream().anyMatch(values::contains) == wanted;
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            return midnightIf(variable.startsWith(Variables.TIME), at);
        }
    }

    record Fits(String variable, Condition.Pattern folded, boolean wanted) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            List<String> actual = facts.folded(variable, permission);
            return !actual.isEmpty() && actual.stream().anyMatch(folded::matchesFolded) == wanted;
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            return midnightIf(variable.startsWith(Variables.TIME), at);
        }
    }

    /** A variable compared with a variable; {@code sets-intersect} asks the same. */
    record Shared(String left, String right, boolean wanted) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            List<String> one = facts.folded(left, permission);
            List<String> other = facts.folded(right, permission);
            return !one.isEmpty() && !other.isEmpty() && one.stream().anyMatch(other::contains) == wanted;
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            return midnightIf(left.startsWith(Variables.TIME) || right.startsWith(Variables.TIME), at);
        }
    }

    record Moment(Instant limit, boolean before) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            return before ? facts.at().isBefore(limit) : facts.at().isAfter(limit);
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            // At the limit itself neither holds, so "after" changes one step later; asking again there is enough.
            return at.isBefore(limit)
                    ? Optional.of(limit)
                    : at.equals(limit) && !before ? Optional.of(limit.plusNanos(1)) : Optional.empty();
        }
    }

    record Daily(LocalTime from, LocalTime to) implements PreparedCondition {
        @Override
        public boolean holds(Facts facts, Permission permission) {
            LocalTime now = facts.at().atZone(ZoneOffset.UTC).toLocalTime();
            boolean begun = !now.isBefore(from);
            boolean over = !now.isBefore(to);
            if (from.equals(to)) {
                return false;
            }
            return from.isBefore(to) ? begun && !over : begun || !over;
        }

        @Override
        public Optional<Instant> nextChange(Instant at) {
            return Stream.of(from, to).map(it -> next(it, at)).min(Instant::compareTo);
        }

        private static Instant next(LocalTime time, Instant at) {
            ZonedDateTime utc = at.atZone(ZoneOffset.UTC);
            ZonedDateTime today = utc.with(time);
            return (today.isAfter(utc) ? today : today.plusDays(1)).toInstant();
        }
    }

    private static Optional<Instant> first(List<PreparedCondition> members, Instant at) {
        return members.stream()
                .map(it -> it.nextChange(at))
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    private static Optional<Instant> midnightIf(boolean ofTime, Instant at) {
        return ofTime ? Optional.of(at.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS)) : Optional.empty();
    }
}
