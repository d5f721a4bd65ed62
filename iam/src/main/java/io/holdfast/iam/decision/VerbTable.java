package io.holdfast.iam.decision;

import io.holdfast.iam.language.Verb;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

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

    private static Set<Permission> permissions(Verb verb, Set<ResourceType> types) {
        EnumSet<Permission> given = EnumSet.noneOf(Permission.class);
        for (Permission permission : Permission.values()) {
            if (types.contains(permission.resourceType()) && verb.includes(permission.lowestVerb())) {
                given.add(permission);
            }
        }
        return Collections.unmodifiableSet(given);
    }
}
