package io.holdfast.events;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.MembershipId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.time.Instant;
import java.util.List;

/** Facts about who exists and who may. Owner: key-service. */
public sealed interface IdentityEvent extends DomainEvent {

    @Override
    default Family family() {
        return Family.IDENTITY;
    }

    /** A further tenancy of the installation. */
    record TenancyCreated(TenancyId tenancyId, String name, String actor) implements IdentityEvent {
        @Override
        public String subject() {
            return tenancyId.value();
        }
    }

    record CompartmentCreated(CompartmentId compartmentId, CompartmentId parentId, String name, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return compartmentId.value();
        }
    }

    /**
     * @param parentId after the change
     * @param name after the change
     * @param change UPDATED, MOVED or DELETED
     */
    record CompartmentChanged(
            CompartmentId compartmentId, CompartmentId parentId, String name, String change, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return compartmentId.value();
        }
    }

    /** @param change CREATED, UPDATED, BLOCKED, UNBLOCKED or DELETED */
    record UserChanged(UserId userId, TenancyId tenancyId, String name, String change, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return userId.value();
        }
    }

    /** An API key with which the user can sign from now on. */
    record ApiKeyUploaded(UserId userId, TenancyId tenancyId, String fingerprint, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return userId.value();
        }
    }

    /** An API key that no longer signs for the user. */
    record ApiKeyDeleted(UserId userId, TenancyId tenancyId, String fingerprint, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return userId.value();
        }
    }

    /** @param change CREATED, UPDATED or DELETED */
    record GroupChanged(GroupId groupId, TenancyId tenancyId, String name, String change, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return groupId.value();
        }
    }

    /** @param change ADDED or REMOVED */
    record MembershipChanged(
            MembershipId membershipId, GroupId groupId, UserId userId, TenancyId tenancyId, String change, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return groupId.value();
        }
    }

    /**
     * @param change CREATED, UPDATED or DELETED
     * @param matchingRule in force after the change, empty after DELETED
     */
    record DynamicGroupChanged(
            DynamicGroupId dynamicGroupId,
            TenancyId tenancyId,
            String name,
            String change,
            String matchingRule,
            String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return dynamicGroupId.value();
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

    /**
     * A kubectl token was made for a user, who asked for it.
     *
     * @param tokenId names the token in a revocation; opens nothing
     */
    record ClusterTokenIssued(UserId userId, ClusterId clusterId, String tokenId, Instant expiresAt, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return userId.value();
        }
    }

    /**
     * A token was made by which whoever holds its session key signs as the cluster.
     *
     * @param tenancyId of the cluster
     * @param tokenId names the token; opens nothing
     * @param actor who asked for it: a user, or the cluster itself
     */
    record ResourcePrincipalTokenIssued(
            ClusterId clusterId, TenancyId tenancyId, String tokenId, Instant expiresAt, String actor)
            implements IdentityEvent {
        @Override
        public String subject() {
            return clusterId.value();
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
