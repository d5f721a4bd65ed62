package io.holdfast.keyservice.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Vault;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answers' JSON (OCI KMS models; reference "Models"). Absent values are left out. */
final class Views {
    private Views() {}

    record VaultView(
            String compartmentId,
            String cryptoEndpoint,
            Map<String, Map<String, Object>> definedTags,
            String displayName,
            Map<String, String> freeformTags,
            String id,
            String lifecycleState,
            String managementEndpoint,
            Instant timeCreated,
            @Nullable Instant timeOfDeletion,
            String vaultType,
            String wrappingkeyId,
            @JsonProperty("isPrimary") boolean isPrimary,
            @JsonProperty("isVaultReplicable") boolean isVaultReplicable) {}

    record VaultSummary(
            String compartmentId,
            String cryptoEndpoint,
            Map<String, Map<String, Object>> definedTags,
            String displayName,
            Map<String, String> freeformTags,
            String id,
            String lifecycleState,
            String managementEndpoint,
            Instant timeCreated,
            String vaultType) {}

    record KeyShapeView(
            String algorithm, int length, @Nullable String curveId) {
        static KeyShapeView of(KeyShape shape) {
            return new KeyShapeView(
                    shape.algorithm().name(),
                    shape.length(),
                    shape.curve().map(Enum::name).orElse(null));
        }
    }

    record KeyView(
            String compartmentId,
            String currentKeyVersion,
            Map<String, Map<String, Object>> definedTags,
            String displayName,
            Map<String, String> freeformTags,
            String id,
            KeyShapeView keyShape,
            String protectionMode,
            String lifecycleState,
            Instant timeCreated,
            @Nullable Instant timeOfDeletion,
            String vaultId,
            @JsonProperty("isPrimary") boolean isPrimary,
            @JsonProperty("isAutoRotationEnabled") boolean isAutoRotationEnabled,
            @Nullable AutoKeyRotationView autoKeyRotationDetails) {}

    record AutoKeyRotationView(
            int rotationIntervalInDays,
            Instant timeOfScheduleStart,
            Instant timeOfNextRotation,
            @Nullable Instant timeOfLastRotation,
            @Nullable String lastRotationStatus,
            @Nullable String lastRotationMessage) {
        static AutoKeyRotationView of(RotationSchedule schedule) {
            Optional<RotationSchedule.Outcome> last = schedule.last();
            return new AutoKeyRotationView(
                    schedule.intervalDays(),
                    schedule.start(),
                    schedule.next(),
                    last.map(RotationSchedule.Outcome::time).orElse(null),
                    last.map(outcome -> outcome.succeeded() ? "SUCCESS" : "FAILED")
                            .orElse(null),
                    last.flatMap(RotationSchedule.Outcome::message).orElse(null));
        }
    }

    /** HSM keys apart from software ones, as OCI counts. */
    record VaultUsage(int keyCount, int keyVersionCount, int softwareKeyCount, int softwareKeyVersionCount) {}

    record SignedData(String keyId, String keyVersionId, String signature, String signingAlgorithm) {}

    record VerifiedData(@JsonProperty("isSignatureValid") boolean isSignatureValid) {}

    record WrappingKeyView(
            String compartmentId,
            String id,
            String lifecycleState,
            String publicKey,
            Instant timeCreated,
            String vaultId) {}

    /** @param encryptedKey wrapped for the holder of the public key that the request gave */
    record ExportedKeyData(
            String keyVersionId,
            String keyId,
            Instant timeCreated,
            String vaultId,
            String encryptedKey,
            String algorithm) {}

    record KeySummary(
            String compartmentId,
            Map<String, Map<String, Object>> definedTags,
            String displayName,
            Map<String, String> freeformTags,
            String id,
            String lifecycleState,
            Instant timeCreated,
            String vaultId,
            String protectionMode,
            String algorithm,
            @JsonProperty("isAutoRotationEnabled") boolean isAutoRotationEnabled) {}

