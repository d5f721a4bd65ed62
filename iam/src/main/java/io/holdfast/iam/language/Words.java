package io.holdfast.iam.language;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Which texts may stand where in a statement, so that whatever is a value can be written down and read again. */
final class Words {
    /** The same characters as WORD_CHARACTER of the grammar. */
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}._+@-]+");

    /** Keywords that a name must be quoted to equal; the grammar's rule {@code word} takes the others. */
    private static final Set<String> RESERVED =
            Set.of("id", "to", "inspect", "read", "use", "manage", "in", "where", "of", "as");

    private Words() {}

    static <T> List<T> atLeastOne(List<T> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("at least one is required");
        }
        return List.copyOf(values);
    }

    static boolean isBareName(String text) {
        return WORD.matcher(text).matches() && !RESERVED.contains(CaseFold.of(text));
    }

    static boolean isVariable(String text) {
        String lower = CaseFold.of(text);
        return (lower.startsWith("request.") || lower.startsWith("target.")) && !lower.endsWith(".");
    }

    static String requireWord(String text) {
        if (!isBareName(text)) {
            throw new IllegalArgumentException("not a word of the policy language");
        }
        return text;
    }

    /** For what stands where no keyword may, as a part of a longer word. */
    static String requireWordCharacters(String text) {
        if (!WORD.matcher(text).matches()) {
            throw new IllegalArgumentException("not a word");
        }
        return text;
    }

    static String requireName(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a name may not be empty");
        }
        return requireLine(text);
    }

    static String requireLine(String text) {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("a value may not span lines");
        }
        return text;
    }
}
