package io.holdfast.keyservice.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The requests' JSON (OCI KMS models). Everything may be absent until it is checked; unknown fields are ignored. */
final class Details {
    private Details() {}

    record CreateVaultDetails(
            @Nullable String compartmentId,
            @Nullable String displayName,
            @Nullable String vaultType,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    record UpdateVaultDetails(
            @Nullable String displayName,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    record ChangeCompartmentDetails(@Nullable String compartmentId) {}

    record AutoKeyRotationDetails(
            @Nullable Integer rotationIntervalInDays,
            @Nullable String timeOfScheduleStart) {}

    record UpdateKeyDetails(
            @Nullable String displayName,
            @Nullable Boolean isAutoRotationEnabled,
            @Nullable AutoKeyRotationDetails autoKeyRotationDetails,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    record WrappedImportKey(
            @Nullable String keyMaterial, @Nullable String wrappingAlgorithm) {
        @Override
        public String toString() {
            return "WrappedImportKey[redacted]";
        }
    }

    record ImportKeyDetails(
            @Nullable String compartmentId,
            @Nullable String displayName,
            @Nullable KeyShapeDetails keyShape,
            @Nullable String protectionMode,
            @Nullable Boolean isAutoRotationEnabled,
            @Nullable AutoKeyRotationDetails autoKeyRotationDetails,
            @Nullable WrappedImportKey wrappedImportKey,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    record ImportKeyVersionDetails(@Nullable WrappedImportKey wrappedImportKey) {}

    record ExportKeyDetails(
            @Nullable String keyId,
            @Nullable String keyVersionId,
            @Nullable String algorithm,
            @Nullable String publicKey,
            @Nullable Map<String, String> loggingContext) {}

    record SignDataDetails(
            @Nullable String keyId,
            @Nullable String keyVersionId,
            @Nullable String message,
            @Nullable String messageType,
            @Nullable String signingAlgorithm,
            @Nullable Map<String, String> loggingContext) {}

    record VerifyDataDetails(
            @Nullable String keyId,
            @Nullable String keyVersionId,
            @Nullable String message,
            @Nullable String messageType,
            @Nullable String signingAlgorithm,
            @Nullable String signature,
            @Nullable Map<String, String> loggingContext) {}

    record KeyShapeDetails(
            @Nullable String algorithm,
            @Nullable Integer length,
            @Nullable String curveId) {}

    record CreateKeyDetails(
            @Nullable String compartmentId,
            @Nullable String displayName,
            @Nullable KeyShapeDetails keyShape,
            @Nullable String protectionMode,
            @Nullable Boolean isAutoRotationEnabled,
            @Nullable AutoKeyRotationDetails autoKeyRotationDetails,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    record ScheduleDeletionDetails(@Nullable String timeOfDeletion) {}

    record ExternalKeyVersionReference(@Nullable String externalKeyVersionId) {}

    record EncryptDataDetails(
            @Nullable String keyId,
            @Nullable String keyVersionId,
            @Nullable String plaintext,
            @Nullable String encryptionAlgorithm,
            @Nullable Map<String, String> associatedData,
            @Nullable Map<String, String> loggingContext) {
        @Override
        public String toString() {
            return "EncryptDataDetails[redacted]";
        }
    }

    record DecryptDataDetails(
            @Nullable String keyId,
            @Nullable String keyVersionId,
            @Nullable String ciphertext,
            @Nullable String encryptionAlgorithm,
            @Nullable Map<String, String> associatedData,
            @Nullable Map<String, String> loggingContext) {}

    record GenerateKeyDetails(
            @Nullable String keyId,
            @Nullable KeyShapeDetails keyShape,
            @Nullable Boolean includePlaintextKey,
            @Nullable Map<String, String> associatedData,
            @Nullable Map<String, String> loggingContext) {}
}
