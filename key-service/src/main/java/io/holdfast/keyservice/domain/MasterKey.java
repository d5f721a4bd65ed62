package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import java.time.Instant;

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

    /** The most versions that a key may have: the deletion wipes them all in one etcd transaction of 128 operations. */
    int MAX_VERSIONS = 100;

    Facts facts();

    /** OCI's lifecycleState. */
    String lifecycleState();

    default KeyId id() {
        return facts().id();
    }

    /**
     * What every state has.
     *
     * @param currentVersion the version that new encryption uses
     * @param currentVersionNumber its ordinal, 1 for the first; also the number of versions made
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
            Instant timeCreated,
            Tags tags) {

        Facts withCurrent(KeyVersionId version, long number) {
            return new Facts(
                    id,
                    vaultId,
                    tenancyId,
                    compartmentId,
                    displayName,
                    shape,
                    protectionMode,
                    version,
                    number,
                    timeCreated,
                    tags);
        }
    }

    /** A key whose deletion is not on its way. */
    sealed interface Kept extends MasterKey {
        /** Ends all use of the key until cancelled. */
        default PendingDeletion scheduleDeletion(Instant timeOfDeletion) {
            return new PendingDeletion(this, timeOfDeletion);
        }
    }

    /** The only state in which the key encrypts and decrypts. */
    record Enabled(Facts facts) implements Kept {
        @Override
        public String lifecycleState() {
            return "ENABLED";
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

        public Enabled enable() {
            return new Enabled(facts);
        }
    }

    /** @param before the state that cancelling restores */
    record PendingDeletion(Kept before, Instant timeOfDeletion) implements MasterKey {
        @Override
        public Facts facts() {
            return before.facts();
        }

        @Override
        public String lifecycleState() {
            return "PENDING_DELETION";
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
        public String lifecycleState() {
            return "DELETED";
        }
    }
}
