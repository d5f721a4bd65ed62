package io.holdfast.keyservice.identity;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for what clients name and describe (OCI documentation, "Managing Compartments", "Managing Policies"). */
final class Names {
    static final int MAX_NAME = 100;
    static final int MAX_DESCRIPTION = 400;
    static final int MAX_TAGS = 64;
    private static final int MAX_TAG = 256;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_NAME + "}");

    private Names() {}

    static String name(@Nullable String name) {
        if (name == null) {
            throw ProblemException.missing("name");
        }
        if (!NAME.matcher(name).matches()) {
            throw ProblemException.invalid(
                    "name", "must be 1 to " + MAX_NAME + " letters, digits, periods, hyphens and underscores");
        }
        return name;
    }

    static String description(@Nullable String description) {
        if (description == null) {
            throw ProblemException.missing("description");
        }
        if (description.isBlank() || description.length() > MAX_DESCRIPTION) {
            throw ProblemException.invalid("description", "must be 1 to " + MAX_DESCRIPTION + " characters");
        }
        return description;
    }

    static Map<String, String> freeformTags(@Nullable Map<String, String> tags) {
        if (tags == null) {
            return Map.of();
        }
        if (tags.size() > MAX_TAGS) {
            throw ProblemException.invalid("freeformTags", "may have at most " + MAX_TAGS + " tags");
        }
        tags.forEach((name, value) -> {
            if (value == null || name.length() > MAX_NAME || value.length() > MAX_TAG) {
                throw ProblemException.invalid("freeformTags", "holds a tag that is too long or has no value");
            }
        });
        return tags;
    }

    static Map<String, Map<String, Object>> definedTags(@Nullable Map<String, Map<String, Object>> tags) {
        if (tags == null || tags.isEmpty()) {
            return Map.of();
        }
        throw new ProblemException(
                ProblemCode.INVALID_PARAMETER, "definedTags names a tag namespace that does not exist");
    }
}
