package io.holdfast.events;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;

/** Facts about clusters. Owner: cluster-service. */
public sealed interface ClusterEvent extends DomainEvent {

    ClusterId clusterId();

    @Override
    default Family family() {
        return Family.CLUSTERS;
    }

    @Override
    default String subject() {
        return clusterId().value();
    }

    record ClusterCreated(
            ClusterId clusterId,
            String name,
            CompartmentId compartmentId,
            TenancyId tenancyId,
            String kubernetesVersion,
            KeyId keyId,
            BindingId bindingId,
            String actor)
            implements ClusterEvent {}

    record ClusterUpgraded(ClusterId clusterId, String fromVersion, String toVersion, String actor)
            implements ClusterEvent {}

    record ClusterDeleted(ClusterId clusterId, String actor) implements ClusterEvent {}
}
