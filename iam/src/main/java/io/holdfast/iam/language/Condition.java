package io.holdfast.iam.language;

import java.util.List;
import java.util.Locale;

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
            String first = pieces.getFirst();
            String last = pieces.getLast();
            if (pieces.size() == 1) {
                return value.equalsIgnoreCase(first);
            }
            if (value.length() < first.length() + last.length()
                    || !value.regionMatches(true, 0, first, 0, first.length())) {
                return false;
            }
            int end = value.length() - last.length();
            if (!value.regionMatches(true, end, last, 0, last.length())) {
                return false;
            }
            // The leftmost fit of each middle piece leaves the most room for those after it.
            int from = first.length();
            for (String piece : pieces.subList(1, pieces.size() - 1)) {
                int at = indexOfIgnoreCase(value, piece, from, end);
                if (at < 0) {
                    return false;
                }
                from = at + piece.length();
            }
            return true;
        }

        private static int indexOfIgnoreCase(String value, String piece, int from, int end) {
            for (int at = from; at + piece.length() <= end; at++) {
                if (value.regionMatches(true, at, piece, 0, piece.length())) {
                    return at;
                }
            }
            return -1;
        }
    }

    /** {@code request.…} or {@code target.…}, in lower case. */
    record Variable(String name) implements Operand {
        public Variable {
            name = Words.requireWord(name).toLowerCase(Locale.ROOT);
            if (!Words.isVariable(name)) {
                throw new IllegalArgumentException("a variable begins with 'request.' or 'target.'");
            }
        }
    }
}
