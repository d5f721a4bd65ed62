package io.holdfast.iam.language;

import java.util.Locale;

/**
 * What a statement lets its subject do with a resource type. Each verb includes those before it (OCI documentation,
 * "Verbs").
 */
public enum Verb {
    INSPECT,
    READ,
    USE,
    MANAGE;

    /** As written in a statement. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a statement with this verb gives what {@code lower} gives. */
    public boolean includes(Verb lower) {
        return compareTo(lower) >= 0;
    }
}
