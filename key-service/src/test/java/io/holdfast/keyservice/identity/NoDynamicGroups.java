package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Principal.DynamicGroup;
import io.holdfast.platform.http.Caller;
import java.util.Set;

/** Nothing is in a dynamic group. */
class NoDynamicGroups implements DynamicGroups {
    @Override
    public Set<DynamicGroup> of(IdentitySnapshot identity, Caller resource) {
        return Set.of();
    }
}
