package io.holdfast.iam.decision;

import io.holdfast.iam.decision.StatementCompiler.Reading;
import io.holdfast.iam.language.Action;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.Position;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Subject;
import io.holdfast.iam.language.Suggestion;
import io.holdfast.iam.language.Verb;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells the author of a policy what is wrong with it, and what is right but may not be meant: a right that comes along with
 * a verb, a condition that no request can meet.
 */
final class PolicyReview {
    /** Operations named in one sentence. */
    private static final int MAX_NAMES = 5;

    private final CompartmentTree tree;
    private final PolicyContext context;

    private final Optional<KnownGroups> groups;

    /** @param groups of the tenancy; empty leaves them out of the review */
    PolicyReview(CompartmentTree tree, PolicyContext context, Optional<KnownGroups> groups) {
        this.tree = tree;
        this.context = context;
        this.groups = groups;
    }

    List<Finding> check(List<ParsedStatement> policy, CompartmentId attachment) {
        Aliases aliases = PolicySet.aliases(policy);
        StatementCompiler compiler = new StatementCompiler(tree, attachment, context, aliases);
        List<List<Finding>> findings = new ArrayList<>();
        for (int i = 0; i < policy.size(); i++) {
            findings.add(check(i + 1, policy.get(i), compiler));
        }
        // Only now is it known which aliases are used.
        for (int i = 0; i < policy.size(); i++) {
            if (policy.get(i).statement() instanceof Statement.Define define) {
                findings.get(i)
                        .addAll(define(i + 1, define, policy.get(i).places().start(), aliases));
            }
        }
        return findings.stream().flatMap(List::stream).toList();
    }

    private List<Finding> check(int number, ParsedStatement parsed, StatementCompiler compiler) {
        List<Finding> findings = new ArrayList<>();
        parsed.warnings().forEach(it -> findings.add(Finding.warning(number, it)));
        Optional<Reading> read = compiler.read(parsed);
        if (read.isEmpty()) {
            return findings;
        }
        Reading reading = read.orElseThrow();
        reading.problems().forEach(it -> findings.add(Finding.error(number, it.at(), it.message())));
        if (isOfThisTenancy(reading.meaning().kind())) {
            groups.map(it -> it.absent(reading.meaning().subject(), parsed.places()))
                    .orElse(List.of())
                    .forEach(it -> findings.add(Finding.warning(number, it.at(), it.message())));
        }
        Set<String> warnings = new LinkedHashSet<>();
        reading.condition().ifPresent(it -> unknownVariables(it, warnings));
        if (reading.problems().isEmpty()) {
            subject(reading.meaning().subject(), warnings);
            usefulness(reading, warnings);
            if (!reading.meaning().kind().denies()) {
                action(parsed.statement()).ifPresent(it -> rights(reading, it, warnings));
            }
        }
        warnings.forEach(it -> findings.add(Finding.warning(number, it)));
        return findings;
    }

    /** Whose groups the statement names. */
    private static boolean isOfThisTenancy(StatementKind kind) {
        return switch (kind) {
            case ALLOW, ENDORSE, DENY, DENY_ENDORSE -> true;
            case ADMIT, DENY_ADMIT -> false;
        };
    }

    private List<Finding> define(int number, Statement.Define define, Position at, Aliases aliases) {
        List<Finding> findings = new ArrayList<>();
        String alias = "'" + Explanation.bounded(define.alias()) + "'";
        if (aliases.isAmbiguous(define)) {
            findings.add(Finding.error(number, at, alias + " is defined twice, with different OCIDs"));
        } else if (!aliases.isUsed(define)) {
            findings.add(Finding.warning(number, "no statement of this policy uses " + alias));
        }
        boolean unknown = define instanceof Statement.DefineTenancy tenancy
                && !context.tenancies().isEmpty()
                && !context.tenancies().containsValue(tenancy.id());
        if (unknown) {
            findings.add(
                    Finding.warning(number, "there is no tenancy " + define.id().value() + " in this installation"));
        }
        return findings;
    }

    private static Optional<Action> action(Statement statement) {
        return statement instanceof Statement.Permitting permitting
                ? Optional.of(permitting.action())
                : Optional.empty();
    }

    private static void subject(Subject subject, Set<String> warnings) {
        if (subject instanceof Subject.Services) {
            warnings.add("no service signs in to Holdfast by itself: it is for nobody");
        } else if (subject instanceof Subject.Resource(var type, var id) && !Principal.TYPES.contains(type)) {
            warnings.add("no resource of type '" + Explanation.bounded(type)
                    + "' signs in to Holdfast: it is for nobody" + Suggestion.hint(type, Principal.TYPES));
        }
    }

