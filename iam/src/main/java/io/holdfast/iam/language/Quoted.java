package io.holdfast.iam.language;

import io.holdfast.kernel.Printable;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.Token;

/** Reads what stands between quotes or slashes. */
final class Quoted {
    private Quoted() {}

    /** The text of a quoted token, without its quotes and escapes. */
    static String text(Token token) {
        StringBuilder out = new StringBuilder();
        readEscaped(token, "'\\", (character, escaped) -> out.append(character));
        return out.toString();
    }

    static Condition.Pattern pattern(Token token) {
        List<String> pieces = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        readEscaped(token, "/\\*", (character, escaped) -> {
            if (character == '*' && !escaped) {
                pieces.add(piece.toString());
                piece.setLength(0);
            } else {
                piece.append(character);
            }
        });
        pieces.add(piece.toString());
        return new Condition.Pattern(pieces);
    }

    private interface CharacterSink {
        void accept(char character, boolean escaped);
    }

    /** Walks what stands between the delimiters of a token. */
    private static void readEscaped(Token token, String escapable, CharacterSink sink) {
        String text = token.getText();
        int i = 1;
        while (i < text.length() - 1) {
            char c = text.charAt(i++);
            if (c != '\\') {
                sink.accept(c, false);
                continue;
            }
            char escaped = text.charAt(i++);
            if (escapable.indexOf(escaped) < 0) {
                throw new PolicySyntaxException(
                        token.getLine(),
                        token.getCharPositionInLine() + 1 + text.codePointCount(0, i - 2),
                        "unknown escape \\" + Printable.shorten(String.valueOf(escaped))
                                + "; a backslash itself is written \\\\");
            }
            sink.accept(escaped, true);
        }
    }
}
