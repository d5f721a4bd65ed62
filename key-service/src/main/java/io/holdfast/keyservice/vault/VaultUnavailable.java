package io.holdfast.keyservice.vault;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * A remote vault or a device did not answer, or said that it can't now. Trying again later may help. The message is shown to
 * the client: it names no host and no device.
 */
public final class VaultUnavailable extends ProblemException {
    public VaultUnavailable(String message, @Nullable Throwable cause) {
        super(ProblemCode.SERVICE_UNAVAILABLE, message, cause);
    }
}
