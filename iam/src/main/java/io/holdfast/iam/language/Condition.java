package io.holdfast.iam.language;

import java.time.Instant;
import java.time.LocalTime;
import java.util.List;

/**
 * What a request must meet (OCI documentation, "Conditions"). A comparison whose variable the request does not have is
 * false, whatever its operator.
 */
public sealed interface Condition {

    /** True when each member is. */
    record All(List<Condition> members) implements Condition {
        public All {
            members = Words.atLeastOne(members);
        }
    }

    /** True when at least one member is. */
    record Any(List<Condition> members) implements Condition {
        public Any {
            members = Words.atLeastOne(members);
        }
    }

    /** {@code variable = operand} or {@code variable != operand}. */
    record Compare(Variable variable, Operator operator, Operand operand) implements Condition {}

    /** {@code variable in ('a', 'b')}. */
    record OneOf(Variable variable, List<String> values) implements Condition {
        public OneOf {
            values = Words.atLeastOne(values);
            values.forEach(Words::requireLine);
        }
    }

    /** {@code variable not in ('a', 'b')}. */
    record NoneOf(Variable variable, List<String> values) implements Condition {
        public NoneOf {
            values = Words.atLeastOne(values);
            values.forEach(Words::requireLine);
        }
    }

    /** {@code sets-intersect(a, b)}: some value of the one is also a value of the other. */
    record Intersect(Variable left, Variable right) implements Condition {}

    /** {@code request.utc-timestamp before '2027-01-01T00:00Z'}: until then, and not at that moment itself. */
    record Before(Instant limit) implements Condition {
        public Before {
            Times.requireYear(limit);
        }
    }

    /** {@code request.utc-timestamp after '2026-01-01T00:00Z'}: from then on, and not at that moment itself. */
    record After(Instant limit) implements Condition {
        public After {
            Times.requireYear(limit);
        }
    }

    /**
     * {@code request.utc-timestamp.time-of-day between '08:00:00Z' and '18:00:00Z'}: each day in UTC, from the one until
     * before the other; over midnight when the second is the earlier. Two equal times hold never.
     */
    record TimeOfDay(LocalTime from, LocalTime to) implements Condition {
        public TimeOfDay {
            Times.requireSeconds(from);
            Times.requireSeconds(to);
        }
    }

    enum Operator {
        EQUAL("="),
        NOT_EQUAL("!=");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        public String sign() {
            return sign;
        }
    }

    /** What a variable is compared with. */
    sealed interface Operand permits Text, Pattern, Variable {}

    /** A quoted value, without its quotes and escapes. Compared without regard to case. */
    record Text(String value) implements Operand {
        public Text {
            Words.requireLine(value);
        }
    }

    /**
     * {@code /a*b/}: literal pieces with any run of characters between each two; one piece alone is the whole value.
     * Compared without regard to case.
     */
    record Pattern(List<String> pieces) implements Operand {
        public Pattern {
            pieces = Words.atLeastOne(pieces);
            pieces.forEach(Words::requireLine);
            if (pieces.size() == 1 && pieces.getFirst().isEmpty()) {
                throw new IllegalArgumentException("a pattern may not be empty");
            }
        }

        /** Whether the whole value fits. Takes at most (pattern length × value length) steps. */
        public boolean matches(String value) {
            return folded().matchesFolded(CaseFold.of(value));
        }

        /** The same pattern for values that are folded already, see {@link #matchesFolded}. */
        public Pattern folded() {
            return new Pattern(pieces.stream().map(CaseFold::of).toList());
        }

        /**
         * Whether a value folded by {@link CaseFold} fits; this pattern must be {@link #folded()}. Takes at most (pattern
         * length × value length) steps.
         */
        public boolean matchesFolded(String value) {
            String first = pieces.getFirst();
            String last = pieces.getLast();
            if (pieces.size() == 1) {
                return value.equals(first);
            }
            if (value.length() < first.length() + last.length() || !value.startsWith(first) || !value.endsWith(last)) {
                return false;
            }
            // The leftmost fit of each middle piece leaves the most room for those after it.
            int end = value.length() - last.length();
            int from = first.length();
            for (String piece : pieces.subList(1, pieces.size() - 1)) {
                int at = value.indexOf(piece, from);
                if (at < 0 || at + piece.length() > end) {
                    return false;
                }
                from = at + piece.length();
            }
            return true;
        }
    }

    /** {@code request.…} or {@code target.…}, in lower case; not those that are compared as times. */
    record Variable(String name) implements Operand {
        public Variable {
            name = CaseFold.of(Words.requireWord(name));
            if (!Words.isVariable(name)) {
                throw new IllegalArgumentException("a variable begins with 'request.' or 'target.'");
            }
            if (Times.hasOperatorsOfItsOwn(name)) {
                throw new IllegalArgumentException(name + " is compared by Before, After and TimeOfDay");
            }
        }
    }
}
