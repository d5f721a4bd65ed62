package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.language.Action;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Location;
import io.holdfast.iam.language.PolicyPrinter;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Subject;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A statement that can grant: its permissions are known and its location exists.
 *
 * @param location the compartment that it covers, with all below
 */
record CompiledStatement(
        StatementRef ref,
        Subject subject,
        Set<Permission> permissions,
        CompartmentId location,
        Optional<Condition> condition) {

    /** A statement that can't grant, and why. */
    record Unusable(StatementRef ref, Optional<Statement> statement, String why) {}

    /** What a verb or a list of permissions gives, or what is wrong with it. */
    static Set<Permission> permissions(Action action, List<String> problems) {
        return switch (action) {
            case Action.OnResources(var verb, var type) -> {
                Optional<Set<Permission>> given = VerbTable.permissions(verb, type);
                if (given.isEmpty()) {
                    problems.add("there is no resource type '" + Explanation.bounded(type) + "'");
                } else if (given.orElseThrow().isEmpty()) {
                    problems.add("'" + verb.word() + " " + type + "' gives no permission");
                }
                yield given.orElse(Set.of());
            }
            case Action.Permissions(var names) -> {
                EnumSet<Permission> given = EnumSet.noneOf(Permission.class);
                for (String name : names) {
                    Permission.named(name)
                            .ifPresentOrElse(
                                    given::add,
                                    () -> problems.add("there is no permission " + Explanation.bounded(name)));
                }
                yield Collections.unmodifiableSet(given);
            }
        };
    }

    /** The compartment that a location means in a policy attached to {@code attachment}, or what is wrong with it. */
    static Optional<CompartmentId> resolve(
            Location location, CompartmentId attachment, CompartmentTree tree, List<String> problems) {
        if (!tree.contains(attachment)) {
            problems.add("the policy is attached to " + attachment.value() + ", which is not a compartment here");
            return Optional.empty();
        }
        return switch (location) {
            case Location.Tenancy() -> {
                if (attachment.equals(tree.root())) {
                    yield Optional.of(tree.root());
                }
                problems.add("'in tenancy' is only for policies attached to the tenancy; this one is attached to "
                        + tree.describe(attachment));
                yield Optional.empty();
            }
            case Location.CompartmentById(var id) -> {
                if (tree.upwards(id).contains(attachment)) {
                    yield Optional.of(id);
                }
                problems.add("compartment " + id.value() + " is not in " + tree.describe(attachment)
                        + ", where the policy is attached");
                yield Optional.empty();
            }
            case Location.CompartmentPath(var names) -> resolvePath(names, attachment, tree, problems);
        };
    }

    private static Optional<CompartmentId> resolvePath(
            List<String> names, CompartmentId attachment, CompartmentTree tree, List<String> problems) {
        CompartmentId at = attachment;
        for (String name : names) {
            Optional<CompartmentId> child = tree.child(at, name);
            if (child.isEmpty()) {
                boolean attachmentItself = names.size() == 1
                        && !attachment.equals(tree.root())
                        && tree.name(attachment).orElse("").equalsIgnoreCase(name);
                if (attachmentItself) {
                    return Optional.of(attachment);
                }
                problems.add("there is no compartment '" + Explanation.bounded(name) + "' in " + tree.describe(at)
                        + (names.size() == 1 ? "; a deeper one is written as a path, a:b" : ""));
                return Optional.empty();
            }
            at = child.orElseThrow();
        }
        return Optional.of(at);
    }

    boolean isFor(Principal principal) {
        return isFor(subject, principal);
    }

    static boolean isFor(Subject subject, Principal principal) {
        return switch (subject) {
            case Subject.AnyUser() -> true;
            case Subject.AnyGroup() ->
                !principal.groups().isEmpty() || !principal.dynamicGroups().isEmpty();
            case Subject.GroupsNamed(var names) ->
                principal.groups().stream().anyMatch(group -> names.stream().anyMatch(it -> it.matches(group.name())));
            case Subject.GroupsById(var ids) -> principal.groups().stream().anyMatch(group -> ids.contains(group.id()));
            case Subject.DynamicGroupsNamed(var names) ->
                principal.dynamicGroups().stream()
                        .anyMatch(group -> names.stream().anyMatch(it -> it.matches(group.name())));
            case Subject.DynamicGroupsById(var ids) ->
                principal.dynamicGroups().stream().anyMatch(group -> ids.contains(group.id()));
        };
    }

    String whyNotFor(Principal principal) {
        return "it is for " + Explanation.bounded(PolicyPrinter.print(subject)) + ", and the " + principal.type()
                + " is in none of these";
    }

    /** What it gives on the resource types of {@code needed}, for "it gives KEY_INSPECT, not KEY_ENCRYPT". */
    String permissionsLike(Set<Permission> needed) {
        List<String> names = new ArrayList<>();
        for (Permission permission : permissions) {
            if (needed.stream().anyMatch(it -> it.resourceType() == permission.resourceType())) {
                names.add(permission.name());
            }
        }
        return names.stream().limit(8).collect(Collectors.joining(", ")) + (names.size() > 8 ? ", …" : "");
    }
}
