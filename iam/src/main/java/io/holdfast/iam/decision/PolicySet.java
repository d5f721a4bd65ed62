package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompiledStatement.Unusable;
import io.holdfast.iam.decision.Decision.Cause;
import io.holdfast.iam.decision.Decision.Denial;
import io.holdfast.iam.decision.Decision.Grant;
import io.holdfast.iam.decision.Decision.NearMiss;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyRefusedException;
import io.holdfast.iam.language.Statement;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All policies of one tenancy at one moment, and what they decide. Immutable and thread safe.
 *
 * <p>Nothing is allowed unless statements grant it: each need of a request by some statement, not necessarily the same
 * one. A statement that can't be read or whose location does not exist never grants, and does not keep others from it.
 * The order of policies and statements decides nothing.
 *
 * <p>Statements are found by compartment and permission, so an allowed request costs what can match it; a denial looks
 * at each statement once, to say which came close.
 */
public final class PolicySet {
    /** Near misses told per need. */
    public static final int MAX_NEAREST = 3;

    private static final Comparator<StatementRef> BY_POLICY =
            Comparator.comparing((StatementRef ref) -> ref.policy().value()).thenComparingInt(StatementRef::number);

    private final CompartmentTree tree;
    private final List<CompiledStatement> statements;
    private final List<Unusable> unusable;
    private final Map<CompartmentId, Map<Permission, List<CompiledStatement>>> index;

    private PolicySet(CompartmentTree tree, List<CompiledStatement> statements, List<Unusable> unusable) {
        this.tree = tree;
        this.statements = statements;
        this.unusable = unusable;
        this.index = new HashMap<>();
        for (CompiledStatement statement : statements) {
            Map<Permission, List<CompiledStatement>> there =
                    index.computeIfAbsent(statement.location(), it -> new EnumMap<>(Permission.class));
            for (Permission permission : statement.permissions()) {
                there.computeIfAbsent(permission, it -> new ArrayList<>()).add(statement);
            }
        }
    }

    /** Reads the policies. A statement that can't be used is kept as such, see {@link #unusable()}. */
    public static PolicySet of(CompartmentTree tree, Collection<Policy> policies) {
        List<CompiledStatement> statements = new ArrayList<>();
        List<Unusable> unusable = new ArrayList<>();
        for (Policy policy : policies) {
            for (int i = 0; i < policy.statements().size(); i++) {
                String text = policy.statements().get(i);
                StatementRef ref = new StatementRef(policy.id(), policy.name(), i + 1, text);
                try {
                    compile(
                            ref,
                            PolicyLanguage.parse(text).statement(),
                            policy.attachedTo(),
                            tree,
                            statements,
                            unusable);
                } catch (PolicyRefusedException e) {
                    unusable.add(new Unusable(ref, Optional.empty(), e.described()));
                }
            }
        }
        statements.sort(Comparator.comparing(CompiledStatement::ref, BY_POLICY));
        unusable.sort(Comparator.comparing(Unusable::ref, BY_POLICY));
        return new PolicySet(tree, List.copyOf(statements), List.copyOf(unusable));
    }

    private static void compile(
            StatementRef ref,
            Statement statement,
            CompartmentId attachedTo,
            CompartmentTree tree,
            List<CompiledStatement> statements,
            List<Unusable> unusable) {
        switch (statement) {
            case Statement.Allow(var subject, var action, var location, var condition) -> {
                List<String> problems = new ArrayList<>();
                Set<Permission> permissions = CompiledStatement.permissions(action, problems);
                Optional<CompartmentId> covered = CompiledStatement.resolve(location, attachedTo, tree, problems);
                if (problems.isEmpty()) {
                    statements.add(new CompiledStatement(ref, subject, permissions, covered.orElseThrow(), condition));
                } else {
                    unusable.add(new Unusable(ref, Optional.of(statement), String.join("; ", problems)));
                }
            }
        }
    }

    public CompartmentTree compartments() {
        return tree;
    }

    /** The statements that can never grant as things are, with the reason: {@code policy 'p' statement 1: …}. */
    public List<String> unusable() {
        return unusable.stream()
                .map(it -> it.ref().describe() + ": " + it.why())
                .toList();
    }

    /**
     * What is wrong with a statement in a policy attached to {@code attachment}. An ERROR means that it could never
     * grant, so a policy with it should not be created.
     */
    public List<Finding> check(ParsedStatement parsed, CompartmentId attachment) {
        List<Finding> findings = new ArrayList<>();
        parsed.warnings().forEach(it -> findings.add(Finding.warning(it)));
        switch (parsed.statement()) {
            case Statement.Allow(var subject, var action, var location, var condition) -> {
                List<String> problems = new ArrayList<>();
                CompiledStatement.permissions(action, problems);
                CompiledStatement.resolve(location, attachment, tree, problems);
                problems.forEach(it -> findings.add(Finding.error(it)));
                Set<String> unknown = new LinkedHashSet<>();
                condition.ifPresent(it -> unknownVariables(it, unknown));
                unknown.forEach(it -> findings.add(Finding.warning("no request has the variable "
                        + Explanation.bounded(it) + ": a condition on it is always false")));
            }
        }
        return List.copyOf(findings);
    }

