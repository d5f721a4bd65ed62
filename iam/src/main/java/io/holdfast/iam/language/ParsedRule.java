package io.holdfast.iam.language;

import java.util.List;

/**
 * A matching rule with the text it was read from.
 *
 * @param text as the author wrote it
 * @param warnings what was accepted although it is probably not meant so, as sentences for the author
 */
public record ParsedRule(String text, MatchingRule rule, List<String> warnings) {
    public ParsedRule {
        warnings = List.copyOf(warnings);
    }
}
