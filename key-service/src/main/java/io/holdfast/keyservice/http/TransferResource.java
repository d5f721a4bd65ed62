package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.http.Details.ExportKeyDetails;
import io.holdfast.keyservice.http.Details.ImportKeyDetails;
import io.holdfast.keyservice.http.Details.ImportKeyVersionDetails;
import io.holdfast.keyservice.http.Details.WrappedImportKey;
import io.holdfast.keyservice.http.Views.ExportedKeyData;
import io.holdfast.keyservice.http.Views.KeyVersionView;
import io.holdfast.keyservice.http.Views.KeyView;
import io.holdfast.keyservice.http.Views.WrappingKeyView;
import io.holdfast.keyservice.rotate.Keys;
import io.holdfast.keyservice.rotate.Keys.KeyWish;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.store.WrappingKeyStore.WrappingKey;
import io.holdfast.keyservice.transfer.BroughtMaterial;
import io.holdfast.keyservice.transfer.KeyExport;
import io.holdfast.keyservice.transfer.MaterialWrapping;
import io.holdfast.keyservice.transfer.WrappingKeys;
import io.holdfast.keyservice.vault.PublicKeys;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.security.GeneralSecurityException;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Material that comes in and goes out (OCI KMS: getWrappingKey, importKey, importKeyVersion, exportKey). */
@Path("/20180608")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "transfer")
public class TransferResource {
    private static final int MOST_MATERIAL = 4096;
    private static final int MOST_PEM = 2048;
    private static final int SHORTEST_RECIPIENT = 2048;
    private static final int LONGEST_RECIPIENT = 4096;

    private final Operations operations;
    private final Fields fields;
    private final NewKeys newKeys;
    private final Keys keys;
    private final VaultStore vaults;
    private final WrappingKeys wrappingKeys;
    private final BroughtMaterial brought;
    private final KeyExport export;

    public TransferResource(
            Operations operations,
            Fields fields,
            NewKeys newKeys,
            Keys keys,
            VaultStore vaults,
            WrappingKeys wrappingKeys,
            BroughtMaterial brought,
            KeyExport export) {
        this.operations = operations;
        this.fields = fields;
        this.newKeys = newKeys;
        this.keys = keys;
        this.vaults = vaults;
        this.wrappingKeys = wrappingKeys;
        this.brought = brought;
        this.export = export;
    }

    /**
     * The same key for every vault of the tenancy; the query, or else the newest ACTIVE vault of the caller's own tenancy,
     * only names one. To import into another tenancy a caller names a vault there.
     */
    @GET
    @Path("/wrappingKeys")
    public RestResponse<WrappingKeyView> getWrappingKey(@QueryParam("vaultId") @Nullable String vaultId) {
        return operations.run("GetWrappingKey", () -> {
            // No compartment is named, so the tenancy can only be the caller's.
            TenancyId own = operations.caller().tenancyId();
            Vault vault = newKeys.anyVault("GetWrappingKey", "VAULT_READ", vaultId, own, own.rootCompartment())
                    .value();
            WrappingKey key = wrappingKeys.of(vault);
            return RestResponse.ResponseBuilder.ok(new WrappingKeyView(
                            vault.facts().compartmentId().value(),
                            vault.facts().wrappingKeyId().value(),
                            "ENABLED",
                            key.publicKey(),
                            key.timeCreated(),
                            vault.id().value()))
                    .header("etag", key.version().value())
                    .build();
        });
    }

    @POST
    @Path("/keys/import")
    public RestResponse<KeyView> importKey(
            @RequestBody(content = @Content(schema = @Schema(implementation = ImportKeyDetails.class)))
                    byte @Nullable [] body,
            @QueryParam("vaultId") @Nullable String vaultId,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("ImportKey", () -> {
            ImportKeyDetails details = fields.body(body, ImportKeyDetails.class);
            CompartmentId compartment = Fields.ocid(details.compartmentId(), "compartmentId", CompartmentId::new);
            String displayName = Fields.displayName(details.displayName());
            KeyShape shape = NewKeys.shape(details.keyShape());
            if (shape.algorithm() == KeyShape.Algorithm.ECDSA) {
                throw ProblemException.invalid("keyShape.algorithm", "must be AES or RSA for an imported key");
            }
            ProtectionMode mode = NewKeys.protectionMode(details.protectionMode());
            Tags tags = fields.tags(details.freeformTags(), details.definedTags());
            Optional<RotationSchedule> rotation =
                    NewKeys.rotation(details.isAutoRotationEnabled(), details.autoKeyRotationDetails(), Instant.now());
            Wrapped wrapped = wrapped(details.wrappedImportKey());
            TenancyId tenancy = operations.requirePlace("ImportKey", "KEY_IMPORT", compartment);
            Stored<Vault> vault = newKeys.vault("ImportKey", "VAULT_IMPORT_KEY", vaultId, tenancy, compartment);
            try (SecretBytes material = brought.unwrap(vault.value(), wrapped.wrapping(), wrapped.bytes())) {
                Stored<MasterKey> key = keys.importKey(
                        vault,
                        new KeyWish(
                                tenancy,
                                compartment,
                                displayName,
                                shape,
                                mode,
                                tags,
                                NewKeys.exportable(tags),
                                rotation),
                        material,
                        operations.creation("ImportKey", retryToken));
                operations.tell("ImportKey", key.value().id());
                return KeyResource.answer(key);
            }
        });
    }

