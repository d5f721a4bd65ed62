package io.holdfast.iam.decision;

import io.holdfast.iam.language.Position;
import java.util.Optional;

/**
 * Something that the author of a statement should know.
 *
 * @param statement its number in the policy, from 1
 * @param at the word that is meant; empty for what concerns the statement as a whole, or says itself where
 * @param severity ERROR when the statement can never grant as it stands, so that creating it is refused
 */
public record Finding(int statement, Optional<Position> at, Severity severity, String message) {
    public enum Severity {
        ERROR,
        WARNING
    }

    static Finding error(int statement, Position at, String message) {
        return new Finding(statement, Optional.of(at), Severity.ERROR, message);
    }

    static Finding warning(int statement, String message) {
        return new Finding(statement, Optional.empty(), Severity.WARNING, message);
    }

    static Finding warning(int statement, Position at, String message) {
        return new Finding(statement, Optional.of(at), Severity.WARNING, message);
    }
}
