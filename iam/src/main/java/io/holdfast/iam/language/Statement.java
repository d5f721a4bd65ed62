package io.holdfast.iam.language;

import java.util.Optional;

/**
 * One policy statement (OCI documentation, "Policy Syntax"). Two statements that mean the same text up to case of
 * keywords and spacing are equal.
 */
public sealed interface Statement {

    /**
     * Gives the subject the action on resources in the location, for requests that meet the condition.
     *
     * @param condition empty when the statement has no {@code where}
     */
    record Allow(Subject subject, Action action, Location location, Optional<Condition> condition)
            implements Statement {}
}
