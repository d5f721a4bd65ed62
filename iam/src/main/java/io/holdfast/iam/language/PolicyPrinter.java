package io.holdfast.iam.language;

import io.holdfast.kernel.Ocid;
import java.util.List;
import java.util.stream.Collectors;

/** Writes statements in one canonical form. Parsing what it writes gives an equal statement. */
public final class PolicyPrinter {
    private PolicyPrinter() {}

    public static String print(Statement statement) {
        return switch (statement) {
            case Statement.Allow allow ->
                "Allow " + print(allow.subject()) + " to " + print(allow.action()) + " in " + print(allow.location())
                        + allow.condition().map(it -> " where " + print(it)).orElse("");
        };
    }

    public static String print(Subject subject) {
        return switch (subject) {
            case Subject.AnyUser() -> "any-user";
            case Subject.AnyGroup() -> "any-group";
            case Subject.GroupsNamed(var names) -> "group " + names(names);
            case Subject.GroupsById(var ids) -> "group " + ids(ids);
            case Subject.DynamicGroupsNamed(var names) -> "dynamic-group " + names(names);
            case Subject.DynamicGroupsById(var ids) -> "dynamic-group " + ids(ids);
        };
    }

    public static String print(Action action) {
        return switch (action) {
            case Action.OnResources(var verb, var type) -> verb.word() + " " + type;
            case Action.Permissions(var names) -> "{" + String.join(", ", names) + "}";
        };
    }

    public static String print(Location location) {
        return switch (location) {
            case Location.Tenancy() -> "tenancy";
            case Location.CompartmentById(var id) -> "compartment id " + id.value();
            case Location.CompartmentPath(var names) ->
                "compartment " + names.stream().map(PolicyPrinter::name).collect(Collectors.joining(":"));
        };
    }

    public static String print(Condition condition) {
        return switch (condition) {
            case Condition.All(var members) -> "all " + members(members);
            case Condition.Any(var members) -> "any " + members(members);
            case Condition.Compare(var variable, var operator, var operand) ->
                variable.name() + " " + operator.sign() + " " + print(operand);
            case Condition.OneOf(var variable, var values) ->
                variable.name() + " in "
                        + values.stream().map(PolicyPrinter::quote).collect(Collectors.joining(", ", "(", ")"));
        };
    }

    private static String print(Condition.Operand operand) {
        return switch (operand) {
            case Condition.Text(var value) -> quote(value);
            case Condition.Variable(var name) -> name;
            case Condition.Pattern(var pieces) ->
                pieces.stream()
                        .map(it -> it.replace("\\", "\\\\").replace("/", "\\/").replace("*", "\\*"))
                        .collect(Collectors.joining("*", "/", "/"));
        };
    }

    private static String members(List<Condition> members) {
        return members.stream().map(PolicyPrinter::print).collect(Collectors.joining(", ", "{", "}"));
    }

    private static String names(List<Subject.Name> names) {
        return names.stream()
                .map(it -> it.domain().map(domain -> name(domain) + "/").orElse("") + name(it.name()))
                .collect(Collectors.joining(", "));
    }

    private static String ids(List<? extends Ocid> ids) {
        return ids.stream().map(Ocid::value).collect(Collectors.joining(", ", "id ", ""));
    }

    private static String name(String name) {
        return Words.isBareName(name) ? name : quote(name);
    }

    private static String quote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
