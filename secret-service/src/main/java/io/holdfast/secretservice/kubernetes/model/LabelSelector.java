package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A label selector: comma-separated requirements that must all hold (apimachinery, {@code labels.Parse}).
 *
 * <pre>
 * requirement = key | "!" key | key ("=" | "==" | "!=" | "&lt;" | "&gt;") value | key ("in" | "notin") "(" value *("," value) ")"
 * </pre>
 */
public final class LabelSelector {
    /** Selects everything. */
    public static final LabelSelector ALL = new LabelSelector(List.of());

    private static final int MAX_LENGTH = 4_096;

    private enum Operator {
        EXISTS,
        ABSENT,
        IN,
        NOT_IN,
        LESS,
        GREATER
    }

    private record Requirement(String key, Operator operator, Set<String> values) {}

    private final List<Requirement> requirements;

    private LabelSelector(List<Requirement> requirements) {
        this.requirements = List.copyOf(requirements);
    }

    /** @throws ApiRefusal 400 when it cannot be parsed */
    public static LabelSelector parse(String text) {
        if (text.isBlank()) {
            return ALL;
        }
        if (text.length() > MAX_LENGTH) {
            throw ApiRefusal.badRequest("unable to parse requirement: the label selector is longer than " + MAX_LENGTH);
        }
        return new Parser(text).parse();
    }

    public boolean isAll() {
        return requirements.isEmpty();
    }

    public boolean matches(ObjectNode object) {
        ObjectNode labels = Json.objectAt(Json.objectAt(object, "metadata"), "labels");
        for (Requirement requirement : requirements) {
            boolean present = labels.get(requirement.key()) != null;
            String value = Json.text(labels, requirement.key());
            boolean holds =
                    switch (requirement.operator()) {
                        case EXISTS -> present;
                        case ABSENT -> !present;
                        case IN -> present && requirement.values().contains(value);
                        case NOT_IN -> !present || !requirement.values().contains(value);
                        case LESS -> present && compare(value, requirement) < 0;
                        case GREATER -> present && compare(value, requirement) > 0;
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    /** 0 when the label is no number: it is then neither less nor greater. */
    private static int compare(String value, Requirement requirement) {
        try {
            return Long.compare(
                    Long.parseLong(value),
                    Long.parseLong(requirement.values().iterator().next()));
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        LabelSelector parse() {
            List<Requirement> out = new ArrayList<>();
            out.add(requirement());
            skipSpace();
            while (at < text.length()) {
                expect(',');
                out.add(requirement());
                skipSpace();
            }
            return new LabelSelector(out);
        }

        private Requirement requirement() {
            skipSpace();
            if (peek() == '!') {
                at++;
                return new Requirement(key(), Operator.ABSENT, Set.of());
            }
            String key = key();
            skipSpace();
            switch (peek()) {
                case ',', '\0' -> {
                    return new Requirement(key, Operator.EXISTS, Set.of());
                }
                case '=' -> {
                    at++;
                    if (peek() == '=') {
                        at++;
                    }
                    return new Requirement(key, Operator.IN, Set.of(value()));
                }
                case '!' -> {
                    at++;
                    expect('=');
                    return new Requirement(key, Operator.NOT_IN, Set.of(value()));
                }
                case '<', '>' -> {
                    Operator operator = peek() == '<' ? Operator.LESS : Operator.GREATER;
                    at++;
                    String bound = value();
                    try {
                        Long.parseLong(bound);
                    } catch (NumberFormatException noNumber) {
                        throw refused("for 'Gt', 'Lt' operators, the value must be an integer");
                    }
                    return new Requirement(key, operator, Set.of(bound));
                }
                default -> {
                    String word = word();
                    Operator operator =
                            switch (word) {
                                case "in" -> Operator.IN;
                                case "notin" -> Operator.NOT_IN;
                                default ->
                                    throw refused("found '" + Printable.shorten(word)
                                            + "', expected: in, notin, =, ==, !=, gt, lt");
                            };
                    return new Requirement(key, operator, values());
                }
            }
        }

        private Set<String> values() {
            Set<String> values = new TreeSet<>();
            skipSpace();
            expect('(');
            values.add(value());
            skipSpace();
            while (peek() == ',') {
                at++;
                values.add(value());
                skipSpace();
            }
            expect(')');
            return values;
        }

        private String key() {
            skipSpace();
            String key = word();
            String wrong = Names.qualified(key);
            if (wrong != null) {
                throw refused("key: Invalid value: \"" + Printable.shorten(key) + "\": " + wrong);
            }
            return key;
        }

        private String value() {
            skipSpace();
            String value = word();
            String wrong = Names.labelValue(value);
            if (wrong != null) {
                throw refused("values: Invalid value: \"" + Printable.shorten(value) + "\": " + wrong);
            }
            return value;
        }

        private String word() {
            int from = at;
            while (at < text.length() && " \t,=!()<>".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(from, at);
        }

        private char peek() {
            return at < text.length() ? text.charAt(at) : '\0';
        }

        private void expect(char c) {
            if (peek() != c) {
                throw refused("found '" + Printable.shorten(text.substring(at)) + "', expected '" + c + "'");
            }
            at++;
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private static ApiRefusal refused(String why) {
            return ApiRefusal.badRequest("unable to parse requirement: " + why);
        }
    }
}
