package io.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/** A part of the test stack could not be started, stopped or reached; the message says which and shows its log's end. */
public final class TestkitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TestkitException(String message) {
        this(message, null);
    }

    public TestkitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
