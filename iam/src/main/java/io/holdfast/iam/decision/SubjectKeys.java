package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * Subjects and principals as texts, so that a statement is for a principal exactly when they share one. What an index of
 * statements is ordered by.
 */
final class SubjectKeys {
    private static final String ANY_USER = "any-user";
    private static final String ANY_GROUP = "any-group";

    private SubjectKeys() {}

    static List<String> of(Subject subject) {
        return switch (subject) {
            case Subject.AnyUser() -> List.of(ANY_USER);
            case Subject.AnyGroup() -> List.of(ANY_GROUP);
            case Subject.GroupsNamed(var names) ->
                names.stream().map(it -> groupName(it.inTenancy())).distinct().toList();
            case Subject.GroupsById(var ids) ->
                ids.stream().map(it -> it.value()).distinct().toList();
            case Subject.DynamicGroupsNamed(var names) ->
                names.stream()
                        .map(it -> dynamicGroupName(it.inTenancy()))
                        .distinct()
                        .toList();
            case Subject.DynamicGroupsById(var ids) ->
                ids.stream().map(it -> it.value()).distinct().toList();
            // No service signs in, so no principal has a key for one.
            case Subject.Services(var names) -> List.of();
            case Subject.Resource(var type, var id) -> List.of(resource(type, id));
        };
    }

    static List<String> of(Principal principal) {
        List<String> keys = new ArrayList<>(3
                + 2 * principal.groups().size()
                + 2 * principal.dynamicGroups().size());
        keys.add(ANY_USER);
        if (!principal.groups().isEmpty() || !principal.dynamicGroups().isEmpty()) {
            keys.add(ANY_GROUP);
        }
        if (!principal.type().equals(Principal.USER)) {
            keys.add(resource(principal.type(), principal.id().value()));
        }
        for (Principal.Group group : principal.groups()) {
            keys.add(groupName(group.name()));
            keys.add(group.id().value());
        }
        for (Principal.DynamicGroup group : principal.dynamicGroups()) {
            keys.add(dynamicGroupName(group.name()));
            keys.add(group.id().value());
        }
        return keys;
    }

    private static String groupName(String name) {
        return "group " + CaseFold.of(name);
    }

    private static String dynamicGroupName(String name) {
        return "dynamic-group " + CaseFold.of(name);
    }

    private static String resource(String type, String id) {
        return "resource " + type + " " + CaseFold.of(id);
    }
}
