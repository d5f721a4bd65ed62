package io.holdfast.keyservice.oci;

import org.jspecify.annotations.Nullable;

/** The service cannot use a vault of Oracle's as it is configured. The message names the setting and says what it must be. */
public final class OciRefused extends RuntimeException {
    public OciRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
