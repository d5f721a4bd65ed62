package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import java.time.Instant;
import java.util.Optional;

/**
 * A vault: the place where master keys are made. One record per lifecycle state (OCI KMS, Vault.lifecycleState).
 *
 * <pre>
 * ACTIVE              -- scheduleDeletion --> SCHEDULING_DELETION -- all its keys are pending --> PENDING_DELETION
 * PENDING_DELETION    -- cancelDeletion   --> CANCELLING_DELETION -- its keys are restored    --> ACTIVE
 * PENDING_DELETION    -- complete         --> DELETED
 * </pre>
 *
 * <p>Many keys do not fit one transaction: the states in between say which way the keys are going, so that whoever comes
 * after a crash can finish it, and no key is made in the meantime.
 */
public sealed interface Vault {

    Facts facts();

    /** OCI's lifecycleState. */
    String lifecycleState();

    default VaultId id() {
        return facts().id();
    }

    /** When it is to be deleted, or was; empty while no deletion is scheduled. */
    default Optional<Instant> deletionTime() {
        return switch (this) {
            case SchedulingDeletion scheduling -> Optional.of(scheduling.timeOfDeletion());
            case PendingDeletion pending -> Optional.of(pending.timeOfDeletion());
            case Deleted deleted -> Optional.of(deleted.timeOfDeletion());
            case Active active -> Optional.empty();
            case CancellingDeletion cancelling -> Optional.empty();
        };
    }

    /**
     * What every state has.
     *
     * @param type OCI's vaultType, DEFAULT or VIRTUAL_PRIVATE
     */
    record Facts(
            VaultId id,
            TenancyId tenancyId,
            CompartmentId compartmentId,
            String displayName,
            String type,
            KeyId wrappingKeyId,
            Instant timeCreated,
            Tags tags) {

        /** With another name and other tags. */
        public Facts described(String name, Tags others) {
            return new Facts(id, tenancyId, compartmentId, name, type, wrappingKeyId, timeCreated, others);
        }

        /** In another compartment. */
        public Facts in(CompartmentId other) {
            return new Facts(id, tenancyId, other, displayName, type, wrappingKeyId, timeCreated, tags);
        }
    }

    /** Keys can be made and used in it. */
    record Active(Facts facts) implements Vault {
        @Override
        public String lifecycleState() {
            return "ACTIVE";
        }

        public SchedulingDeletion scheduleDeletion(Instant timeOfDeletion) {
            return new SchedulingDeletion(facts, timeOfDeletion);
        }
    }

    /** Its keys are being scheduled, one by one. */
    record SchedulingDeletion(Facts facts, Instant timeOfDeletion) implements Vault {
        @Override
        public String lifecycleState() {
            return "SCHEDULING_DELETION";
        }

        public PendingDeletion scheduled() {
            return new PendingDeletion(facts, timeOfDeletion);
        }
    }

    record PendingDeletion(Facts facts, Instant timeOfDeletion) implements Vault {
        @Override
        public String lifecycleState() {
            return "PENDING_DELETION";
        }

        public CancellingDeletion cancelDeletion() {
            return new CancellingDeletion(facts);
        }

        /** When every key in it is DELETED. */
        public Deleted complete() {
            return new Deleted(facts, timeOfDeletion);
        }
    }

    /** Its keys are being restored, one by one. */
    record CancellingDeletion(Facts facts) implements Vault {
        @Override
        public String lifecycleState() {
            return "CANCELLING_DELETION";
        }

        public Active cancelled() {
            return new Active(facts);
        }
    }

    /** The end: readable for the record. */
    record Deleted(Facts facts, Instant timeOfDeletion) implements Vault {
        @Override
        public String lifecycleState() {
            return "DELETED";
        }
    }
}
