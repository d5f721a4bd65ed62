package io.holdfast.events;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
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