    record KeyVersionView(
            String compartmentId,
            String id,
            String keyId,
            @Nullable String publicKey,
            String lifecycleState,
            String origin,
            Instant timeCreated,
            @Nullable Instant timeOfDeletion,
            String vaultId,
            @JsonProperty("isPrimary") boolean isPrimary,
            @JsonProperty("isAutoRotated") boolean isAutoRotated) {}

    record KeyVersionSummary(
            String compartmentId,
            String id,
            String keyId,
            String lifecycleState,
            String origin,
            Instant timeCreated,
            @Nullable Instant timeOfDeletion,
            String vaultId,
            @JsonProperty("isAutoRotated") boolean isAutoRotated) {}

    record EncryptedData(String ciphertext, String keyId, String keyVersionId, String encryptionAlgorithm) {}

    record DecryptedData(
            String plaintext, String plaintextChecksum, String keyId, String keyVersionId, String encryptionAlgorithm) {
        @Override
        public String toString() {
            return "DecryptedData[redacted]";
        }
    }

    record GeneratedKey(
            String ciphertext,
            @Nullable String plaintext,
            @Nullable String plaintextChecksum) {
        @Override
        public String toString() {
            return "GeneratedKey[redacted]";
        }
    }

    static VaultView view(Vault vault, String endpoint) {
        Vault.Facts facts = vault.facts();
        return new VaultView(
                facts.compartmentId().value(),
                endpoint,
                facts.tags().defined(),
                facts.displayName(),
                facts.tags().freeform(),
                facts.id().value(),
                vault.lifecycleState(),
                endpoint,
                facts.timeCreated(),
                vault.deletionTime().orElse(null),
                facts.type(),
                facts.wrappingKeyId().value(),
                true,
                false);
    }

    static VaultSummary summary(Vault vault, String endpoint) {
        Vault.Facts facts = vault.facts();
        return new VaultSummary(
                facts.compartmentId().value(),
                endpoint,
                facts.tags().defined(),
                facts.displayName(),
                facts.tags().freeform(),
                facts.id().value(),
                vault.lifecycleState(),
                endpoint,
                facts.timeCreated(),
                facts.type());
    }

    static KeyView view(MasterKey key) {
        MasterKey.Facts facts = key.facts();
        return new KeyView(
                facts.compartmentId().value(),
                facts.currentVersion().value(),
                facts.tags().defined(),
                facts.displayName(),
                facts.tags().freeform(),
                facts.id().value(),
                KeyShapeView.of(facts.shape()),
                facts.protectionMode().name(),
                key.lifecycleState(),
                facts.timeCreated(),
                key.deletionTime().orElse(null),
                facts.vaultId().value(),
                true,
                facts.rotation().isPresent(),
                facts.rotation().map(AutoKeyRotationView::of).orElse(null));
    }

    static KeySummary summary(MasterKey key) {
        MasterKey.Facts facts = key.facts();
        return new KeySummary(
                facts.compartmentId().value(),
                facts.tags().defined(),
                facts.displayName(),
                facts.tags().freeform(),
                facts.id().value(),
                key.lifecycleState(),
                facts.timeCreated(),
                facts.vaultId().value(),
                facts.protectionMode().name(),
                facts.shape().algorithm().name(),
                facts.rotation().isPresent());
    }

    static KeyVersionView view(KeyVersion version, MasterKey key) {
        return new KeyVersionView(
                key.facts().compartmentId().value(),
                version.id().value(),
                version.keyId().value(),
                version.facts().publicKey().orElse(null),
                version.lifecycleStateUnder(key),
                version.facts().origin().name(),
                version.timeCreated(),
                version.deletionTimeUnder(key).orElse(null),
                key.facts().vaultId().value(),
                true,
                version.facts().autoRotated());
    }

    static KeyVersionSummary summary(KeyVersion version, MasterKey key) {
        return new KeyVersionSummary(
                key.facts().compartmentId().value(),
                version.id().value(),
                version.keyId().value(),
                version.lifecycleStateUnder(key),
                version.facts().origin().name(),
                version.timeCreated(),
                version.deletionTimeUnder(key).orElse(null),
                key.facts().vaultId().value(),
                version.facts().autoRotated());
    }
}
