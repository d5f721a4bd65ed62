package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import java.time.Instant;
import java.util.Optional;

/**
 * A master encryption key. One record per lifecycle state (OCI KMS, Key.lifecycleState); the methods of a state are its
 * legal transitions, and there are no others.
 *
 * <pre>
 * ENABLED  -- rotate --> ENABLED             ENABLED, DISABLED -- scheduleDeletion --> PENDING_DELETION
 * ENABLED  -- disable --> DISABLED           PENDING_DELETION  -- cancelDeletion --> the state before
 * DISABLED -- enable --> ENABLED             PENDING_DELETION  -- complete --> DELETED
 * </pre>
 */
public sealed interface MasterKey {

    /** The most versions of a key that have material: the deletion wipes them in one etcd transaction of 128 operations. */
    int MAX_VERSIONS = 100;

    Facts facts();

    /** OCI's lifecycleState. */
    String lifecycleState();

    default KeyId id() {
        return facts().id();
    }

    /** When it is to be deleted, or was; empty while no deletion is scheduled. */
    default Optional<Instant> deletionTime() {
        return switch (this) {
            case PendingDeletion pending -> Optional.of(pending.timeOfDeletion());
            case Deleted deleted -> Optional.of(deleted.timeOfDeletion());
            case Kept kept -> Optional.empty();
        };
    }

    /** The same state with other facts. */
    MasterKey with(Facts facts);

    /**
     * What every state has.
     *
     * @param currentVersion the version that new encryption uses
     * @param currentVersionNumber its ordinal, 1 for the first; also the number of versions ever made
     * @param liveVersions how many of them have material
     * @param exportable whether it was created so that its material may leave although clusters are bound to it
     * @param rotation the schedule by which it is rotated
     */
    record Facts(
            KeyId id,
            VaultId vaultId,
            TenancyId tenancyId,
            CompartmentId compartmentId,
            String displayName,
            KeyShape shape,
            ProtectionMode protectionMode,
            KeyVersionId currentVersion,
            long currentVersionNumber,
            int liveVersions,
            Instant timeCreated,
            Tags tags,
            boolean exportable,
            Optional<RotationSchedule> rotation) {

        /** With another name and other tags. */
        public Facts described(String name, Tags others) {
            return with(compartmentId, name, currentVersion, currentVersionNumber, liveVersions, others, rotation);
        }

        /** In another compartment. */
        public Facts in(CompartmentId other) {
            return with(other, displayName, currentVersion, currentVersionNumber, liveVersions, tags, rotation);
        }

        /** With another schedule, or none. */
        public Facts scheduled(Optional<RotationSchedule> other) {
            return with(compartmentId, displayName, currentVersion, currentVersionNumber, liveVersions, tags, other);
        }

        /** With a version less that has material. */
        public Facts withoutOneVersion() {
            return with(
                    compartmentId, displayName, currentVersion, currentVersionNumber, liveVersions - 1, tags, rotation);
        }

        Facts withCurrent(KeyVersionId version, long number) {
            return with(compartmentId, displayName, version, number, liveVersions + 1, tags, rotation);
        }

        private Facts with(
                CompartmentId compartment,
                String name,
                KeyVersionId version,
                long number,
                int live,
                Tags withTags,
                Optional<RotationSchedule> schedule) {
            return new Facts(
                    id,
                    vaultId,
                    tenancyId,
                    compartment,
                    name,
                    shape,
                    protectionMode,
                    version,
                    number,
                    live,
                    timeCreated,
                    withTags,
                    exportable,
                    schedule);
        }
    }

    /** A key whose deletion is not on its way. */
    sealed interface Kept extends MasterKey {
        /** Ends all use of the key until cancelled. */
        default PendingDeletion scheduleDeletion(Instant timeOfDeletion) {
            return new PendingDeletion(this, timeOfDeletion, false);
        }

        /** The same, because its vault is to be deleted: cancelling that cancels this. */
        default PendingDeletion scheduleDeletionWithVault(Instant timeOfDeletion) {
            return new PendingDeletion(this, timeOfDeletion, true);
        }

        @Override
        Kept with(Facts facts);
    }

    /** The only state in which the key encrypts and decrypts. */
    record Enabled(Facts facts) implements Kept {
        @Override
        public String lifecycleState() {
            return "ENABLED";
        }

        @Override
        public Enabled with(Facts other) {
            return new Enabled(other);
        }

        public Disabled disable() {
            return new Disabled(facts);
        }

        /** Makes a new version current; the ones before only decrypt. */
        public Enabled rotate(KeyVersionId next) {
            return new Enabled(facts.withCurrent(next, facts.currentVersionNumber() + 1));
        }
    }

    record Disabled(Facts facts) implements Kept {
        @Override
        public String lifecycleState() {
            return "DISABLED";
        }

        @Override
        public Disabled with(Facts other) {
            return new Disabled(other);
        }

        public Enabled enable() {
            return new Enabled(facts);
        }
    }

    /**
     * @param before the state that cancelling restores
     * @param withVault whether the deletion of its vault brought it here
     */
    record PendingDeletion(Kept before, Instant timeOfDeletion, boolean withVault) implements MasterKey {
        @Override
        public Facts facts() {
            return before.facts();
        }

        @Override
        public String lifecycleState() {
            return "PENDING_DELETION";
        }

        @Override
        public PendingDeletion with(Facts other) {
            return new PendingDeletion(before.with(other), timeOfDeletion, withVault);
        }

        public Kept cancelDeletion() {
            return before;
        }

        /** The material of every version goes in the same transaction. */
        public Deleted complete() {
            return new Deleted(facts(), timeOfDeletion);
        }
    }

    /** The end: readable for the record, never usable again. */
    record Deleted(Facts facts, Instant timeOfDeletion) implements MasterKey {
        @Override
        public Deleted with(Facts other) {
            return new Deleted(other, timeOfDeletion);
        }

        @Override
        public String lifecycleState() {
            return "DELETED";
        }
    }
}
