package io.holdfast.keyservice.vault;

import org.jspecify.annotations.Nullable;

/** The service cannot start with the root key that it was given. The message says what to do. */
public final class RootKeyRefused extends RuntimeException {
    public RootKeyRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
