package io.holdfast.clusterservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what clients sent, and says which field is wrong. */
final class Fields {
    private static final int LONGEST_NAME = 255;
    private static final int MOST_TAGS = 64;
    private static final int LONGEST_TAG = 256;
    private static final int DEEPEST = 32;

    private Fields() {}

    static String required(String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw ProblemException.missing(field);
        }
        return value;
    }

    /** A required value of a type that refuses what it is not. */
    static <T> T of(String field, @Nullable String value, Function<String, T> constructor) {
        String present = required(field, value);
        try {
            return constructor.apply(present);
        } catch (ProblemException e) {
            throw ProblemException.invalid(field, "is invalid: " + e.getMessage());
        }
    }

    /** The compartment of a list request. */
    static CompartmentId compartment(@Nullable String value) {
        return of("compartmentId", value, CompartmentId::new);
    }

    /** An id in the path: what is none names nothing that exists. */
    static <T> T pathId(String value, Function<String, T> constructor) {
        try {
            return constructor.apply(value);
        } catch (ProblemException e) {
            throw ProblemException.notFound();
        }
    }

    static String name(@Nullable String value) {
        String present = required("name", value);
        if (present.length() > LONGEST_NAME || present.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.invalid(
                    "name", "must be 1 to " + LONGEST_NAME + " characters without control characters");
        }
        return present;
    }

    /** A whole number of the query; null when absent. */
    static @Nullable Integer number(String field, @Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            return Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw ProblemException.invalid(field, "'" + Printable.shorten(value) + "' is not a number");
        }
    }

    /** A text that sorts as the time does; no time sorts last. */
    static String sortable(Optional<Instant> time) {
        return time.map(at -> "%015d".formatted(Math.max(0, at.toEpochMilli()))).orElse("~");
    }

    static String oneOf(String field, String value, List<String> allowed) {
        if (!allowed.contains(value)) {
            throw ProblemException.invalid(
                    field, "'" + Printable.shorten(value) + "' is none of " + String.join(", ", allowed));
        }
        return value;
    }

    static Map<String, Object> freeformTags(@Nullable Map<String, @Nullable Object> tags) {
        Map<String, Object> kept = object("freeformTags", tags);
        kept.forEach((key, value) -> {
            if (!(value instanceof String text) || text.length() > LONGEST_TAG) {
                throw ProblemException.invalid(
                        "freeformTags", "must map names to texts of at most " + LONGEST_TAG + " characters");
            }
        });
        return tags("freeformTags", kept);
    }

    static Map<String, Object> definedTags(@Nullable Map<String, @Nullable Object> tags) {
        Map<String, Object> kept = object("definedTags", tags);
        kept.forEach((key, value) -> {
            if (!(value instanceof Map<?, ?>)) {
                throw ProblemException.invalid("definedTags", "must map namespaces to maps of names to values");
            }
        });
        return tags("definedTags", kept);
    }

    private static Map<String, Object> tags(String field, Map<String, Object> kept) {
        if (kept.size() > MOST_TAGS || kept.keySet().stream().anyMatch(key -> key.length() > LONGEST_TAG)) {
            throw ProblemException.invalid(
                    field, "may have " + MOST_TAGS + " entries with names of at most " + LONGEST_TAG + " characters");
        }
        return kept;
    }

    /** A JSON object as it came, without nulls; empty when absent. */
    static Map<String, Object> object(String field, @Nullable Map<String, @Nullable Object> value) {
        return value == null ? Map.of() : withoutNulls(field, value, 0);
    }

    /** A JSON array as it came, without nulls; empty when absent. */
    static List<Object> array(String field, @Nullable List<@Nullable Object> value) {
        return value == null ? List.of() : withoutNulls(field, value, 0);
    }

    private static Map<String, Object> withoutNulls(String field, Map<?, ?> map, int depth) {
        Map<String, Object> kept = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value != null) {
                kept.put(String.valueOf(key), plain(field, value, depth));
            }
        });
        return kept;
    }

    private static List<Object> withoutNulls(String field, List<?> list, int depth) {
        List<Object> kept = new ArrayList<>();
        for (Object value : list) {
            if (value != null) {
                kept.add(plain(field, value, depth));
            }
        }
        return kept;
    }

    private static Object plain(String field, Object value, int depth) {
        if (depth >= DEEPEST) {
            throw ProblemException.invalid(field, "is nested too deeply");
        }
        if (value instanceof Map<?, ?> map) {
            return withoutNulls(field, map, depth + 1);
        }
        if (value instanceof List<?> list) {
            return withoutNulls(field, list, depth + 1);
        }
        return value;
    }
}
