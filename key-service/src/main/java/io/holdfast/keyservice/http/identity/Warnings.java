package io.holdfast.keyservice.http.identity;

import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;

/** Tells the author of what was accepted what may not be meant, in headers of the answer: {@code Warning}. */
final class Warnings {
    /** Headers of one answer; of a policy, all of them are told by {@link ValidateResource}. */
    private static final int MAX_WARNINGS = 16;

    /** Characters of one. */
    private static final int MAX_LENGTH = 300;

    private Warnings() {}

    static void add(Response.ResponseBuilder answer, List<String> warnings) {
        warnings.stream().limit(MAX_WARNINGS).forEach(it -> answer.header("Warning", quoted(it)));
    }

    /** A header field's quoted text (RFC 7234, 5.5): of ASCII, so what is not is told by its number. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("299 - \"");
        text.codePoints().limit(MAX_LENGTH).forEach(it -> {
            if (it < ' ' || it > '~') {
                quoted.append(String.format(Locale.ROOT, "U+%04X", it));
            } else {
                quoted.append(it == '"' || it == '\\' ? "\\" : "").appendCodePoint(it);
            }
        });
        return quoted.append('"').toString();
    }
}
