package io.holdfast.events;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import java.time.Instant;

/** Facts about vaults, master keys, key versions and bindings. Owner: key-service. */
public sealed interface KeyEvent extends DomainEvent {

    @Override
    default Family family() {
        return Family.KEYS;
    }

    /** @param actor the OCID of the principal whose request it was */
    record VaultCreated(VaultId vaultId, CompartmentId compartmentId, String displayName, String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    record KeyCreated(
            KeyId keyId,
            VaultId vaultId,
            CompartmentId compartmentId,
            String displayName,
            String algorithm,
            int lengthBytes,
            String protectionMode,
            KeyVersionId keyVersionId,
            String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** A new version is current; the old ones only unwrap. */
    record KeyRotated(
            KeyId keyId,
            KeyVersionId keyVersionId,
            long keyVersionNumber,
            KeyVersionId previousKeyVersionId,
            String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    record KeyDisabled(KeyId keyId, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    record KeyEnabled(KeyId keyId, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    record KeyScheduledForDeletion(KeyId keyId, Instant timeOfDeletion, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** @param restoredState the lifecycle state that the key is back in: ENABLED or DISABLED */
    record KeyDeletionCancelled(KeyId keyId, String restoredState, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** The material of every version is gone for good. */
    record KeyDeleted(KeyId keyId) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** Name or tags of a vault are others. */
    record VaultUpdated(VaultId vaultId, String displayName, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /** The policies of another compartment now decide about the vault. */
    record VaultMoved(VaultId vaultId, CompartmentId compartmentId, CompartmentId previousCompartmentId, String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /** Its keys that were not scheduled already are told of by events of their own. */
    record VaultScheduledForDeletion(VaultId vaultId, Instant timeOfDeletion, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /** The keys whose deletion came of the vault's are told of by events of their own. */
    record VaultDeletionCancelled(VaultId vaultId, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /** The vault and all its keys are gone for good. */
    record VaultDeleted(VaultId vaultId) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /**
     * A vault elsewhere has been silent for too long: access to its keys ends until it answers again.
     *
     * @param since when it was last known how its keys are
     */
    record VaultOutOfReach(VaultId vaultId, Instant since) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /** A vault elsewhere answers again, and its keys are as it says. */
    record VaultInReach(VaultId vaultId) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /** Name, tags or rotation schedule of a key are others. */
    record KeyUpdated(KeyId keyId, String displayName, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** The policies of another compartment now decide about the key. */
    record KeyMoved(KeyId keyId, CompartmentId compartmentId, CompartmentId previousCompartmentId, String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** What is wrapped under this version does not open any more. */
    record KeyVersionScheduledForDeletion(KeyId keyId, KeyVersionId keyVersionId, Instant timeOfDeletion, String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return keyVersionId.value();
        }
    }

    record KeyVersionDeletionCancelled(KeyId keyId, KeyVersionId keyVersionId, String actor) implements KeyEvent {
        @Override
        public String subject() {
            return keyVersionId.value();
        }
    }

    /** The material of this version is gone for good. */
    record KeyVersionDeleted(KeyId keyId, KeyVersionId keyVersionId) implements KeyEvent {
        @Override
        public String subject() {
            return keyVersionId.value();
        }
    }

    /**
     * The scheduled deletion of a key is near.
     *
     * @param notice how long before it this warning is due: P7D, P1D or PT1H
     */
    record KeyDeletionApproaching(KeyId keyId, Instant timeOfDeletion, String notice) implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    /** The scheduled deletion of a key version is near; {@code notice} as of {@link KeyDeletionApproaching}. */
    record KeyVersionDeletionApproaching(KeyId keyId, KeyVersionId keyVersionId, Instant timeOfDeletion, String notice)
            implements KeyEvent {
        @Override
        public String subject() {
            return keyVersionId.value();
        }
    }

    /** The scheduled deletion of a vault is near; {@code notice} as of {@link KeyDeletionApproaching}. */
    record VaultDeletionApproaching(VaultId vaultId, Instant timeOfDeletion, String notice) implements KeyEvent {
        @Override
        public String subject() {
            return vaultId.value();
        }
    }

    /**
     * The deletions of a tenancy's keys, key versions and vaults wait: the wall clock is not believed.
     *
     * @param since the wall time that was seen when the doubt began
     * @param wallTime the wall time that was seen when this was told
     * @param heartbeat the last wall time that was believed
     * @param due how many deletions wait only for the clock: their time has come by wall clock or heartbeat
     * @param scheduled how many are scheduled, with those that are due
     */
    record DeletionsHeld(
            TenancyId tenancyId, Instant since, Instant wallTime, Instant heartbeat, long due, long scheduled)
            implements KeyEvent {
        @Override
        public String subject() {
            return tenancyId.value();
        }
    }

    /**
     * The wall clock is believed again, and the tenancy's deletions go on.
     *
     * @param since as {@link DeletionsHeld} told it
     * @param wallTime that is believed
     */
    record DeletionsResumed(TenancyId tenancyId, Instant since, Instant wallTime) implements KeyEvent {
        @Override
        public String subject() {
            return tenancyId.value();
        }
    }

    /**
     * An operator has said that the wall clock is right.
     *
     * @param tenancyId of the operator; it holds for the deletions of all
     * @param wallTime the wall time that is believed from then on
     * @param heartbeat the last wall time that was believed before
     */
    record DeletionClockConfirmed(TenancyId tenancyId, Instant wallTime, Instant heartbeat, String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return tenancyId.value();
        }
    }

    /**
     * The material of a version left Holdfast, wrapped for the holder of a public key.
     *
     * @param recipientSha256 of that public key's DER, in hex
     */
    record KeyExported(KeyId keyId, KeyVersionId keyVersionId, String algorithm, String recipientSha256, String actor)
            implements KeyEvent {
        @Override
        public String subject() {
            return keyId.value();
        }
    }

    record BindingCreated(BindingId bindingId, ClusterId clusterId, KeyId keyId, String mode) implements KeyEvent {
        @Override
        public String subject() {
            return bindingId.value();
        }
    }

    record BindingReleased(BindingId bindingId, ClusterId clusterId, KeyId keyId) implements KeyEvent {
        @Override
        public String subject() {
            return bindingId.value();
        }
    }
}
