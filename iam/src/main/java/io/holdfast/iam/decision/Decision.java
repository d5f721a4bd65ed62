package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Request.Need;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request is allowed, and why. The explanation names policies and values: it is for logs, the audit trail and
 * security officers, never for the principal that was denied.
 */
public sealed interface Decision {

    boolean allowed();

    /** One line for a security officer. */
    String explanation();

    /**
     * The first moment at which the clock alone might change the decision: it must not be used from then on. Empty when no
     * statement that bears on it looks at the time.
     */
    Optional<Instant> holdsUntil();

    /** Whether all of it is allowed; the decisions rest on the same policies. */
    static Decision ofAll(List<Decision> decisions) {
        List<Grant> grants = new ArrayList<>();
        List<Denied> denied = new ArrayList<>();
        Installation.Horizon whileAllowed = new Installation.Horizon();
        Installation.Horizon whileDenied = new Installation.Horizon();
        for (Decision decision : decisions) {
            switch (decision) {
                case Allowed allowed -> {
                    grants.addAll(allowed.grants());
                    whileAllowed.include(allowed.holdsUntil());
                }
                case Denied it -> {
                    denied.add(it);
                    whileDenied.include(it.holdsUntil());
                }
            }
        }
        return denied.isEmpty()
                ? new Allowed(grants, whileAllowed.until())
                : new Denied(
                        named -> denied.stream()
                                .flatMap(it -> it.denials(named).stream())
                                .toList(),
                        whileDenied.until());
    }

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
    record Allowed(List<Grant> grants, Optional<Instant> holdsUntil) implements Decision {
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
                    .map(it -> it.permission() + " " + it.kind().passive() + " "
                            + it.statement().describe())
                    .collect(Collectors.joining("; "));
        }
    }

    /** At least one need was not granted. The reasons are found when they are asked for. */
    final class Denied implements Decision {
        private final Function<Predicate<TenancyId>, List<Denial>> reasons;
        private final Optional<Instant> holdsUntil;
        private @Nullable List<Denial> found;

        /** @param reasons given which tenancies may be named */
        Denied(Function<Predicate<TenancyId>, List<Denial>> reasons, Optional<Instant> holdsUntil) {
            this.reasons = reasons;
            this.holdsUntil = holdsUntil;
        }

        @Override
        public boolean allowed() {
            return false;
        }

        @Override
        public Optional<Instant> holdsUntil() {
            return holdsUntil;
        }

        /** One for each need that was not granted. Looks at every statement, the first time it is called. */
        public synchronized List<Denial> denials() {
            List<Denial> known = found;
            if (known == null) {
                known = denials(any -> true);
                found = known;
            }
            return known;
        }

        /** The same for somebody who is to be told of other tenancies no more than that they are others. */
        public List<Denial> denials(Predicate<TenancyId> named) {
            return List.copyOf(reasons.apply(named));
        }

        @Override
        public String explanation() {
            return denials().stream().map(Denial::text).collect(Collectors.joining("; "));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Denied it && denials().equals(it.denials()) && holdsUntil.equals(it.holdsUntil);
        }

        @Override
        public int hashCode() {
            return denials().hashCode();
        }

        @Override
        public String toString() {
            return "Denied[" + explanation() + "]";
        }
    }

    /**
     * A statement that grants a permission that is needed; across tenancies each is endorsed by one and admitted by
     * another. Of several, one that the clock does not end, then the one nearest to the resource's compartment, then by
     * policy id and number.
     */
    record Grant(Permission permission, StatementRef statement, StatementKind kind) {}

    /**
     * A need that no statement grants, or that one denies.
     *
     * @param summary what is missing, for whom and where
     * @param nearest at most {@link PolicySet#MAX_NEAREST} statements that come close, those first of which the fewest parts
     *     fail
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

    /**
     * A statement that does not grant, and why.
     *
     * @param cause where several parts fail, the gravest
     * @param failures the comparisons that failed, whatever else did
     */
    record NearMiss(StatementRef statement, Cause cause, String why, List<Failure> failures) {
        public NearMiss {
            failures = List.copyOf(failures);
        }
    }

    /**
     * A comparison that is false for the request.
     *
     * @param condition as the statement has it
     * @param actual what the request has for each variable compared
     * @param missing a variable that the request does not have, which makes any comparison false
     */
    record Failure(String condition, List<Actual> actual, Optional<String> missing) {
        public Failure {
            actual = List.copyOf(actual);
        }

        /** @param values none when the request has no such variable */
        public record Actual(String variable, List<String> values) {
            public Actual {
                values = List.copyOf(values);
            }
        }

        public String text() {
            String text = "condition " + condition + " failed: ";
            return missing.map(it -> text + "the request has no " + it)
                    .orElseGet(() -> text
                            + actual.stream()
                                    .map(it -> (actual.size() == 1 ? "the actual value is " : it.variable() + " is ")
                                            + it.values().stream()
                                                    .map(value -> "'" + value + "'")
                                                    .collect(Collectors.joining(", ")))
                                    .collect(Collectors.joining(" and ")));
        }
    }

    /** What keeps a statement from granting, the nearest miss first. With several parts that fail, the last of these. */
    enum Cause {
        /** A Deny statement takes what others may give. */
        DENIED,
        /** Subject, permission and place fit; the condition is false. */
        CONDITION,
        /** The statement is for another place. */
        LOCATION,
        /** The statement gives less on the same resource type. */
        PERMISSION,
        /** The principal is not meant. */
        SUBJECT,
        /** The statement can grant nothing, for example because its compartment does not exist. */
        UNUSABLE
    }
}
