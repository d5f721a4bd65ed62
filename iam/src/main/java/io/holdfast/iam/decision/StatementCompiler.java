package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompiledStatement.Meaning;
import io.holdfast.iam.language.Action;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Destination;
import io.holdfast.iam.language.Location;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.Places;
import io.holdfast.iam.language.Position;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Subject;
import io.holdfast.iam.language.Suggestion;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds what the statements of one policy mean where it is attached: which compartment, which permissions, which groups and
 * tenancies; or what is wrong with them.
 */
final class StatementCompiler {
    private final CompartmentTree tree;
    private final CompartmentId attachment;
    private final PolicyContext context;
    private final Aliases aliases;

    StatementCompiler(CompartmentTree tree, CompartmentId attachment, PolicyContext context, Aliases aliases) {
        this.tree = tree;
        this.attachment = attachment;
        this.context = context;
        this.aliases = aliases;
    }

    /**
     * What a statement does.
     *
     * @param location empty, as other parts may be, when there are problems
     * @param problems why it can't grant or deny anything; empty for a good one
     */
    record Reading(
            Meaning meaning,
            Optional<CompartmentId> location,
            Optional<TenancyId> other,
            Optional<Condition> condition,
            List<Problem> problems) {}

    /** What is wrong with a word of a statement. */
    record Problem(Position at, String message) {}

    /** Takes what is wrong with a word. */
    @FunctionalInterface
    private interface Problems {
        void add(Position at, String message);
    }

    /** Empty for a definition. */
    Optional<Reading> read(ParsedStatement parsed) {
        return switch (parsed.statement()) {
            case Statement.Define it -> Optional.empty();
            case Statement.Permitting permitting -> Optional.of(read(permitting, parsed.places(), false));
            case Statement.Deny(var denied) -> Optional.of(read(denied, parsed.places(), true));
        };
    }

    private Reading read(Statement.Permitting statement, Places places, boolean denies) {
        List<Problem> found = new ArrayList<>();
        Problems problems = (at, message) -> found.add(new Problem(at, message));
        if (denies && !context.deny()) {
            problems.add(places.start(), "Deny statements are switched off in this installation");
        }
        // A verb in a Deny takes what it names and everything above: who may not read may not use either.
        Set<Permission> permissions = permissions(statement.action(), places, denies, problems);
        Subject subject = statement.subject();
        Optional<TenancyId> other = Optional.empty();
        Optional<CompartmentId> location =
                switch (statement) {
                    case Statement.Allow it -> resolve(it.location(), places, problems);
                    case Statement.Endorse it -> {
                        other = destination(it.destination(), places, problems);
                        yield root("Endorse", places, problems);
                    }
                    case Statement.Admit it -> {
                        other = source(it.tenancy(), places, problems);
                        subject = admitted(it.subject(), places, problems);
                        yield root("Admit", places, problems).flatMap(root -> resolve(it.location(), places, problems));
                    }
                };
        StatementKind kind = StatementKind.of(denies ? new Statement.Deny(statement) : statement)
                .orElseThrow();
        return new Reading(
                new Meaning(kind, subject, permissions), location, other, statement.condition(), List.copyOf(found));
    }

    /** What a verb or a list of permissions names, or what is wrong with it. */
    private static Set<Permission> permissions(Action action, Places places, boolean denies, Problems problems) {
        return switch (action) {
            case Action.OnResources(var verb, var type) -> {
                Optional<Set<Permission>> named =
                        denies ? VerbTable.denied(verb, type) : VerbTable.permissions(verb, type);
                if (named.isEmpty()) {
                    problems.add(
                            places.actions().getFirst(),
                            "there is no resource type '" + Explanation.bounded(type) + "'"
                                    + Suggestion.hintOfAscii(type, ResourceType.names()));
                } else if (named.orElseThrow().isEmpty()) {
                    problems.add(places.actions().getFirst(), "'" + verb.word() + " " + type + "' gives no permission");
                }
                yield named.orElse(Set.of());
            }
            case Action.Permissions(var names) -> {
                EnumSet<Permission> named = EnumSet.noneOf(Permission.class);
                for (int i = 0; i < names.size(); i++) {
                    String name = names.get(i);
                    Position at = places.actions().get(i);
                    Permission.named(name)
                            .ifPresentOrElse(
                                    named::add,
                                    () -> problems.add(
                                            at,
                                            "there is no permission " + Explanation.bounded(name)
                                                    + Suggestion.hintOfAscii(name, permissionNames())));
                }
                yield Collections.unmodifiableSet(named);
            }
        };
    }

