package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Principal.DynamicGroup;
import io.holdfast.platform.http.Caller;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** No dynamic group exists yet, so nothing is in one; the first other implementation takes its place. */
@ApplicationScoped
@DefaultBean
class NoDynamicGroups implements DynamicGroups {
    @Override
    public Set<DynamicGroup> of(IdentitySnapshot identity, Caller resource) {
        return Set.of();
    }
}
