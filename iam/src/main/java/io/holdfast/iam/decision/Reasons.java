package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompiledStatement.Unusable;
import io.holdfast.iam.decision.Decision.Cause;
import io.holdfast.iam.decision.Decision.Denial;
import io.holdfast.iam.decision.Decision.Failure;
import io.holdfast.iam.decision.Decision.NearMiss;
import io.holdfast.iam.decision.Installation.Question;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.language.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
        return Optional.of(
                new Denial(need, summary, misses.subList(0, Math.min(misses.size(), PolicySet.MAX_NEAREST))));
    }

    private String inTenancy() {
        return side.kind() == StatementKind.ALLOW
                ? ""
                : ", in the policies of "
                        + side.policies().context().describe(side.policies().tenancy());
    }

    private List<NearMiss> nearest() {
        List<NearMiss> misses = new ArrayList<>();
        for (CompiledStatement statement : side.policies().statements()) {
            if (statement.kind() == side.kind()) {
                nearMiss(statement).ifPresent(misses::add);
            }
        }
        for (Unusable statement : side.policies().unusableStatements()) {
            if (couldConcern(statement)) {
                misses.add(
                        new NearMiss(statement.ref(), Cause.UNUSABLE, "it can't grant: " + statement.why(), List.of()));
            }
        }
        // Stable: within a cause, by policy and number.
        misses.sort(Comparator.comparing(NearMiss::cause));
        return misses;
    }

    private Optional<NearMiss> nearMiss(CompiledStatement statement) {
        Optional<Permission> given =
                need.anyOf().stream().filter(statement.permissions()::contains).findFirst();
        boolean meant = statement.isFor(question.subjects());
        boolean here = side.chain().contains(statement.location()) && statement.concerns(side.other());
        if (given.isPresent() && meant && here) {
            return statement.condition().map(it -> {
                List<Failure> failures = FailedConditions.of(it, question.facts(), given.orElseThrow());
                String why = failures.stream().map(Failure::text).collect(Collectors.joining(", and "));
                return new NearMiss(statement.ref(), Cause.CONDITION, why, failures);
            });
        }
        if (given.isPresent() && meant) {
            return Optional.of(new NearMiss(statement.ref(), Cause.LOCATION, whyNotHere(statement), List.of()));
        }
        if (given.isPresent() && here) {
            return Optional.of(
                    new NearMiss(statement.ref(), Cause.SUBJECT, statement.whyNotFor(question.principal()), List.of()));
        }
        String lesser = statement.permissionsLike(need.anyOf());
        if (meant && here && !lesser.isEmpty()) {
            return Optional.of(new NearMiss(
                    statement.ref(), Cause.PERMISSION, "it gives " + lesser + " and not " + names(need), List.of()));
        }
        return Optional.empty();
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
