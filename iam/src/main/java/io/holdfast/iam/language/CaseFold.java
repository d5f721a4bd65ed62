package io.holdfast.iam.language;

/**
 * The one answer to "the same but for case". A letter outside ASCII never becomes one inside it: the Kelvin sign is not a
 * k, the dotless ı no i and the long ſ no s, as {@link String#equalsIgnoreCase} would have it. Otherwise whoever may
 * create groups could name one so that it passes for {@code Administrators}.
 */
public final class CaseFold {
    private static final int ASCII = 0x80;

    private CaseFold() {}

    /** Equal for two texts exactly when they are the same but for case. Folding twice changes nothing more. */
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ASCII || (c >= 'A' && c <= 'Z')) {
                return folded(text);
            }
        }
        return text;
    }

    public static boolean same(String one, String other) {
        return of(one).equals(of(other));
    }

    /** ASCII letters in upper case, all others as they are. */
    static String upper(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.chars().forEach(c -> out.append((char) (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c)));
        return out.toString();
    }

    private static String folded(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(it -> {
            int lower = Character.toLowerCase(it);
            out.appendCodePoint(it >= ASCII && lower < ASCII ? it : lower);
        });
        return out.toString();
    }
}
