package io.holdfast.iam.language;

import io.holdfast.kernel.Printable;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** What was accepted although it is probably not meant so, each with its position. */
final class Warnings {
    private final List<String> all = new ArrayList<>();

    List<String> all() {
        return List.copyOf(all);
    }

    /** The documentation's examples keep the brackets of their templates, and authors copy them. */
    void brackets(@Nullable TerminalNode bracket) {
        if (bracket != null) {
            add(bracket.getSymbol(), "the angle brackets are not part of a name and were left out");
        }
    }

    void placeholder(Token at, String text) {
        add(at, "the OCID " + Printable.shorten(text) + " looks like a placeholder; the angle brackets were left out");
    }

    /** Of a quoted value: left as it stands, since a value may have any characters. */
    void value(Token at, String value) {
        if (value.indexOf('<') >= 0 && value.indexOf('>') > value.indexOf('<')) {
            add(
                    at,
                    "the value " + Printable.shorten(at.getText())
                            + " looks like a placeholder and is compared as it stands");
        }
        lookAlikes(at, "value", value);
    }

    void lookAlikes(Token at, String noun, String text) {
        LookAlikes.doubt(text).ifPresent(it -> add(at, "the " + noun + " " + it));
    }

    void add(Token at, String message) {
        all.add("line " + at.getLine() + ":" + (at.getCharPositionInLine() + 1) + ": " + message);
    }
}
