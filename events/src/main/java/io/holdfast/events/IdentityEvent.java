package io.holdfast.events;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.UserId;
import java.time.Instant;
import java.util.List;

/** Facts about who exists and who may. Owner: key-service. */
public sealed interface IdentityEvent extends DomainEvent {

    @Override
    default Family family() {
        return Family.IDENTITY;
    }

    record CompartmentCreated(CompartmentId compartmentId, CompartmentId parentId, String name, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return compartmentId.value();
        }
    }

    /**
     * @param change CREATED, UPDATED or DELETED
     * @param statements the statements in force after the change, none after DELETED
     */
    record PolicyChanged(
            PolicyId policyId,
            CompartmentId compartmentId,
            String name,
            String change,
            List<String> statements,
            String actor)
            implements IdentityEvent {
        public PolicyChanged {
            statements = List.copyOf(statements);
        }

        @Override
        public String subject() {
            return policyId.value();
        }
    }

    /** A kubectl token ended before its time. */
    record ClusterTokenRevoked(UserId userId, String tokenId, Instant expiresAt, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return userId.value();
        }
    }
}
