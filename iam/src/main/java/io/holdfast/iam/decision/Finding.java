package io.holdfast.iam.decision;

/**
 * Something that the author of a statement should know.
 *
 * @param severity ERROR when the statement can never grant as it stands, so that creating it is refused
 */
public record Finding(Severity severity, String message) {
    public enum Severity {
        ERROR,
        WARNING
    }

    static Finding error(String message) {
        return new Finding(Severity.ERROR, message);
    }

    static Finding warning(String message) {
        return new Finding(Severity.WARNING, message);
    }
}
