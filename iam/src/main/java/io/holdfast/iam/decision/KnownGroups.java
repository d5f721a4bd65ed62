package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Places;
import io.holdfast.iam.language.Position;
import io.holdfast.iam.language.Subject;
import io.holdfast.kernel.Ocid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The groups and dynamic groups that a tenancy has at one moment. Immutable and thread safe. */
public final class KnownGroups {
    private final Set<String> groups = new HashSet<>();
    private final Set<String> dynamicGroups = new HashSet<>();

    public KnownGroups(Collection<Principal.Group> groups, Collection<Principal.DynamicGroup> dynamicGroups) {
        groups.forEach(it -> this.groups.addAll(List.of(it.id().value(), CaseFold.of(it.name()))));
        dynamicGroups.forEach(it -> this.dynamicGroups.addAll(List.of(it.id().value(), CaseFold.of(it.name()))));
    }

    /** A name or an OCID that nobody has, and what comes of that. */
    record Absent(Position at, String message) {}

    /** Those of a subject of this tenancy. No other name is suggested: the author may not be one to know them. */
    List<Absent> absent(Subject subject, Places places) {
        return switch (subject) {
            case Subject.GroupsNamed(var names) -> names("group", names, groups, places);
            case Subject.DynamicGroupsNamed(var names) -> names("dynamic group", names, dynamicGroups, places);
            case Subject.GroupsById(var ids) -> ids("group", ids, groups, places);
            case Subject.DynamicGroupsById(var ids) -> ids("dynamic group", ids, dynamicGroups, places);
            case Subject.AnyUser it -> List.of();
            case Subject.AnyGroup it -> List.of();
            case Subject.Services it -> List.of();
            case Subject.Resource it -> List.of();
        };
    }

    private static List<Absent> names(String noun, List<Subject.Name> names, Set<String> known, Places places) {
        List<Absent> absent = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).inTenancy();
            if (!known.contains(CaseFold.of(name))) {
                absent.add(new Absent(
                        places.subjects().get(i),
                        "there is no " + noun + " '" + Explanation.bounded(name)
                                + "' now: it takes effect for whoever is given that name"));
            }
        }
        return absent;
    }

    private static List<Absent> ids(String noun, List<? extends Ocid> ids, Set<String> known, Places places) {
        List<Absent> absent = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i).value();
            if (!known.contains(id)) {
                absent.add(new Absent(
                        places.subjects().get(i),
                        "there is no " + noun + " " + id + " in this tenancy: it is for nobody"));
            }
        }
        return absent;
    }
}