    private void usefulness(Reading reading, Set<String> warnings) {
        Set<Permission> permissions = reading.meaning().permissions();
        boolean asked = permissions.stream()
                .anyMatch(permission -> Arrays.stream(Operation.values()).anyMatch(it -> it.mayNeed(permission)));
        if (!asked) {
            warnings.add("no operation of Holdfast needs " + names(permissions, Permission::name));
            return;
        }
        reading.condition().ifPresent(condition -> {
            boolean met = permissions.stream()
                    .anyMatch(permission -> Arrays.stream(Operation.values())
                            .anyMatch(it -> it.mayNeed(permission) && canMeet(condition, it, permission)));
            if (!met) {
                warnings.add("no request can meet its condition");
            }
        });
    }

    private void rights(Reading reading, Action action, Set<String> warnings) {
        boolean use = action instanceof Action.OnResources(var verb, var type) && verb == Verb.USE;
        boolean export = use
                && reading.meaning().permissions().contains(Permission.KEY_EXPORT)
                && reading.condition()
                        .map(it -> canMeet(it, Operation.EXPORT_KEY, Permission.KEY_EXPORT))
                        .orElse(true);
        if (export) {
            warnings.add("'use' includes KEY_EXPORT, by which software keys can be taken out; to leave it out, add"
                    + " request.permission != 'KEY_EXPORT' to the condition");
        }
        if (!(action instanceof Action.OnResources)) {
            return;
        }
        reading.condition().filter(it -> possible(it, reading)).ifPresent(condition -> {
            Set<Operation> closed = new LinkedHashSet<>();
            for (Permission permission : reading.meaning().permissions()) {
                for (Operation operation : Operation.values()) {
                    if (operation.listsACompartment()
                            && operation.mayNeed(permission)
                            && !canMeet(condition, operation, permission)
                            && targetsOne(condition)) {
                        closed.add(operation);
                    }
                }
            }
            if (!closed.isEmpty()) {
                warnings.add("it never grants " + names(closed, Operation::apiName)
                        + ", as a list has no single target to compare; to let them list, add a statement with 'inspect'"
                        + " and without that condition");
            }
        });
    }

    private boolean possible(Condition condition, Reading reading) {
        return reading.meaning().permissions().stream()
                .anyMatch(permission -> Arrays.stream(Operation.values())
                        .anyMatch(it -> it.mayNeed(permission) && canMeet(condition, it, permission)));
    }

    /** Whether it looks at a variable that a list does not have. */
    private static boolean targetsOne(Condition condition) {
        return variables(condition).stream().anyMatch(it -> !Variables.canApplyToLists(it));
    }

    /** Whether some request for the operation can meet the condition, when the permission is tested. */
    private boolean canMeet(Condition condition, Operation operation, Permission permission) {
        return !Outlook.of(condition, variable -> {
                    if (variable.equals(Variables.PERMISSION)) {
                        return Optional.of(List.of(permission.name()));
                    }
                    if (variable.equals(Variables.OPERATION)) {
                        return Optional.of(List.of(operation.apiName()));
                    }
                    if (variable.equals(Variables.REGION)) {
                        return Optional.of(context.region().stream().toList());
                    }
                    boolean applies = Variables.canApply(variable, operation, permission);
                    return applies ? Optional.empty() : Optional.of(List.of());
                })
                .isNever();
    }

    private void unknownVariables(Condition condition, Set<String> warnings) {
        for (String variable : variables(condition)) {
            boolean nowhere =
                    variable.equals(Variables.REGION) && context.region().isEmpty();
            if (nowhere || !Variables.names().contains(variable)) {
                warnings.add("no request has the variable " + Explanation.bounded(variable)
                        + ": a condition on it is always false" + Suggestion.hint(variable, others(variable)));
            }
        }
    }

    private static List<String> others(String variable) {
        return Variables.names().stream().filter(it -> !it.equals(variable)).toList();
    }

    private static Set<String> variables(Condition condition) {
        Set<String> names = new LinkedHashSet<>();
        collect(condition, names);
        return names;
    }

    private static void collect(Condition condition, Set<String> names) {
        switch (condition) {
            case Condition.All(var members) -> members.forEach(it -> collect(it, names));
            case Condition.Any(var members) -> members.forEach(it -> collect(it, names));
            case Condition.OneOf(var variable, var values) -> names.add(variable.name());
            case Condition.NoneOf(var variable, var values) -> names.add(variable.name());
            case Condition.Intersect(var left, var right) -> names.addAll(List.of(left.name(), right.name()));
            case Condition.Compare(var variable, var operator, var operand) -> {
                names.add(variable.name());
                if (operand instanceof Condition.Variable right) {
                    names.add(right.name());
                }
            }
            case Condition.Before it -> {
                // Every request has a time.
            }
            case Condition.After it -> {
                // Every request has a time.
            }
            case Condition.TimeOfDay it -> {
                // Every request has a time.
            }
        }
    }

    private static <T> String names(Set<T> things, Function<T, String> name) {
        Set<String> names = things.stream().map(name).collect(Collectors.toCollection(TreeSet::new));
        return names.stream().limit(MAX_NAMES).collect(Collectors.joining(", "))
                + (names.size() > MAX_NAMES ? ", …" : "");
    }
}
