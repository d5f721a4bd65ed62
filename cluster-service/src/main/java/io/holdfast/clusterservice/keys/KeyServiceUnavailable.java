package io.holdfast.clusterservice.keys;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import org.jspecify.annotations.Nullable;

/** key-service did not answer, or not as the contract says: what was asked may or may not have happened. */
public final class KeyServiceUnavailable extends ProblemException {
    public KeyServiceUnavailable(String what, @Nullable Throwable cause) {
        super(
                ProblemCode.SERVICE_UNAVAILABLE,
                "The key service does not answer (" + what + "); try again later.",
                cause);
    }
}
