package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.deletion.KeyAccess;
import io.holdfast.keyservice.describe.Descriptions;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.http.Details.ChangeCompartmentDetails;
import io.holdfast.keyservice.http.Details.CreateKeyDetails;
import io.holdfast.keyservice.http.Details.ScheduleDeletionDetails;
import io.holdfast.keyservice.http.Details.UpdateKeyDetails;
import io.holdfast.keyservice.http.Listing.Query;
import io.holdfast.keyservice.http.Listing.Sorting;
import io.holdfast.keyservice.http.Views.KeySummary;
import io.holdfast.keyservice.http.Views.KeyView;
import io.holdfast.keyservice.rotate.Keys;
import io.holdfast.keyservice.rotate.Keys.KeyWish;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.platform.http.Flags;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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
    static final String FORCE =
            "Holdfast's own: true to go on although clusters are bound. Clients that can't send it set the"
                    + " key's freeform tag holdfast-force-deletion=true.";

    private final Operations operations;
    private final Fields fields;
    private final Keys keys;
    private final KeyAccess access;
    private final KeyStore store;
    private final NewKeys newKeys;
    private final Descriptions descriptions;

    public KeyResource(
            Operations operations,
            Fields fields,
            Keys keys,
            KeyAccess access,
            KeyStore store,
            NewKeys newKeys,
            Descriptions descriptions) {
        this.newKeys = newKeys;
        this.descriptions = descriptions;
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
            KeyShape shape = NewKeys.shape(details.keyShape());
            ProtectionMode mode = NewKeys.protectionMode(details.protectionMode());
            Tags tags = fields.tags(details.freeformTags(), details.definedTags());
            Optional<RotationSchedule> rotation =
                    NewKeys.rotation(details.isAutoRotationEnabled(), details.autoKeyRotationDetails(), Instant.now());
            TenancyId tenancy = operations.requirePlace("CreateKey", "KEY_CREATE", compartment);
            Stored<Vault> vault = newKeys.vault("CreateKey", "VAULT_CREATE_KEY", vaultId, tenancy, compartment);
            Stored<MasterKey> key = keys.createKey(
                    vault,
                    new KeyWish(
                            tenancy, compartment, displayName, shape, mode, tags, NewKeys.exportable(tags), rotation),
                    operations.creation("CreateKey", retryToken));
            operations.tell("CreateKey", key.value().id());
            return answer(key);
        });
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
            Optional<NewKeys.Mode> mode = Fields.oneOf(protectionMode, "protectionMode", NewKeys.Mode.class);
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
                            KeyId::new,
                            key -> key.facts().displayName(),
                            key -> key.facts().timeCreated()),
                    Views::summary);
        });
    }

    @PUT
    @Path("/keys/{keyId}")
    public RestResponse<KeyView> updateKey(
            @PathParam("keyId") String keyId,
            @RequestBody(content = @Content(schema = @Schema(implementation = UpdateKeyDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        return operations.run("UpdateKey", () -> {
            Stored<MasterKey> key = operations.key("UpdateKey", "KEY_UPDATE", keyId);
            UpdateKeyDetails details = fields.body(body, UpdateKeyDetails.class);
            Stored<MasterKey> updated = descriptions.updateKey(
                    key.value().id(),
                    fields.wanted(details.displayName(), details.freeformTags(), details.definedTags()),
                    schedule(details),
                    operations.change(key.value().facts().compartmentId(), "UpdateKey " + keyId, ifMatch, null));
            operations.tell("UpdateKey", updated.value().id());
            return answer(updated);
        });
    }

    private static Descriptions.Schedule schedule(UpdateKeyDetails details) {
        if (details.isAutoRotationEnabled() == null && details.autoKeyRotationDetails() == null) {
            return new Descriptions.Schedule.AsItIs();
        }
        if (Boolean.FALSE.equals(details.isAutoRotationEnabled())) {
            return new Descriptions.Schedule.None();
        }
        return NewKeys.schedule(details.autoKeyRotationDetails(), Instant.now());
    }

    /** Needs the right to move keys in both compartments, which are of one tenancy. */
    @POST
    @Path("/keys/{keyId}/actions/changeCompartment")
    public RestResponse<Void> changeKeyCompartment(
            @PathParam("keyId") String keyId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ChangeCompartmentDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("ChangeKeyCompartment", () -> {
            Stored<MasterKey> key = operations.key("ChangeKeyCompartment", "KEY_MOVE", keyId);
            CompartmentId to = Fields.ocid(
                    fields.body(body, ChangeCompartmentDetails.class).compartmentId(),
                    "compartmentId",
                    CompartmentId::new);
            TenancyId tenancy = operations.requirePlace("ChangeKeyCompartment", "KEY_MOVE", to);
            Stored<MasterKey> moved = descriptions.moveKey(
                    key.value().id(),
                    tenancy,
                    to,
                    operations.change(
                            key.value().facts().compartmentId(), "ChangeKeyCompartment " + keyId, ifMatch, retryToken));
            operations.tell("ChangeKeyCompartment", moved.value().id());
            return RestResponse.ResponseBuilder.<Void>ok()
                    .header("etag", moved.etag())
                    .build();
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
    @Parameter(name = "force", in = ParameterIn.QUERY, description = FORCE, schema = @Schema(type = SchemaType.BOOLEAN))
    public RestResponse<KeyView> scheduleKeyDeletion(
            @PathParam("keyId") String keyId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ScheduleDeletionDetails.class)))
                    byte @Nullable [] body,
            @Context UriInfo uri,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act("ScheduleKeyDeletion", "KEY_DELETE", keyId, ifMatch, retryToken, (key, request) -> {
            Instant time = fields.timeOfDeletion(body);
            return access.scheduleDeletion(key.id(), time, Flags.of(uri, "force"), request);
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
                    key,
                    operations.change(
                            key.facts().compartmentId(),
                            operation + " " + key.id().value(),
                            ifMatch,
                            retryToken));
            operations.tell(operation, key.id());
            return answer(changed);
        });
    }

    static RestResponse<KeyView> answer(Stored<MasterKey> key) {
        return RestResponse.ResponseBuilder.ok(Views.view(key.value()))
                .header("etag", key.etag())
                .build();
    }
}
