package io.holdfast.keyservice.tokens;

import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** All that this service knows of a cluster is its binding: the cluster exists for as long as that is held. */
@ApplicationScoped
class BoundClusters implements LiveClusters {
    private final BindingStore bindings;

    BoundClusters(BindingStore bindings) {
        this.bindings = bindings;
    }

    @Override
    public Optional<Caller> find(ClusterId id) {
        return bindings.heldBy(id).map(BoundClusters::principal);
    }

    private static Caller principal(Binding.Held binding) {
        Binding.Facts facts = binding.facts();
        return new Caller(
                Principal.CLUSTER,
                facts.clusterId().value(),
                facts.clusterId().value(),
                facts.tenancyId(),
                facts.clusterCompartmentId().value());
    }
}
