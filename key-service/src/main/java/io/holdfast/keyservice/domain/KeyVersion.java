package io.holdfast.keyservice.domain;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of a master key. It is used when both it and its key are ENABLED; otherwise the key's state is shown where
 * that says more.
 *
 * <pre>
 * ENABLED -- scheduleDeletion --> PENDING_DELETION -- cancelDeletion --> ENABLED
 *                                 PENDING_DELETION -- complete       --> DELETED
 * </pre>
 */
public sealed interface KeyVersion {

    Facts facts();

    default KeyVersionId id() {
        return facts().id();
    }

    default KeyId keyId() {
        return facts().keyId();
    }

    /** Its ordinal, 1 for the first. */
    default long number() {
        return facts().number();
    }

    default Instant timeCreated() {
        return facts().timeCreated();
    }

    /** OCI's lifecycleState of this version by itself. */
    String lifecycleState();

    /** OCI's lifecycleState of this version under its key. */
    default String lifecycleStateUnder(MasterKey key) {
        return switch (this) {
            case Enabled enabled -> key.lifecycleState();
            case PendingDeletion pending ->
                key instanceof MasterKey.Deleted ? key.lifecycleState() : pending.lifecycleState();
            case Deleted deleted -> deleted.lifecycleState();
        };
    }

    /** When this version by itself is to be deleted, or was; empty while no deletion of it is scheduled. */
    default Optional<Instant> deletionTime() {
        return switch (this) {
            case PendingDeletion pending -> Optional.of(pending.timeOfDeletion());
            case Deleted deleted -> Optional.of(deleted.timeOfDeletion());
            case Enabled enabled -> Optional.empty();
        };
    }

    /** When it is to be deleted, or was, by itself or else with its key. */
    default Optional<Instant> deletionTimeUnder(MasterKey key) {
        return deletionTime().or(key::deletionTime);
    }

    /** Where the material was made (OCI KMS, KeyVersion.origin). */
    enum Origin {
        /** By the vault. */
        INTERNAL,
        /** By the customer, who imported it. */
        EXTERNAL
    }

    /**
     * What does not change with the state.
     *
     * @param number its ordinal, 1 for the first
     * @param autoRotated whether the key's schedule made it, not a request
     * @param publicKey the public half of an RSA or ECDSA version, as PEM of its SubjectPublicKeyInfo (RFC 7468)
     */
    record Facts(
            KeyVersionId id,
            KeyId keyId,
            long number,
            Instant timeCreated,
            Origin origin,
            boolean autoRotated,
            Optional<String> publicKey) {}

    /** It encrypts while it is its key's current version, and decrypts. */
    record Enabled(Facts facts) implements KeyVersion {
        @Override
        public String lifecycleState() {
            return "ENABLED";
        }

        /** Ends the use of this version until cancelled. */
        public PendingDeletion scheduleDeletion(Instant timeOfDeletion) {
            return new PendingDeletion(facts, timeOfDeletion);
        }
    }

    record PendingDeletion(Facts facts, Instant timeOfDeletion) implements KeyVersion {
        @Override
        public String lifecycleState() {
            return "PENDING_DELETION";
        }

        public Enabled cancelDeletion() {
            return new Enabled(facts);
        }

        /** The material goes in the same transaction. */
        public Deleted complete() {
            return new Deleted(facts, timeOfDeletion);
        }
    }

    /** The end: readable for the record, never usable again. */
    record Deleted(Facts facts, Instant timeOfDeletion) implements KeyVersion {
        @Override
        public String lifecycleState() {
            return "DELETED";
        }
    }
}
