package io.holdfast.iam.language;

/**
 * Where something stands in a statement.
 *
 * @param line from 1
 * @param column the character (code point) in the line, from 1
 */
public record Position(int line, int column) {
    /** For the beginning of a message. */
    public String prefix() {
        return "line " + line + ":" + column + ": ";
    }
}
