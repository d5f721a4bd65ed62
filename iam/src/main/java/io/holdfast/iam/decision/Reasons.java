package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompiledStatement.Unusable;
import io.holdfast.iam.decision.Decision.Cause;
import io.holdfast.iam.decision.Decision.Denial;
import io.holdfast.iam.decision.Decision.Failure;
import io.holdfast.iam.decision.Decision.NearMiss;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.Installation.Question;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Says why one tenancy did not agree to one need: which of its statements came closest, and what they lack. */
final class Reasons {
    private final Side side;
    private final Need need;
    private final Question question;
    private final String place;

    /** @param place where the need is, in words */
    Reasons(Side side, Need need, Question question, String place) {
        this.side = side;
        this.need = need;
        this.question = question;
        this.place = place;
    }

    /** "no statement grants KEY_READ on keys in the tenancy to cluster ocid1…". */
    static String summary(StatementKind kind, Need need, String place, Principal principal) {
        String types = need.anyOf().stream()
                .map(it -> it.resourceType().word())
                .distinct()
                .collect(Collectors.joining(" or "));
        return "no statement " + kind.active() + " " + names(need) + " on " + types + " in " + place + " to "
                + principal.describe();
    }

    private static String names(Need need) {
        return need.anyOf().stream().map(Permission::name).collect(Collectors.joining(" or "));
    }

    /** Empty when this tenancy agrees. */
    Optional<Denial> denial() {
        List<NearMiss> denying = new ArrayList<>();
        for (Permission permission : need.anyOf()) {
            if (side.granting(permission, question).isEmpty()) {
                continue;
            }
            Optional<CompiledStatement> taken = side.denying(permission, question);
            if (taken.isEmpty()) {
                return Optional.empty();
            }
            denying.add(
                    new NearMiss(taken.orElseThrow().ref(), Cause.DENIED, "it denies " + permission.name(), List.of()));
        }
        String summary = denying.isEmpty()
                ? summary(side.kind(), need, place, question.principal()) + inTenancy()
                : names(need) + " in " + place + " is denied to "
                        + question.principal().describe() + inTenancy();
        List<NearMiss> misses = denying.isEmpty() ? nearest() : denying;
        return Optional.of(new Denial(need, summary, misses));
    }

    private String inTenancy() {
        return side.kind() == StatementKind.ALLOW
                ? ""
                : ", in the policies of "
                        + side.policies().context().describe(side.policies().tenancy());
    }

    /** A statement with its cause; the sentence is made for the few that are told. */
    private record Candidate(Cause cause, Supplier<NearMiss> miss) {}

    private List<NearMiss> nearest() {
        List<Candidate> candidates = new ArrayList<>();
        for (CompiledStatement statement : side.policies().statements()) {
            if (statement.kind() == side.kind()) {
                candidate(statement).ifPresent(candidates::add);
            }
        }
        for (Unusable statement : side.policies().unusableStatements()) {
            if (couldConcern(statement)) {
                candidates.add(new Candidate(
                        Cause.UNUSABLE,
                        () -> miss(statement.ref(), Cause.UNUSABLE, "it can't grant: " + statement.why())));
            }
        }
        // Stable: within a cause, by policy and number.
        return candidates.stream()
                .sorted(Comparator.comparing(Candidate::cause))
                .limit(PolicySet.MAX_NEAREST)
                .map(it -> it.miss().get())
                .toList();
    }

    private static NearMiss miss(StatementRef statement, Cause cause, String why) {
        return new NearMiss(statement, cause, why, List.of());
    }

    private Optional<Candidate> candidate(CompiledStatement statement) {
        Optional<Permission> given =
                need.anyOf().stream().filter(statement.permissions()::contains).findFirst();
        boolean meant = statement.isFor(question.subjects());
        boolean here = side.chain().contains(statement.location()) && statement.concerns(side.other());
        if (given.isPresent() && meant && here) {
            return statement
                    .condition()
                    .map(it -> new Candidate(Cause.CONDITION, () -> failed(statement, it, given.orElseThrow())));
        }
        if (given.isPresent() && meant) {
            return Optional.of(
                    new Candidate(Cause.LOCATION, () -> miss(statement.ref(), Cause.LOCATION, whyNotHere(statement))));
        }
        if (given.isPresent() && here) {
            return Optional.of(new Candidate(
                    Cause.SUBJECT,
                    () -> miss(statement.ref(), Cause.SUBJECT, statement.whyNotFor(question.principal()))));
        }
        boolean lesser = statement.permissions().stream()
                .anyMatch(it -> need.anyOf().stream().anyMatch(needed -> needed.resourceType() == it.resourceType()));
        return meant && here && lesser
                ? Optional.of(new Candidate(
                        Cause.PERMISSION,
                        () -> miss(
                                statement.ref(),
                                Cause.PERMISSION,
                                "it gives " + statement.permissionsLike(need.anyOf()) + " and not " + names(need))))
                : Optional.empty();
    }

    private NearMiss failed(CompiledStatement statement, Condition condition, Permission permission) {
        List<Failure> failures = FailedConditions.of(condition, question.facts(), permission);
        String why = failures.stream().map(Failure::text).collect(Collectors.joining(", and "));
        return new NearMiss(statement.ref(), Cause.CONDITION, why, failures);
    }

    private String whyNotHere(CompiledStatement statement) {
        PolicyContext context = side.policies().context();
        return statement
                .other()
                .filter(it -> !it.equals(side.other()))
                .map(it -> "it is about " + context.describe(it) + ", not " + context.describe(side.other()))
                .orElseGet(() -> "it covers " + side.policies().compartments().describe(statement.location()) + ", not "
                        + place);
    }

    /** The names in an Admit may be aliases that nobody defined: then it is not known who is meant. */
    private boolean couldBeMeant(Subject subject) {
        return side.kind() == StatementKind.ADMIT
                || !Collections.disjoint(SubjectKeys.of(subject), question.subjects());
    }

    private boolean couldConcern(Unusable unusable) {
        return unusable.meaning()
                .map(it -> it.kind() == side.kind()
                        && couldBeMeant(it.subject())
                        && (it.permissions().isEmpty() || !Collections.disjoint(it.permissions(), need.anyOf())))
                .orElse(true);
    }
}
