package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.util.Optional;
import java.util.Set;

/**
 * Who asks: a user or a resource that acts for itself, with the groups it is in at the moment of asking. The caller
 * computes memberships; nothing here looks them up.
 *
 * @param type {@code user}, {@code cluster}, …: the type part of the OCID, in lower case
 * @param compartmentId of a resource principal
 * @param name of a user
 */
public record Principal(
        String type,
        Ocid id,
        TenancyId tenancyId,
        Optional<CompartmentId> compartmentId,
        Optional<String> name,
        Set<Group> groups,
        Set<DynamicGroup> dynamicGroups) {
    /** The type of a person's principal. */
    public static final String USER = "user";

    /** The type of a Kubernetes cluster's principal. */
    public static final String CLUSTER = "cluster";

    /** Every type of principal that signs in to Holdfast. */
    static final Set<String> TYPES = Set.of(USER, CLUSTER);

    /** A group that the principal is a member of. One outside the Default domain is named {@code domain/name}. */
    public record Group(GroupId id, String name) {}

    /** A dynamic group whose rule matches the principal. */
    public record DynamicGroup(DynamicGroupId id, String name) {}

    public Principal {
        type = CaseFold.of(type);
        groups = Set.copyOf(groups);
        dynamicGroups = Set.copyOf(dynamicGroups);
    }

    public static Principal user(UserId id, String name, TenancyId tenancyId, Set<Group> groups) {
        return new Principal(USER, id, tenancyId, Optional.empty(), Optional.of(name), groups, Set.of());
    }

    public static Principal cluster(
            ClusterId id, TenancyId tenancyId, CompartmentId compartmentId, Set<DynamicGroup> dynamicGroups) {
        return new Principal(
                CLUSTER, id, tenancyId, Optional.of(compartmentId), Optional.empty(), Set.of(), dynamicGroups);
    }

    /** The same principal, in these dynamic groups. */
    public Principal with(Set<DynamicGroup> memberships) {
        return new Principal(type, id, tenancyId, compartmentId, name, groups, memberships);
    }

    /** For explanations: {@code cluster ocid1.cluster…} or {@code user alice (ocid1.user…)}. */
    public String describe() {
        return name.map(it -> type + " " + Explanation.bounded(it) + " (" + id.value() + ")")
                .orElse(type + " " + id.value());
    }
}
