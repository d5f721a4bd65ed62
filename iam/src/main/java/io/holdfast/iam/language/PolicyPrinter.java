package io.holdfast.iam.language;

import io.holdfast.kernel.Ocid;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes statements in one canonical form. Parsing what it writes gives an equal statement. */
public final class PolicyPrinter {
    private PolicyPrinter() {}

    public static String print(Statement statement) {
        return switch (statement) {
            case Statement.Permitting permitting -> capitalized(permitting(permitting));
            case Statement.Deny(var denied) ->
                "Deny "
                        + (denied instanceof Statement.Allow allow
                                ? granted(allow.subject(), allow.action(), print(allow.location()), allow.condition())
                                : permitting(denied));
            case Statement.DefineTenancy(var alias, var id) -> define("tenancy", alias, id);
            case Statement.DefineGroup(var alias, var id) -> define("group", alias, id);
            case Statement.DefineDynamicGroup(var alias, var id) -> define("dynamic-group", alias, id);
        };
    }

    private static String permitting(Statement.Permitting statement) {
        return switch (statement) {
            case Statement.Allow(var subject, var action, var location, var condition) ->
                "allow " + granted(subject, action, print(location), condition);
            case Statement.Endorse(var subject, var action, var destination, var condition) ->
                "endorse " + granted(subject, action, print(destination), condition);
            case Statement.Admit(var subject, var tenancy, var action, var location, var condition) ->
                "admit " + print(subject) + " of tenancy " + name(tenancy) + " to " + print(action) + " in "
                        + print(location) + where(condition);
        };
    }

    private static String granted(Subject subject, Action action, String where, Optional<Condition> condition) {
        return print(subject) + " to " + print(action) + " in " + where + where(condition);
    }

    private static String where(Optional<Condition> condition) {
        return condition.map(it -> " where " + print(it)).orElse("");
    }

    private static String define(String kind, String alias, Ocid id) {
        return "Define " + kind + " " + name(alias) + " as " + id.value();
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** A rule in one canonical form. Parsing it gives an equal rule. */
    public static String print(MatchingRule rule) {
        return switch (rule) {
            case MatchingRule.All(var members) -> "all " + rules(members);
            case MatchingRule.Any(var members) -> "any " + rules(members);
            case MatchingRule.Compare(var variable, var operator, var value) ->
                variable.word() + " " + operator.sign() + " " + quote(value);
            case MatchingRule.HasTag(var tag) -> tag.word();
        };
    }

    private static String rules(List<MatchingRule> members) {
        return members.stream().map(PolicyPrinter::print).collect(Collectors.joining(", ", "{", "}"));
    }

    public static String print(Subject subject) {
        return switch (subject) {
            case Subject.AnyUser() -> "any-user";
            case Subject.AnyGroup() -> "any-group";
            case Subject.GroupsNamed(var names) -> "group " + names(names);
            case Subject.GroupsById(var ids) -> "group " + ids(ids);
            case Subject.DynamicGroupsNamed(var names) -> "dynamic-group " + names(names);
            case Subject.DynamicGroupsById(var ids) -> "dynamic-group " + ids(ids);
            case Subject.Services(var names) -> "service " + names(names);
            case Subject.Resource(var type, var id) -> "resource " + type + " id " + id;
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

    public static String print(Destination destination) {
        return switch (destination) {
            case Destination.AnyTenancy() -> "any-tenancy";
            case Destination.Tenancy(var name) -> "tenancy " + name(name);
        };
    }

    public static String print(Condition condition) {
        return switch (condition) {
            case Condition.All(var members) -> "all " + members(members);
            case Condition.Any(var members) -> "any " + members(members);
            case Condition.Compare(var variable, var operator, var operand) ->
                variable.name() + " " + operator.sign() + " " + print(operand);
            case Condition.OneOf(var variable, var values) -> variable.name() + " in " + values(values);
            case Condition.NoneOf(var variable, var values) -> variable.name() + " not in " + values(values);
            case Condition.Intersect(var left, var right) ->
                "sets-intersect(" + left.name() + ", " + right.name() + ")";
            case Condition.Before(var limit) -> Times.TIMESTAMP + " before " + quote(Times.print(limit));
            case Condition.After(var limit) -> Times.TIMESTAMP + " after " + quote(Times.print(limit));
            case Condition.TimeOfDay(var from, var to) ->
                Times.TIME_OF_DAY + " between " + quote(Times.print(from)) + " and " + quote(Times.print(to));
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

    private static String values(List<String> values) {
        return values.stream().map(PolicyPrinter::quote).collect(Collectors.joining(", ", "(", ")"));
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
