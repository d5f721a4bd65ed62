package io.holdfast.keyservice.identity;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for what clients name and describe (OCI documentation, "Managing Compartments", "Managing Users" and so on). */
final class Names {
    static final int MAX_NAME = 100;
    static final int MAX_DESCRIPTION = 400;
    static final int MAX_EMAIL = 255;
    /** Of a {@code sub} claim (OpenID Connect Core 1.0, section 2). */
    static final int MAX_EXTERNAL_IDENTIFIER = 255;

    static final int MAX_TAGS = 64;
    private static final int MAX_TAG = 256;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_NAME + "}");
    /** A user is often named by an e-mail address. */
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9._+@-]{1," + MAX_NAME + "}");
    /** Single spaces between words: a statement names such a group in quotes. */
    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]+(?: [A-Za-z0-9._-]+)*");

    private static final Pattern EMAIL = Pattern.compile("[^@\\s\\p{Cntrl}]+@[^@\\s\\p{Cntrl}]+");

    /** A {@code sub} claim is ASCII; that it shows keeps two that look the same apart. */
    private static final Pattern EXTERNAL_IDENTIFIER =
            Pattern.compile("[\\x21-\\x7E]{1," + MAX_EXTERNAL_IDENTIFIER + "}");

    private Names() {}

    static String name(@Nullable String name) {
        return matching(name, NAME, "letters, digits, periods, hyphens and underscores");
    }

    static String user(@Nullable String name) {
        return matching(name, USER, "letters, digits, periods, hyphens, underscores, + and @");
    }

    /** Of a group or a dynamic group. */
    static String group(@Nullable String name) {
        return matching(
                name, GROUP, "letters, digits, periods, hyphens and underscores, with single spaces between words");
    }

    private static String matching(@Nullable String name, Pattern pattern, String what) {
        if (name == null) {
            throw ProblemException.missing("name");
        }
        if (name.length() > MAX_NAME || !pattern.matcher(name).matches()) {
            throw ProblemException.invalid("name", "must be 1 to " + MAX_NAME + " " + what);
        }
        return name;
    }

    /** @return null for none */
    static @Nullable String email(@Nullable String email) {
        if (email == null || email.isEmpty()) {
            return null;
        }
        if (email.length() > MAX_EMAIL || !EMAIL.matcher(email).matches()) {
            throw ProblemException.invalid("email", "is no e-mail address of at most " + MAX_EMAIL + " characters");
        }
        return email;
    }

    /** @return null for none */
    static @Nullable String externalIdentifier(@Nullable String identifier) {
        if (identifier == null || identifier.isEmpty()) {
            return null;
        }
        if (!EXTERNAL_IDENTIFIER.matcher(identifier).matches()) {
            throw ProblemException.invalid(
                    "externalIdentifier",
                    "must be 1 to " + MAX_EXTERNAL_IDENTIFIER + " printable ASCII characters without spaces");
        }
        return identifier;
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
