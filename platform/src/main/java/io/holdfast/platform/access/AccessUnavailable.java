package io.holdfast.platform.access;

import org.jspecify.annotations.Nullable;

/** key-service did not answer, so nobody can say who a caller is or what it may: nothing is served; try again. */
public final class AccessUnavailable extends RuntimeException {
    public AccessUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