    @POST
    @Path("/keys/{keyId}/keyVersions/import")
    public RestResponse<KeyVersionView> importKeyVersion(
            @PathParam("keyId") String keyId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ImportKeyVersionDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("ImportKeyVersion", () -> {
            MasterKey key =
                    operations.key("ImportKeyVersion", "KEY_IMPORT", keyId).value();
            Wrapped wrapped =
                    wrapped(fields.body(body, ImportKeyVersionDetails.class).wrappedImportKey());
            Vault vault =
                    vaults.vault(key.facts().vaultId()).map(Stored::value).orElseThrow(ProblemException::notFound);
            try (SecretBytes material = brought.unwrap(vault, wrapped.wrapping(), wrapped.bytes())) {
                Keys.Rotated rotated = keys.importVersion(
                        key.id(),
                        material,
                        operations.change(
                                key.facts().compartmentId(), "ImportKeyVersion " + keyId, ifMatch, retryToken));
                operations.tell("ImportKeyVersion", key.id());
                return KeyVersionResource.answer(rotated.version(), rotated.key());
            }
        });
    }

    private record Wrapped(MaterialWrapping wrapping, byte[] bytes) {}

    private static Wrapped wrapped(@Nullable WrappedImportKey details) {
        if (details == null) {
            throw ProblemException.missing("wrappedImportKey");
        }
        MaterialWrapping wrapping = Fields.oneOf(
                        details.wrappingAlgorithm(), "wrappedImportKey.wrappingAlgorithm", MaterialWrapping.class)
                .orElseThrow(() -> ProblemException.missing("wrappedImportKey.wrappingAlgorithm"));
        return new Wrapped(
                wrapping, Fields.base64(details.keyMaterial(), "wrappedImportKey.keyMaterial", MOST_MATERIAL));
    }

    @POST
    @Path("/exportKey")
    public ExportedKeyData exportKey(
            @RequestBody(content = @Content(schema = @Schema(implementation = ExportKeyDetails.class)))
                    byte @Nullable [] body) {
        return operations.use("ExportKey", () -> {
            ExportKeyDetails details = fields.body(body, ExportKeyDetails.class);
            KeyId keyId = Fields.ocid(details.keyId(), "keyId", KeyId::new);
            KeyVersionId version = Fields.optionalOcid(details.keyVersionId(), "keyVersionId", KeyVersionId::new);
            MaterialWrapping wrapping = Fields.oneOf(details.algorithm(), "algorithm", MaterialWrapping.class)
                    .orElseThrow(() -> ProblemException.missing("algorithm"));
            RSAPublicKey recipient = recipient(Fields.required(details.publicKey(), "publicKey"));
            Map<String, String> loggingContext = fields.bounded(details.loggingContext(), "loggingContext");
            Stored<MasterKey> key = operations.relatedKey("ExportKey", "KEY_EXPORT", keyId);
            KeyExport.Exported exported = export.export(
                    key,
                    version,
                    wrapping,
                    recipient,
                    operations.change(key.value().facts().compartmentId(), "ExportKey", null, null));
            operations.tell("ExportKey", keyId);
            operations.used("ExportKey", keyId, exported.version().value().id(), loggingContext);
            return new ExportedKeyData(
                    exported.version().value().id().value(),
                    keyId.value(),
                    exported.version().value().timeCreated(),
                    key.value().facts().vaultId().value(),
                    Base64.getEncoder().encodeToString(exported.wrapped().toArray()),
                    wrapping.name());
        });
    }

    private static RSAPublicKey recipient(String pem) {
        if (pem.length() <= MOST_PEM) {
            try {
                RSAPublicKey key = PublicKeys.parseRsa(pem);
                int bits = key.getModulus().bitLength();
                if (bits >= SHORTEST_RECIPIENT && bits <= LONGEST_RECIPIENT) {
                    return key;
                }
            } catch (GeneralSecurityException notPem) {
                // Answered below, as every other thing that is no such key.
            }
        }
        throw ProblemException.invalid("publicKey", "must be the PEM of an RSA public key of 2048 to 4096 bits");
    }
}
