package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Principal.DynamicGroup;
import io.holdfast.platform.http.Caller;
import java.util.Set;

/**
 * Which dynamic groups a resource is in, asked at every decision about it and never kept longer: what a resource is (its
 * compartment, whether it is alive) may change without a change of identity.
 *
 * <p>Must be quick and must not block on anything but what the snapshot was read from: it stands in the way of every
 * decision.
 */
public interface DynamicGroups {

    /**
     * @param identity the state of identity that the decision rests on; rules come from it
     * @param resource a resource principal, never a user
     * @return empty for a resource that is in none, or is not known
     */
    Set<DynamicGroup> of(IdentitySnapshot identity, Caller resource);
}
