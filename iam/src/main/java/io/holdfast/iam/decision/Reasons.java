package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompiledStatement.Unusable;
import io.holdfast.iam.decision.Decision.Cause;
import io.holdfast.iam.decision.Decision.Denial;
import io.holdfast.iam.decision.Decision.Failure;
import io.holdfast.iam.decision.Decision.NearMiss;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.Installation.Question;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.decision.StatementCompiler.Reading;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Subject;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Says why one tenancy did not agree to one need: which of its statements came closest, and what they lack. */
final class Reasons {
    /** Subject, permission and place: of a statement that fails in all of them nothing fits. */
    private static final int MOST_FAILING = 3;

    private final Side side;
    private final Need need;
    private final Question question;
    private final String place;
    private final Predicate<TenancyId> named;

    /**
     * @param place where the need is, in words
     * @param named which tenancies may be named
     */
    Reasons(Side side, Need need, Question question, String place, Predicate<TenancyId> named) {
        this.side = side;
        this.need = need;
        this.question = question;
        this.place = place;
        this.named = named;
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
                : ", in the policies of " + describe(side.policies().tenancy(), "another tenancy");
    }

    private String describe(TenancyId tenancy, String otherwise) {
        return named.test(tenancy) ? side.policies().context().describe(tenancy) : otherwise;
    }

    /**
     * A statement that does not grant; the sentence is made for the few that are told.
     *
     * @param parts of it that fail
     */
    private record Candidate(int parts, Cause cause, StatementRef statement, Supplier<NearMiss> miss) {}

    /** Of a statement that nobody can read, it is not known which parts would fit. */
    private static final int UNREADABLE = Integer.MAX_VALUE;

    private static final Comparator<Candidate> NEAREST_FIRST = Comparator.comparingInt(Candidate::parts)
            .thenComparing(Candidate::cause)
            .thenComparing(it -> it.statement().policyName())
            .thenComparing(it -> it.statement().number());

    private List<NearMiss> nearest() {
        List<Candidate> candidates = new ArrayList<>();
        for (CompiledStatement statement : side.policies().statements()) {
            if (statement.kind() == side.kind()) {
                candidate(statement).ifPresent(candidates::add);
            }
        }
        side.policies().unusableStatements().forEach(it -> candidate(it).ifPresent(candidates::add));
        return candidates.stream()
                .sorted(NEAREST_FIRST)
                .limit(PolicySet.MAX_NEAREST)
                .map(it -> it.miss().get())
                .toList();
    }

    /** Empty for one that is about something else, or that has nothing but the type of resource in common. */
    private Optional<Candidate> candidate(CompiledStatement statement) {
        List<Permission> given =
                need.anyOf().stream().filter(statement.permissions()::contains).toList();
        EnumSet<Cause> failing = EnumSet.noneOf(Cause.class);
        if (!statement.isFor(question.subjects())) {
            failing.add(Cause.SUBJECT);
        }
        if (given.isEmpty()) {
            failing.add(Cause.PERMISSION);
        }
        if (!side.chain().contains(statement.location()) || !statement.concerns(side.other())) {
            failing.add(Cause.LOCATION);
        }
        if (failing.size() == MOST_FAILING || (given.isEmpty() && !givesLess(statement))) {
            return Optional.empty();
        }
        Permission tested = tested(given.isEmpty() ? need.anyOf() : given, statement.condition());
        int comparisons = comparisons(statement.condition(), tested);
        if (comparisons > 0) {
            failing.add(Cause.CONDITION);
        }
        if (failing.isEmpty()) {
            return Optional.empty();
        }
        int parts = failing.size() + Math.max(0, comparisons - 1);
        // Causes are in the order of their weight.
        Cause cause = Collections.max(failing);
        return Optional.of(new Candidate(parts, cause, statement.ref(), () -> miss(statement, failing, cause, tested)));
    }

    private boolean givesLess(CompiledStatement statement) {
        return statement.permissions().stream()
                .anyMatch(it -> need.anyOf().stream().anyMatch(needed -> needed.resourceType() == it.resourceType()));
    }

    /** The one for which the condition is nearest to be true. */
    private Permission tested(Collection<Permission> permissions, Optional<Condition> condition) {
        return permissions.stream()
                .min(Comparator.comparingInt(it -> comparisons(condition, it)))
                .orElseThrow();
    }

    private int comparisons(Optional<Condition> condition, Permission permission) {
        return condition
                .map(it -> FailedConditions.count(it, question.facts(), permission))
                .orElse(0);
    }

    private NearMiss miss(CompiledStatement statement, Set<Cause> failing, Cause cause, Permission tested) {
        List<String> why = new ArrayList<>();
        if (failing.contains(Cause.SUBJECT)) {
            why.add(statement.whyNotFor(question.principal()));
        }
        if (failing.contains(Cause.PERMISSION)) {
            why.add("it gives " + statement.permissionsLike(need.anyOf()) + " and not " + names(need));
        }
        if (failing.contains(Cause.LOCATION)) {
            why.add(whyNotHere(statement));
        }
        List<Failure> failures = failing.contains(Cause.CONDITION)
                ? FailedConditions.of(statement.condition().orElseThrow(), question.facts(), tested)
                : List.of();
        failures.forEach(it -> why.add(it.text()));
        return new NearMiss(statement.ref(), cause, String.join(", and ", why), failures);
    }

    /** That it can't be used is one part that fails. Empty for one that would be for others, or gives something else. */
    private Optional<Candidate> candidate(Unusable statement) {
        Optional<Reading> reading = statement.reading();
        if (reading.filter(it -> !couldBeMeant(it)).isPresent()) {
            return Optional.empty();
        }
        int parts = reading.map(this::parts).orElse(UNREADABLE);
        return Optional.of(new Candidate(
                parts,
                Cause.UNUSABLE,
                statement.ref(),
                () -> new NearMiss(statement.ref(), Cause.UNUSABLE, "it can't grant: " + statement.why(), List.of())));
    }

    private int parts(Reading reading) {
        boolean elsewhere =
                reading.location().filter(it -> !side.chain().contains(it)).isPresent();
        return 1 + (elsewhere ? 1 : 0) + comparisons(reading.condition(), tested(need.anyOf(), reading.condition()));
    }

    private String whyNotHere(CompiledStatement statement) {
        return statement
                .other()
                .filter(it -> !it.equals(side.other()))
                .map(it -> "it is about " + describe(it, "another tenancy") + ", not "
                        + describe(side.other(), "the one at the other end"))
                .orElseGet(() -> "it covers " + side.policies().compartments().describe(statement.location()) + ", not "
                        + place);
    }

    private boolean couldBeMeant(Reading reading) {
        Set<Permission> permissions = reading.meaning().permissions();
        return reading.meaning().kind() == side.kind()
                && couldBeMeant(reading.meaning().subject())
                && (permissions.isEmpty() || !Collections.disjoint(permissions, need.anyOf()));
    }

    /** The names in an Admit may be aliases that nobody defined: then it is not known who is meant. */
    private boolean couldBeMeant(Subject subject) {
        return side.kind() == StatementKind.ADMIT
                || !Collections.disjoint(SubjectKeys.of(subject), question.subjects());
    }
}
