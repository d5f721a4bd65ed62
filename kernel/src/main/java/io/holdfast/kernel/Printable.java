package io.holdfast.kernel;

/** Makes text that a client sent safe to repeat in a message: bounded, whole characters, and none of control. */
public final class Printable {
    private static final int LONGEST = 80;

    private Printable() {}

    /** The first {@value #LONGEST} characters; those of control, and halves of a surrogate pair, are replaced by '?'. */
    public static String shorten(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(c -> Character.isISOControl(c) || isHalf(c) ? '?' : c)
                .forEach(out::appendCodePoint);
        boolean whole = text.codePointCount(0, text.length()) <= LONGEST;
        return whole ? out.toString() : out.append('…').toString();
    }

    /** Whether a text has no half of a surrogate pair, which no UTF-8 can say (RFC 3629, section 3). */
    public static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(Printable::isHalf);
    }

    private static boolean isHalf(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
