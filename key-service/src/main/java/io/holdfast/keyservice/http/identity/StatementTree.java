package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.language.Action;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Destination;
import io.holdfast.iam.language.Location;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Subject;
import io.holdfast.kernel.Ocid;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A statement as it was understood, for programs: objects with a {@code kind} where several are possible. Names, values and
 * OCIDs are those of the statement; nothing is looked up.
 */
final class StatementTree {
    private static final String TIME = "request.utc-timestamp";

    private StatementTree() {}

    static Map<String, Object> of(Statement statement) {
        return switch (statement) {
            case Statement.Allow(var subject, var action, var location, var condition) -> {
                Map<String, Object> tree = permitting("allow", subject, action);
                tree.put("location", of(location));
                condition.ifPresent(it -> tree.put("condition", of(it)));
                yield tree;
            }
            case Statement.Endorse(var subject, var action, var destination, var condition) -> {
                Map<String, Object> tree = permitting("endorse", subject, action);
                tree.put("destination", of(destination));
                condition.ifPresent(it -> tree.put("condition", of(it)));
                yield tree;
            }
            case Statement.Admit(var subject, var tenancy, var action, var location, var condition) -> {
                Map<String, Object> tree = permitting("admit", subject, action);
                tree.put("ofTenancy", tenancy);
                tree.put("location", of(location));
                condition.ifPresent(it -> tree.put("condition", of(it)));
                yield tree;
            }
            case Statement.Deny(var denied) -> tree("deny", "denied", of(denied));
            case Statement.DefineTenancy(var alias, var id) -> define("tenancy", alias, id);
            case Statement.DefineGroup(var alias, var id) -> define("group", alias, id);
            case Statement.DefineDynamicGroup(var alias, var id) -> define("dynamic-group", alias, id);
        };
    }

    private static Map<String, Object> permitting(String kind, Subject subject, Action action) {
        Map<String, Object> tree = tree(kind, "subject", of(subject));
        tree.put("action", of(action));
        return tree;
    }

    private static Map<String, Object> define(String what, String alias, Ocid id) {
        Map<String, Object> tree = tree("define", "what", what);
        tree.put("alias", alias);
        tree.put("id", id.value());
        return tree;
    }

    private static Map<String, Object> of(Subject subject) {
        return switch (subject) {
            case Subject.AnyUser() -> tree("any-user");
            case Subject.AnyGroup() -> tree("any-group");
            case Subject.GroupsNamed(var names) -> tree("group", "names", names(names));
            case Subject.GroupsById(var ids) -> tree("group", "ids", ids(ids));
            case Subject.DynamicGroupsNamed(var names) -> tree("dynamic-group", "names", names(names));
            case Subject.DynamicGroupsById(var ids) -> tree("dynamic-group", "ids", ids(ids));
            case Subject.Services(var names) -> tree("service", "names", names(names));
            case Subject.Resource(var type, var id) -> {
                Map<String, Object> tree = tree("resource", "resourceType", type);
                tree.put("id", id);
                yield tree;
            }
        };
    }

    /** A group of another identity domain than Default has the domain before its name. */
    private static List<String> names(List<Subject.Name> names) {
        return names.stream().map(Subject.Name::inTenancy).toList();
    }

    private static List<String> ids(List<? extends Ocid> ids) {
        return ids.stream().map(Ocid::value).toList();
    }

    private static Map<String, Object> of(Action action) {
        return switch (action) {
            case Action.OnResources(var verb, var resourceType) -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("verb", verb.name().toLowerCase(Locale.ROOT));
                tree.put("resourceType", resourceType);
                yield tree;
            }
            case Action.Permissions(var permissions) -> Map.of("permissions", permissions);
        };
    }

    private static Map<String, Object> of(Location location) {
        return switch (location) {
            case Location.Tenancy() -> tree("tenancy");
            case Location.CompartmentPath(var path) -> tree("compartment", "path", path);
            case Location.CompartmentById(var id) -> tree("compartment", "id", id.value());
        };
    }

    private static Map<String, Object> of(Destination destination) {
        return switch (destination) {
            case Destination.AnyTenancy() -> tree("any-tenancy");
            case Destination.Tenancy(var name) -> tree("tenancy", "name", name);
        };
    }

    private static Map<String, Object> of(Condition condition) {
        return switch (condition) {
            case Condition.All(var members) ->
                tree("all", "of", members.stream().map(StatementTree::of).toList());
            case Condition.Any(var members) ->
                tree("any", "of", members.stream().map(StatementTree::of).toList());
            case Condition.Compare(var variable, var operator, var operand) -> {
                Map<String, Object> tree = comparison(variable.name(), operator.sign());
                switch (operand) {
                    case Condition.Text(var value) -> tree.put("value", value);
                    // With any run of characters between each two of the pieces.
                    case Condition.Pattern(var pieces) -> tree.put("pattern", pieces);
                    case Condition.Variable(var name) -> tree.put("otherVariable", name);
                }
                yield tree;
            }
            case Condition.OneOf(var variable, var values) -> {
                Map<String, Object> tree = comparison(variable.name(), "in");
                tree.put("values", values);
                yield tree;
            }
            case Condition.NoneOf(var variable, var values) -> {
                Map<String, Object> tree = comparison(variable.name(), "not in");
                tree.put("values", values);
                yield tree;
            }
            case Condition.Intersect(var left, var right) -> {
                Map<String, Object> tree = comparison(left.name(), "sets-intersect");
                tree.put("otherVariable", right.name());
                yield tree;
            }
            case Condition.Before(var limit) -> {
                Map<String, Object> tree = comparison(TIME, "before");
                tree.put("value", limit.toString());
                yield tree;
            }
            case Condition.After(var limit) -> {
                Map<String, Object> tree = comparison(TIME, "after");
                tree.put("value", limit.toString());
                yield tree;
            }
            case Condition.TimeOfDay(var from, var to) -> {
                Map<String, Object> tree = comparison(TIME + ".time-of-day", "between");
                tree.put("values", List.of(from + "Z", to + "Z"));
                yield tree;
            }
        };
    }

    private static Map<String, Object> comparison(String variable, String operator) {
        Map<String, Object> tree = tree("comparison", "variable", variable);
        tree.put("operator", operator);
        return tree;
    }

    private static Map<String, Object> tree(String kind) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        return tree;
    }

    private static Map<String, Object> tree(String kind, String name, Object value) {
        Map<String, Object> tree = tree(kind);
        tree.put(name, value);
        return tree;
    }
}
