package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.deletion.KeyAccess;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.http.Details.CreateKeyDetails;
import io.holdfast.keyservice.http.Details.ExternalKeyVersionReference;
import io.holdfast.keyservice.http.Details.KeyShapeDetails;
import io.holdfast.keyservice.http.Details.ScheduleKeyDeletionDetails;
import io.holdfast.keyservice.http.Listing.Query;
import io.holdfast.keyservice.http.Listing.Sorting;
import io.holdfast.keyservice.http.Views.KeySummary;
import io.holdfast.keyservice.http.Views.KeyVersionSummary;
import io.holdfast.keyservice.http.Views.KeyVersionView;
import io.holdfast.keyservice.http.Views.KeyView;
import io.holdfast.keyservice.rotate.Keys;
import io.holdfast.keyservice.rotate.Keys.KeyWish;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Master keys and their versions (OCI KMS, KmsManagementClient). */
@Path("/20180608")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "keys")
public class KeyResource {
    private final Operations operations;
    private final Fields fields;
    private final Keys keys;
    private final KeyAccess access;
    private final KeyStore store;

    public KeyResource(Operations operations, Fields fields, Keys keys, KeyAccess access, KeyStore store) {
        this.operations = operations;
        this.fields = fields;
        this.keys = keys;
        this.access = access;
        this.store = store;
    }

    @POST
    @Path("/keys")
    public RestResponse<KeyView> createKey(
            @RequestBody(content = @Content(schema = @Schema(implementation = CreateKeyDetails.class)))
                    byte @Nullable [] body,
            @Parameter(
                            description =
                                    "Holdfast's own: the vault. Without it the newest ACTIVE vault of the compartment,"
                                            + " else of the tenancy.")
                    @QueryParam("vaultId")
                    @Nullable
                    String vaultId,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("CreateKey", () -> {
            CreateKeyDetails details = fields.body(body, CreateKeyDetails.class);
            CompartmentId compartment = Fields.ocid(details.compartmentId(), "compartmentId", CompartmentId::new);
            String displayName = Fields.displayName(details.displayName());
            KeyShape shape = shape(details.keyShape());
            ProtectionMode mode = protectionMode(details.protectionMode());
            if (Boolean.TRUE.equals(details.isAutoRotationEnabled())) {
                throw ProblemException.invalid(
                        "isAutoRotationEnabled", "is not supported now; rotate by createKeyVersion");
            }
            Tags tags = fields.tags(details.freeformTags(), details.definedTags());
            operations.requireRelated("CreateKey", List.of("KEY_CREATE"), compartment, Map.of());
            Stored<Vault> vault = vaultFor(vaultId, compartment);
            operations.requireRelated(
                    "CreateKey",
                    List.of("VAULT_CREATE_KEY"),
                    vault.value().facts().compartmentId(),
                    Map.of("target.vault.id", vault.value().id().value()));
            Stored<MasterKey> key = keys.createKey(
                    vault,
                    new KeyWish(compartment, displayName, shape, mode, tags),
                    operations.change("CreateKey", null, retryToken));
            operations.tell("CreateKey", key.value().id());
            return answer(key);
        });
    }

    private static KeyShape shape(@Nullable KeyShapeDetails shape) {
        if (shape == null) {
            throw ProblemException.missing("keyShape");
        }
        KeyShape.Algorithm algorithm = Fields.oneOf(shape.algorithm(), "keyShape.algorithm", KeyShape.Algorithm.class)
                .orElseThrow(() -> ProblemException.missing("keyShape.algorithm"));
        Integer length = shape.length();
        if (length == null) {
            throw ProblemException.missing("keyShape.length");
        }
        KeyShape.Curve curve = Fields.oneOf(shape.curveId(), "keyShape.curveId", KeyShape.Curve.class)
                .orElse(null);
        return KeyShape.of(algorithm, length, curve);
    }

    /** OCI's default is HSM: an absent value is no wish for a software key. */
    private static ProtectionMode protectionMode(@Nullable String name) {
        return switch (Fields.oneOf(name, "protectionMode", Mode.class).orElse(Mode.HSM)) {
            case HSM -> ProtectionMode.HSM;
            case SOFTWARE -> ProtectionMode.SOFTWARE;
            case EXTERNAL ->
                throw ProblemException.invalid(
                        "protectionMode", "EXTERNAL is not supported: external key managers are not");
        };
    }

