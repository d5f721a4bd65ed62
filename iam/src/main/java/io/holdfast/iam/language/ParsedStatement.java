package io.holdfast.iam.language;

import java.util.List;

/**
 * A statement with the text it was read from.
 *
 * @param text as the author wrote it
 * @param places where its words stand in the text
 * @param warnings what was accepted although it is probably not meant so, as sentences for the author
 */
public record ParsedStatement(String text, Statement statement, Places places, List<String> warnings) {
    public ParsedStatement {
        warnings = List.copyOf(warnings);
    }
}