    private static void unknownVariables(Condition condition, Set<String> unknown) {
        switch (condition) {
            case Condition.All(var members) -> members.forEach(it -> unknownVariables(it, unknown));
            case Condition.Any(var members) -> members.forEach(it -> unknownVariables(it, unknown));
            case Condition.OneOf(var variable, var values) -> addUnknown(variable, unknown);
            case Condition.Compare(var variable, var operator, var operand) -> {
                addUnknown(variable, unknown);
                if (operand instanceof Condition.Variable right) {
                    addUnknown(right, unknown);
                }
            }
        }
    }

    private static void addUnknown(Condition.Variable variable, Set<String> unknown) {
        if (!RequestVariables.isKnown(variable.name())) {
            unknown.add(variable.name());
        }
    }

    /** Decides a request. Never throws for what policies say. */
    public Decision decide(Request request) {
        Principal principal = request.principal();
        if (!principal.tenancyId().equals(tree.tenancy())) {
            // any-user means any of this tenancy; others come in by Admit only, which is not there yet.
            return new Decision.Denied(request.needs().stream()
                    .map(need -> new Denial(
                            need, summary(need, principal) + ": the principal is of another tenancy", List.of()))
                    .toList());
        }
        RequestVariables variables = new RequestVariables(request, tree);
        List<Grant> grants = new ArrayList<>();
        List<Denial> denials = new ArrayList<>();
        for (Need need : request.needs()) {
            List<CompartmentId> chain = tree.upwards(need.compartment());
            Optional<Grant> grant = chain.isEmpty() ? Optional.empty() : grant(need, principal, variables, chain);
            grant.ifPresentOrElse(grants::add, () -> denials.add(denial(need, principal, variables, chain)));
        }
        return denials.isEmpty() ? new Decision.Allowed(grants) : new Decision.Denied(denials);
    }

    private Optional<Grant> grant(
            Need need, Principal principal, RequestVariables variables, List<CompartmentId> chain) {
        for (Permission permission : need.anyOf()) {
            Evaluation evaluation = new Evaluation(variables, permission);
            for (CompartmentId compartment : chain) {
                for (CompiledStatement statement :
                        index.getOrDefault(compartment, Map.of()).getOrDefault(permission, List.of())) {
                    if (statement.isFor(principal)
                            && statement.condition().map(evaluation::holds).orElse(true)) {
                        return Optional.of(new Grant(permission, statement.ref()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Denial denial(Need need, Principal principal, RequestVariables variables, List<CompartmentId> chain) {
        if (chain.isEmpty()) {
            return new Denial(need, summary(need, principal) + ": there is no such compartment", List.of());
        }
        List<NearMiss> misses = new ArrayList<>();
        for (CompiledStatement statement : statements) {
            nearMiss(statement, need, principal, variables, chain).ifPresent(misses::add);
        }
        for (Unusable statement : unusable) {
            if (couldConcern(statement, need, principal)) {
                misses.add(new NearMiss(statement.ref(), Cause.UNUSABLE, "it can't grant: " + statement.why()));
            }
        }
        // Stable: within a cause, by policy and number.
        misses.sort(Comparator.comparing(NearMiss::cause));
        return new Denial(need, summary(need, principal), misses.subList(0, Math.min(misses.size(), MAX_NEAREST)));
    }

    private Optional<NearMiss> nearMiss(
            CompiledStatement statement,
            Need need,
            Principal principal,
            RequestVariables variables,
            List<CompartmentId> chain) {
        Optional<Permission> given =
                need.anyOf().stream().filter(statement.permissions()::contains).findFirst();
        boolean meant = statement.isFor(principal);
        boolean here = chain.contains(statement.location());
        if (given.isPresent() && meant && here) {
            Evaluation evaluation = new Evaluation(variables, given.orElseThrow());
            return statement
                    .condition()
                    .map(it -> new NearMiss(statement.ref(), Cause.CONDITION, evaluation.failure(it)));
        }
        if (given.isPresent() && meant) {
            return Optional.of(new NearMiss(
                    statement.ref(),
                    Cause.LOCATION,
                    "it covers " + tree.describe(statement.location()) + ", not " + tree.describe(need.compartment())));
        }
        if (given.isPresent() && here) {
            return Optional.of(new NearMiss(statement.ref(), Cause.SUBJECT, statement.whyNotFor(principal)));
        }
        String lesser = statement.permissionsLike(need.anyOf());
        if (meant && here && !lesser.isEmpty()) {
            return Optional.of(
                    new NearMiss(statement.ref(), Cause.PERMISSION, "it gives " + lesser + " and not " + names(need)));
        }
        return Optional.empty();
    }

    private static boolean couldConcern(Unusable unusable, Need need, Principal principal) {
        return unusable.statement()
                .map(statement -> switch (statement) {
                    case Statement.Allow(var subject, var action, var location, var condition) -> {
                        Set<Permission> given = CompiledStatement.permissions(action, new ArrayList<>());
                        yield CompiledStatement.isFor(subject, principal)
                                && (given.isEmpty() || need.anyOf().stream().anyMatch(given::contains));
                    }
                })
                .orElse(true);
    }

    private String summary(Need need, Principal principal) {
        String types = need.anyOf().stream()
                .map(it -> it.resourceType().word())
                .distinct()
                .collect(Collectors.joining(" or "));
        return "no statement grants " + names(need) + " on " + types + " in " + tree.describe(need.compartment())
                + " to " + principal.describe();
    }

    private static String names(Need need) {
        return need.anyOf().stream().map(Permission::name).collect(Collectors.joining(" or "));
    }
}