    private Stored<Vault> vaultFor(@Nullable String vaultId, CompartmentId compartment) {
        if (vaultId == null) {
            return store.defaultVault(compartment, operations.caller().tenancyId())
                    .orElseThrow(() -> ProblemException.notFound());
        }
        return Optional.of(Fields.ocid(vaultId, "vaultId", VaultId::new))
                .flatMap(store::vault)
                .orElseThrow(Operations::relatedNotFound);
    }

    @GET
    @Path("/keys/{keyId}")
    public RestResponse<KeyView> getKey(@PathParam("keyId") String keyId) {
        return operations.run("GetKey", () -> answer(operations.key("GetKey", "KEY_READ", keyId)));
    }

    @GET
    @Path("/keys")
    public RestResponse<List<KeySummary>> listKeys(
            @QueryParam("compartmentId") @Nullable String compartmentId,
            @QueryParam("vaultId") @Nullable String vaultId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("page") @Nullable String page,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder,
            @QueryParam("protectionMode") @Nullable String protectionMode,
            @QueryParam("algorithm") @Nullable String algorithm,
            @QueryParam("length") @Nullable String length,
            @QueryParam("curveId") @Nullable String curveId) {
        return operations.run("ListKeys", () -> {
            CompartmentId compartment = Fields.ocid(compartmentId, "compartmentId", CompartmentId::new);
            Optional<VaultId> vault = Optional.ofNullable(vaultId).map(id -> Fields.ocid(id, "vaultId", VaultId::new));
            Optional<Mode> mode = Fields.oneOf(protectionMode, "protectionMode", Mode.class);
            Optional<KeyShape.Algorithm> wanted = Fields.oneOf(algorithm, "algorithm", KeyShape.Algorithm.class);
            Integer bytes = Fields.number(length, "length");
            Optional<KeyShape.Curve> curve = Fields.oneOf(curveId, "curveId", KeyShape.Curve.class);
            operations.require("ListKeys", "KEY_INSPECT", compartment);
            List<MasterKey> found = store.keysOf(compartment).stream()
                    .map(Stored::value)
                    .filter(key ->
                            vault.isEmpty() || vault.get().equals(key.facts().vaultId()))
                    .filter(key -> mode.isEmpty()
                            || mode.get()
                                    .name()
                                    .equals(key.facts().protectionMode().name()))
                    .filter(key -> wanted.isEmpty()
                            || wanted.get() == key.facts().shape().algorithm())
                    .filter(key -> bytes == null || bytes == key.facts().shape().length())
                    .filter(key ->
                            curve.isEmpty() || key.facts().shape().curve().equals(curve))
                    .toList();
            return Listing.answer(
                    found,
                    new Query(Fields.number(limit, "limit"), page, sortBy, sortOrder),
                    new Sorting<>(
                            key -> key.id().value(),
                            key -> key.facts().displayName(),
                            key -> key.facts().timeCreated()),
                    Views::summary);
        });
    }

    private enum Mode {
        HSM,
        SOFTWARE,
        EXTERNAL
    }

    @POST
    @Path("/keys/{keyId}/keyVersions")
    public RestResponse<KeyVersionView> createKeyVersion(
            @PathParam("keyId") String keyId,
            byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("CreateKeyVersion", () -> {
            Stored<MasterKey> key = operations.key("CreateKeyVersion", "KEY_ROTATE", keyId);
            fields.optionalBody(body, ExternalKeyVersionReference.class).ifPresent(reference -> {
                if (reference.externalKeyVersionId() != null) {
                    throw ProblemException.invalid("externalKeyVersionId", "is for EXTERNAL keys only");
                }
            });
            Keys.Rotated rotated =
                    keys.rotate(key.value().id(), operations.change("CreateKeyVersion " + keyId, ifMatch, retryToken));
            operations.tell("CreateKeyVersion", key.value().id());
            return answer(rotated.version(), rotated.key());
        });
    }

