package io.holdfast.iam.decision;

import io.holdfast.kernel.Ocid;

/** Keeps what stands in explanations on one line and short enough to log; an OCID always fits whole. */
final class Explanation {
    private Explanation() {}

    /** Neither ends a line nor turns the order of what is read. */
    private static boolean isSafe(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    static String bounded(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), Ocid.MAX_LENGTH) + 1);
        for (int i = 0; i < text.length() && i < Ocid.MAX_LENGTH; i++) {
            char c = text.charAt(i);
            out.append(isSafe(c) ? c : '?');
        }
        return text.length() > Ocid.MAX_LENGTH ? out.append('…').toString() : out.toString();
    }
}
