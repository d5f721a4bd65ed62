package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Request.Need;
import io.holdfast.kernel.Ocid.PolicyId;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a request is allowed, and why. The explanation names policies and values: it is for logs, the audit trail and
 * security officers, never for the principal that was denied.
 */
public sealed interface Decision {

    boolean allowed();

    /** One line for a security officer. */
    String explanation();

    /**
     * A statement of a policy.
     *
     * @param number from 1, as the policy lists it
     */
    record StatementRef(PolicyId policy, String policyName, int number, String text) {
        public String describe() {
            return "policy '" + Explanation.bounded(policyName) + "' statement " + number;
        }
    }

    /** Each need was granted. */
    record Allowed(List<Grant> grants) implements Decision {
        public Allowed {
            grants = List.copyOf(grants);
        }

        @Override
        public boolean allowed() {
            return true;
        }

        @Override
        public String explanation() {
            return grants.stream()
                    .map(it ->
                            it.permission() + " is granted by " + it.statement().describe())
                    .collect(Collectors.joining("; "));
        }
    }

    /** At least one need was not granted. */
    record Denied(List<Denial> denials) implements Decision {
        public Denied {
            denials = List.copyOf(denials);
        }

        @Override
        public boolean allowed() {
            return false;
        }

        @Override
        public String explanation() {
            return denials.stream().map(Denial::text).collect(Collectors.joining("; "));
        }
    }

    /**
     * A statement that grants a permission that is needed. Of several, the one nearest to the resource's compartment,
     * then by policy id and number.
     */
    record Grant(Permission permission, StatementRef statement) {}

    /**
     * A need that no statement grants.
     *
     * @param summary what is missing, for whom and where
     * @param nearest at most {@link PolicySet#MAX_NEAREST} statements that come close, the closest first
     */
    record Denial(Need need, String summary, List<NearMiss> nearest) {
        public Denial {
            nearest = List.copyOf(nearest);
        }

        public String text() {
            return nearest.isEmpty()
                    ? summary
                    : summary + "; nearest: "
                            + nearest.stream()
                                    .map(it -> it.statement().describe() + ": " + it.why())
                                    .collect(Collectors.joining("; "));
        }
    }

    /** A statement that does not grant, and why. */
    record NearMiss(StatementRef statement, Cause cause, String why) {}

    /** What keeps a statement from granting, the nearest miss first. */
    enum Cause {
        /** Subject, permission and place fit; the condition is false. */
        CONDITION,
        /** Subject and permission fit; the statement is for another place. */
        LOCATION,
        /** Subject and place fit; the statement gives less on the same resource type. */
        PERMISSION,
        /** Permission and place fit; the principal is not meant. */
        SUBJECT,
        /** The statement can grant nothing, for example because its compartment does not exist. */
        UNUSABLE
    }
}
