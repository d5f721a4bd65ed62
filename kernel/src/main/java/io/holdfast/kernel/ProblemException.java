package io.holdfast.kernel;

import org.jspecify.annotations.Nullable;

/**
 * A refusal that the caller is told about, with a catalogued code. The message is shown to the client: it names the
 * field or the state, never key or secret bytes.
 */
public class ProblemException extends RuntimeException {
    private final ProblemCode code;

    public ProblemException(ProblemCode code) {
        this(code, code.defaultMessage());
    }

    public ProblemException(ProblemCode code, String message) {
        this(code, message, null);
    }

    public ProblemException(ProblemCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** {@link ProblemCode#INVALID_PARAMETER} naming the field. */
    public static ProblemException invalid(String field, String why) {
        return new ProblemException(ProblemCode.INVALID_PARAMETER, field + " " + why);
    }

    /** {@link ProblemCode#MISSING_PARAMETER} naming the field. */
    public static ProblemException missing(String field) {
        return new ProblemException(ProblemCode.MISSING_PARAMETER, field + " is required");
    }

    /** The one answer for "does not exist" and "you may not": the two are indistinguishable to the caller. */
    public static ProblemException notFound() {
        return new ProblemException(ProblemCode.NOT_AUTHORIZED_OR_NOT_FOUND);
    }

    public ProblemCode code() {
        return code;
    }
}
