package io.holdfast.events;

import org.jspecify.annotations.Nullable;

/** Bytes that are no event we know: never retried, kept aside in the dead-letter topic. */
public final class UndecodableEvent extends RuntimeException {
    public UndecodableEvent(String message) {
        this(message, null);
    }

    public UndecodableEvent(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
