package io.holdfast.keyservice.vault;

import org.jspecify.annotations.Nullable;

/** The service cannot use the HSM that it was given. The message says what to do. */
public final class HsmRefused extends RuntimeException {
    public HsmRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