    private static List<String> permissionNames() {
        return Arrays.stream(Permission.values()).map(Permission::name).toList();
    }

    private Optional<CompartmentId> root(String keyword, Places places, Problems problems) {
        if (attachment.equals(tree.root())) {
            return Optional.of(attachment);
        }
        problems.add(
                places.start(),
                "'" + keyword + "' is only for policies attached to the tenancy; this one is attached to "
                        + tree.describe(attachment));
        return Optional.empty();
    }

    private Optional<TenancyId> destination(Destination destination, Places places, Problems problems) {
        return switch (destination) {
            case Destination.AnyTenancy() -> Optional.empty();
            case Destination.Tenancy(var name) ->
                foreign(name, "a resource of this tenancy needs no Endorse", places, problems);
        };
    }

    private Optional<TenancyId> source(String name, Places places, Problems problems) {
        return foreign(name, "a principal of this tenancy needs no Admit", places, problems);
    }

    private Optional<TenancyId> foreign(String name, String whyNotThis, Places places, Problems problems) {
        Position at = places.tenancy().orElse(places.start());
        Optional<TenancyId> found =
                aliases.tenancy(name, tree.name(tree.root()).orElse(""), context, it -> problems.add(at, it));
        if (found.filter(tree.tenancy()::equals).isPresent()) {
            problems.add(at, "'" + Explanation.bounded(name) + "' is this tenancy; " + whyNotThis + ": use Allow");
        }
        return found;
    }

    /** Groups of another tenancy are known by OCID only, so their names are aliases. */
    private Subject admitted(Subject subject, Places places, Problems problems) {
        return switch (subject) {
            case Subject.GroupsNamed(var names) ->
                defined(subject, names, aliases::group, places, problems, Subject.GroupsById::new);
            case Subject.DynamicGroupsNamed(var names) ->
                defined(subject, names, aliases::dynamicGroup, places, problems, Subject.DynamicGroupsById::new);
            case Subject.AnyUser it -> it;
            case Subject.AnyGroup it -> it;
            case Subject.GroupsById it -> it;
            case Subject.DynamicGroupsById it -> it;
            case Subject.Services it -> it;
            case Subject.Resource it -> it;
        };
    }

    private static <T> Subject defined(
            Subject asWritten,
            List<Subject.Name> names,
            BiFunction<String, Consumer<String>, Optional<T>> definition,
            Places places,
            Problems problems,
            Function<List<T>, Subject> subject) {
        List<T> ids = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Position at = places.subjects().get(i);
            definition
                    .apply(names.get(i).inTenancy(), it -> problems.add(at, it))
                    .ifPresent(ids::add);
        }
        return ids.isEmpty() ? asWritten : subject.apply(ids);
    }

    /** The compartment that a location means, or what is wrong with it. */
    private Optional<CompartmentId> resolve(Location location, Places places, Problems problems) {
        Position at = places.locations().getFirst();
        if (!tree.contains(attachment)) {
            problems.add(at, "the policy is attached to " + attachment.value() + ", which is not a compartment here");
            return Optional.empty();
        }
        return switch (location) {
            case Location.Tenancy() -> {
                if (attachment.equals(tree.root())) {
                    yield Optional.of(tree.root());
                }
                problems.add(
                        at,
                        "'in tenancy' is only for policies attached to the tenancy; this one is attached to "
                                + tree.describe(attachment));
                yield Optional.empty();
            }
            case Location.CompartmentById(var id) -> {
                if (tree.upwards(id).contains(attachment)) {
                    yield Optional.of(id);
                }
                problems.add(
                        at,
                        "compartment " + id.value() + " is not in " + tree.describe(attachment)
                                + ", where the policy is attached");
                yield Optional.empty();
            }
            case Location.CompartmentPath(var names) -> resolvePath(names, places, problems);
        };
    }

    private Optional<CompartmentId> resolvePath(List<String> names, Places places, Problems problems) {
        Optional<CompartmentId> found = tree.resolve(attachment, names);
        if (found.isPresent()) {
            return found;
        }
        CompartmentId at = attachment;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Optional<CompartmentId> child = tree.child(at, name);
            if (child.isEmpty()) {
                problems.add(
                        places.locations().get(i),
                        "there is no compartment '" + Explanation.bounded(name) + "' in " + tree.describe(at)
                                + (names.size() == 1 ? "; a deeper one is written as a path, a:b" : "")
                                + Suggestion.hint(name, tree.childNames(at)));
                return Optional.empty();
            }
            at = child.orElseThrow();
        }
        throw new IllegalStateException("a path of which every name is there leads nowhere");
    }
}
