package io.holdfast.iam.language;

import java.util.List;

/**
 * A statement with the text it was read from.
 *
 * @param text as the author wrote it
 * @param warnings what was accepted although it is probably not meant so, as sentences for the author
 */
public record ParsedStatement(String text, Statement statement, List<String> warnings) {
    public ParsedStatement {
        warnings = List.copyOf(warnings);
    }
}
