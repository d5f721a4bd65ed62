package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import org.jspecify.annotations.Nullable;

/** A request without the body that it needs. */
final class Bodies {
    private Bodies() {}

    static <T> T required(@Nullable T body) {
        if (body == null) {
            throw new ProblemException(ProblemCode.CANNOT_PARSE_REQUEST, "The request has no body.");
        }
        return body;
    }
}