    @GET
    @Path("/keys/{keyId}/keyVersions/{keyVersionId}")
    public RestResponse<KeyVersionView> getKeyVersion(
            @PathParam("keyId") String keyId, @PathParam("keyVersionId") String keyVersionId) {
        return operations.run("GetKeyVersion", () -> {
            Stored<MasterKey> key = operations.key("GetKeyVersion", "KEY_READ", keyId);
            Stored<KeyVersion> version = Operations.parse(keyVersionId, KeyVersionId::new)
                    .flatMap(id -> store.version(key.value().id(), id))
                    .orElseThrow(ProblemException::notFound);
            return answer(version, key.value());
        });
    }

    @GET
    @Path("/keys/{keyId}/keyVersions")
    public RestResponse<List<KeyVersionSummary>> listKeyVersions(
            @PathParam("keyId") String keyId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("page") @Nullable String page,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder) {
        return operations.run("ListKeyVersions", () -> {
            MasterKey key =
                    operations.key("ListKeyVersions", "KEY_INSPECT", keyId).value();
            return Listing.answer(
                    store.versionsOf(key.id()).stream().map(Stored::value).toList(),
                    new Query(Fields.number(limit, "limit"), page, sortBy, sortOrder),
                    // Versions have no name and may share a millisecond: their number is the order they were made in.
                    new Sorting<>(
                            version -> version.id().value(),
                            version -> "%020d".formatted(version.number()),
                            version -> Instant.ofEpochSecond(version.number())),
                    version -> Views.summary(version, key));
        });
    }

    @POST
    @Path("/keys/{keyId}/actions/enable")
    public RestResponse<KeyView> enableKey(
            @PathParam("keyId") String keyId,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act(
                "EnableKey",
                "KEY_UPDATE",
                keyId,
                ifMatch,
                retryToken,
                (key, request) -> access.enable(key.id(), request));
    }

    /** Answers when access has ended everywhere. */
    @POST
    @Path("/keys/{keyId}/actions/disable")
    public RestResponse<KeyView> disableKey(
            @PathParam("keyId") String keyId,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act(
                "DisableKey",
                "KEY_UPDATE",
                keyId,
                ifMatch,
                retryToken,
                (key, request) -> access.disable(key.id(), request));
    }

    /** Answers when access has ended everywhere. */
    @POST
    @Path("/keys/{keyId}/actions/scheduleDeletion")
    public RestResponse<KeyView> scheduleKeyDeletion(
            @PathParam("keyId") String keyId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ScheduleKeyDeletionDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act("ScheduleKeyDeletion", "KEY_DELETE", keyId, ifMatch, retryToken, (key, request) -> {
            Instant time = fields.optionalBody(body, ScheduleKeyDeletionDetails.class)
                    .map(ScheduleKeyDeletionDetails::timeOfDeletion)
                    .map(text -> Fields.time(text, "timeOfDeletion"))
                    .orElse(null);
            return access.scheduleDeletion(key.id(), time, request);
        });
    }

    @POST
    @Path("/keys/{keyId}/actions/cancelDeletion")
    public RestResponse<KeyView> cancelKeyDeletion(
            @PathParam("keyId") String keyId,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act(
                "CancelKeyDeletion",
                "KEY_DELETE",
                keyId,
                ifMatch,
                retryToken,
                (key, request) -> access.cancelDeletion(key.id(), request));
    }

    private RestResponse<KeyView> act(
            String operation,
            String permission,
            String keyId,
            @Nullable String ifMatch,
            @Nullable String retryToken,
            BiFunction<MasterKey, ChangeRequest, Stored<MasterKey>> action) {
        return operations.run(operation, () -> {
            MasterKey key = operations.key(operation, permission, keyId).value();
            Stored<MasterKey> changed = action.apply(
                    key, operations.change(operation + " " + key.id().value(), ifMatch, retryToken));
            operations.tell(operation, key.id());
            return answer(changed);
        });
    }

    private static RestResponse<KeyView> answer(Stored<MasterKey> key) {
        return RestResponse.ResponseBuilder.ok(Views.view(key.value()))
                .header("etag", key.etag())
                .build();
    }

    private static RestResponse<KeyVersionView> answer(Stored<KeyVersion> version, MasterKey key) {
        return RestResponse.ResponseBuilder.ok(Views.view(version.value(), key))
                .header("etag", version.etag())
                .build();
    }
}
