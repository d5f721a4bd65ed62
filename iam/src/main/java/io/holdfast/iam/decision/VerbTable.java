package io.holdfast.iam.decision;

import io.holdfast.iam.language.Verb;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Which permissions a verb gives on a resource type. Verbs are cumulative: inspect, read, use, manage. */
public final class VerbTable {
    private VerbTable() {}

    /**
     * The permissions of {@code verb} on the type, family or {@code all-resources} that a statement names. Empty sets
     * occur: some types give nothing at a low verb.
     *
     * @return empty when there is no such resource type
     */
    public static Optional<Set<Permission>> permissions(Verb verb, String resourceType) {
        return ResourceType.named(resourceType).map(types -> permissions(verb, types));
    }

    /**
     * The permissions that a Deny of {@code verb} takes: those that the verb adds to the one below, and all above. To deny
     * inspect is to deny everything; to deny manage leaves use as it is.
     *
     * @return empty when there is no such resource type
     */
    public static Optional<Set<Permission>> denied(Verb verb, String resourceType) {
        return ResourceType.named(resourceType).map(types -> of(types, it -> it.includes(verb)));
    }

    private static Set<Permission> permissions(Verb verb, Set<ResourceType> types) {
        return of(types, verb::includes);
    }

    private static Set<Permission> of(Set<ResourceType> types, Predicate<Verb> lowestVerb) {
        EnumSet<Permission> found = EnumSet.noneOf(Permission.class);
        for (Permission permission : Permission.values()) {
            if (types.contains(permission.resourceType()) && lowestVerb.test(permission.lowestVerb())) {
                found.add(permission);
            }
        }
        return Collections.unmodifiableSet(found);
    }
}
