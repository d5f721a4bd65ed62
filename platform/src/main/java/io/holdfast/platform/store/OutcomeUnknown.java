package io.holdfast.platform.store;

import org.jspecify.annotations.Nullable;

/** A transaction was sent and no answer came: it may or may not have been applied. Read before repeating. */
public final class OutcomeUnknown extends RuntimeException {
    public OutcomeUnknown(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
