package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A field selector: {@code field=value}, {@code ==} and {@code !=}, comma-separated (apimachinery, {@code fields}). */
public final class FieldSelector {
    public static final FieldSelector ALL = new FieldSelector(List.of());

    private static final int MAX_LENGTH = 4_096;

    private record Term(String field, boolean equal, String value) {}

    private final List<Term> terms;

    private FieldSelector(List<Term> terms) {
        this.terms = List.copyOf(terms);
    }

    /** @throws ApiRefusal 400 when it cannot be parsed, or names a field that this kind cannot be selected by */
    public static FieldSelector parse(ResourceKind kind, String text) {
        if (text.isBlank()) {
            return ALL;
        }
        if (text.length() > MAX_LENGTH) {
            throw ApiRefusal.badRequest("the field selector is longer than " + MAX_LENGTH);
        }
        List<Term> terms = new ArrayList<>();
        for (String part : split(text)) {
            if (part.isEmpty()) {
                continue;
            }
            int at = operator(part);
            if (at < 0) {
                throw ApiRefusal.badRequest("invalid selector: '" + Printable.shorten(text) + "'; can't understand '"
                        + Printable.shorten(part) + "'");
            }
            boolean equal = part.charAt(at) == '=';
            int valueAt = equal && at + 1 < part.length() && part.charAt(at + 1) != '='
                    ? at + 1
                    : equal && at + 1 == part.length() ? at + 1 : at + 2;
            String field = part.substring(0, at).strip();
            boolean known =
                    switch (field) {
                        case "metadata.name" -> true;
                        case "metadata.namespace", "type" -> kind == ResourceKind.SECRET;
                        case "status.phase" -> kind == ResourceKind.NAMESPACE;
                        default -> false;
                    };
            if (!known) {
                throw ApiRefusal.badRequest("field label not supported: " + Printable.shorten(field));
            }
            terms.add(new Term(field, equal, unescape(part.substring(valueAt))));
        }
        return new FieldSelector(terms);
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == ',') {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static int operator(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '=' || (c == '!' && i + 1 < part.length() && part.charAt(i + 1) == '=')) {
                return i;
            }
        }
        return -1;
    }

    private static String unescape(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                i++;
                c = value.charAt(i);
            }
            out.append(c);
        }
        return out.toString();
    }

    public boolean isAll() {
        return terms.isEmpty();
    }

    /** The value that a field must have, where the selector asks for equality. */
    public Optional<String> exactly(String field) {
        return terms.stream()
                .filter(it -> it.equal() && it.field().equals(field))
                .map(Term::value)
                .findFirst();
    }

    public boolean matches(ObjectNode object) {
        ObjectNode meta = Json.objectAt(object, "metadata");
        for (Term term : terms) {
            String found =
                    switch (term.field()) {
                        case "metadata.name" -> Json.text(meta, "name");
                        case "metadata.namespace" -> Json.text(meta, "namespace");
                        case "type" -> Json.text(object, "type");
                        default -> Json.text(Json.objectAt(object, "status"), "phase");
                    };
            if (found.equals(term.value()) != term.equal()) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #matches} where only the names are known; a term on another field matches nothing. */
    public boolean matchesNames(String namespace, String name) {
        for (Term term : terms) {
            boolean holds =
                    switch (term.field()) {
                        case "metadata.name" -> name.equals(term.value()) == term.equal();
                        case "metadata.namespace" -> namespace.equals(term.value()) == term.equal();
                        default -> false;
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
