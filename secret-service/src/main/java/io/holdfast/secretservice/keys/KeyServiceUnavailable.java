package io.holdfast.secretservice.keys;

import org.jspecify.annotations.Nullable;

/** key-service does not answer, or answers what the contract does not allow; try again. */
public final class KeyServiceUnavailable extends RuntimeException {
    public KeyServiceUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
