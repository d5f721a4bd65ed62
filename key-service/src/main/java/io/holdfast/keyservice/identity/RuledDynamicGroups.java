package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Principal.DynamicGroup;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/**
 * The dynamic groups of the resource's own tenancy whose rules it meets as it is now. What it is, its tenancy and compartment,
 * is the caller's: of a binding's record, or of the service that vouches for the resource.
 */
@ApplicationScoped
class RuledDynamicGroups implements DynamicGroups {

    /** @throws io.holdfast.kernel.ProblemException for an id that is none */
    @Override
    public Set<DynamicGroup> of(IdentitySnapshot identity, Caller resource) {
        Principal cluster = Principal.cluster(
                new ClusterId(resource.id()),
                resource.tenancyId(),
                new CompartmentId(resource.compartmentId()),
                Set.of());
        return identity.rules(resource.tenancyId())
                .map(rules -> rules.join(cluster).dynamicGroups())
                .orElse(Set.of());
    }
}
