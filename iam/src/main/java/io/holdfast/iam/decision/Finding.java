package io.holdfast.iam.decision;

/**
 * Something that the author of a statement should know.
 *
 * @param statement its number in the policy, from 1
 * @param severity ERROR when the statement can never grant as it stands, so that creating it is refused
 */
public record Finding(int statement, Severity severity, String message) {
    public enum Severity {
        ERROR,
        WARNING
    }

    static Finding error(int statement, String message) {
        return new Finding(statement, Severity.ERROR, message);
    }

    static Finding warning(int statement, String message) {
        return new Finding(statement, Severity.WARNING, message);
    }
}
