package io.holdfast.kernel;

/** Makes text that a client sent safe to repeat in a message: bounded, and without control characters. */
public final class Printable {
    private static final int LONGEST = 80;

    private Printable() {}

    /** The first {@value #LONGEST} characters, control characters replaced by '?'. */
    public static String shorten(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST) + 1);
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            out.append(Character.isISOControl(c) ? '?' : c);
        }
        return text.length() > LONGEST ? out.append('…').toString() : out.toString();
    }
}
