package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.deletion.VaultDeletion;
import io.holdfast.keyservice.describe.Descriptions;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.http.Details.ChangeCompartmentDetails;
import io.holdfast.keyservice.http.Details.CreateVaultDetails;
import io.holdfast.keyservice.http.Details.ScheduleDeletionDetails;
import io.holdfast.keyservice.http.Details.UpdateVaultDetails;
import io.holdfast.keyservice.http.Listing.Query;
import io.holdfast.keyservice.http.Listing.Sorting;
import io.holdfast.keyservice.http.Views.VaultSummary;
import io.holdfast.keyservice.http.Views.VaultUsage;
import io.holdfast.keyservice.http.Views.VaultView;
import io.holdfast.keyservice.rotate.Keys;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
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
import java.util.List;
import java.util.Set;
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

/** Vaults (OCI KMS, KmsVaultClient). */
@Path("/20180608")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "vaults")
public class VaultResource {
    private static final Set<String> TYPES = Set.of("DEFAULT", "VIRTUAL_PRIVATE");

    private final Operations operations;
    private final Fields fields;
    private final Keys keys;
    private final VaultStore store;
    private final KeyStore keyStore;
    private final VaultDeletion deletion;
    private final Descriptions descriptions;
    private final String endpoint;

    public VaultResource(
            Operations operations,
            Fields fields,
            Keys keys,
            VaultStore store,
            KeyStore keyStore,
            VaultDeletion deletion,
            Descriptions descriptions,
            KeysConfig config) {
        this.keyStore = keyStore;
        this.deletion = deletion;
        this.descriptions = descriptions;
        this.operations = operations;
        this.fields = fields;
        this.keys = keys;
        this.store = store;
        this.endpoint = config.publicUrl();
    }

    @POST
    @Path("/vaults")
    public RestResponse<VaultView> createVault(
            @RequestBody(content = @Content(schema = @Schema(implementation = CreateVaultDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return operations.run("CreateVault", () -> {
            CreateVaultDetails details = fields.body(body, CreateVaultDetails.class);
            CompartmentId compartment = Fields.ocid(details.compartmentId(), "compartmentId", CompartmentId::new);
            String displayName = Fields.displayName(details.displayName());
            String type = Fields.required(details.vaultType(), "vaultType");
            if (type.equals("EXTERNAL")) {
                throw NewKeys.externalKeyManagers();
            }
            if (!TYPES.contains(type)) {
                throw ProblemException.invalid("vaultType", "must be DEFAULT or VIRTUAL_PRIVATE");
            }
            Tags tags = fields.tags(details.freeformTags(), details.definedTags());
            TenancyId tenancy = operations.requirePlace("CreateVault", "VAULT_CREATE", compartment);
            Stored<Vault> vault = keys.createVault(
                    tenancy, compartment, displayName, type, tags, operations.creation("CreateVault", retryToken));
            operations.tell("CreateVault", vault.value().id());
            return answer(vault);
        });
    }

    @GET
    @Path("/vaults/{vaultId}")
    public RestResponse<VaultView> getVault(@PathParam("vaultId") String vaultId) {
        return operations.run("GetVault", () -> answer(operations.vault("GetVault", "VAULT_READ", vaultId)));
    }

    @GET
    @Path("/vaults")
    public RestResponse<List<VaultSummary>> listVaults(
            @QueryParam("compartmentId") @Nullable String compartmentId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("page") @Nullable String page,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder) {
        return operations.run("ListVaults", () -> {
            CompartmentId compartment = Fields.ocid(compartmentId, "compartmentId", CompartmentId::new);
            operations.require("ListVaults", "VAULT_INSPECT", compartment);
            return Listing.answer(
                    store.vaultsOf(compartment).stream().map(Stored::value).toList(),
                    new Query(Fields.number(limit, "limit"), page, sortBy, sortOrder),
                    new Sorting<>(
                            vault -> vault.id().value(),
                            VaultId::new,
                            vault -> vault.facts().displayName(),
                            vault -> vault.facts().timeCreated()),
                    vault -> Views.summary(vault, endpoint));
        });
    }

    @PUT
    @Path("/vaults/{vaultId}")
    public RestResponse<VaultView> updateVault(
            @PathParam("vaultId") String vaultId,
            @RequestBody(content = @Content(schema = @Schema(implementation = UpdateVaultDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        return operations.run("UpdateVault", () -> {
            Vault vault =
                    operations.vault("UpdateVault", "VAULT_UPDATE", vaultId).value();
            UpdateVaultDetails details = fields.body(body, UpdateVaultDetails.class);
            Stored<Vault> updated = descriptions.updateVault(
                    vault.id(),
                    fields.wanted(details.displayName(), details.freeformTags(), details.definedTags()),
                    operations.change(vault.facts().compartmentId(), "UpdateVault " + vaultId, ifMatch, null));
            operations.tell("UpdateVault", vault.id());
            return answer(updated);
        });
    }

    /** Needs the right to move vaults in both compartments, which are of one tenancy. Keys stay where they are. */
    @POST
    @Path("/vaults/{vaultId}/actions/changeCompartment")
    public RestResponse<Void> changeVaultCompartment(
            @PathParam("vaultId") String vaultId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ChangeCompartmentDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        String operation = "ChangeVaultCompartment";
        Stored<Vault> moved = act(operation, "VAULT_MOVE", vaultId, ifMatch, retryToken, (id, request) -> {
            CompartmentId to = Fields.ocid(
                    fields.body(body, ChangeCompartmentDetails.class).compartmentId(),
                    "compartmentId",
                    CompartmentId::new);
            TenancyId tenancy = operations.requirePlace(operation, "VAULT_MOVE", to);
            return descriptions.moveVault(id, tenancy, to, request);
        });
        return RestResponse.ResponseBuilder.<Void>ok()
                .header("etag", moved.etag())
                .build();
    }

    /** Answers when access to every key of the vault has ended everywhere. */
    @POST
    @Path("/vaults/{vaultId}/actions/scheduleDeletion")
    @Parameter(
            name = "force",
            in = ParameterIn.QUERY,
            description = KeyResource.FORCE,
            schema = @Schema(type = SchemaType.BOOLEAN))
    public RestResponse<VaultView> scheduleVaultDeletion(
            @PathParam("vaultId") String vaultId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ScheduleDeletionDetails.class)))
                    byte @Nullable [] body,
            @Context UriInfo uri,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return answer(act(
                "ScheduleVaultDeletion",
                "VAULT_DELETE",
                vaultId,
                ifMatch,
                retryToken,
                (id, request) ->
                        deletion.scheduleDeletion(id, fields.timeOfDeletion(body), Flags.of(uri, "force"), request)));
    }

    @POST
    @Path("/vaults/{vaultId}/actions/cancelDeletion")
    public RestResponse<VaultView> cancelVaultDeletion(
            @PathParam("vaultId") String vaultId,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return answer(
                act("CancelVaultDeletion", "VAULT_DELETE", vaultId, ifMatch, retryToken, deletion::cancelDeletion));
    }

    private Stored<Vault> act(
            String operation,
            String permission,
            String vaultId,
            @Nullable String ifMatch,
            @Nullable String retryToken,
            BiFunction<VaultId, ChangeRequest, Stored<Vault>> action) {
        return operations.run(operation, () -> {
            Vault vault = operations.vault(operation, permission, vaultId).value();
            VaultId id = vault.id();
            Stored<Vault> changed = action.apply(
                    id,
                    operations.change(
                            vault.facts().compartmentId(), operation + " " + id.value(), ifMatch, retryToken));
            operations.tell(operation, id);
            return changed;
        });
    }

    /** Counts what is not DELETED; HSM keys apart from software ones. */
    @GET
    @Path("/vaults/{vaultId}/usage")
    public VaultUsage getVaultUsage(@PathParam("vaultId") String vaultId) {
        return operations.run("GetVaultUsage", () -> {
            VaultId id = operations
                    .vault("GetVaultUsage", "VAULT_READ", vaultId)
                    .value()
                    .id();
            int[] keysOf = new int[ProtectionMode.values().length];
            int[] versionsOf = new int[ProtectionMode.values().length];
            for (Stored<MasterKey> key : keyStore.keysIn(id)) {
                if (!(key.value() instanceof MasterKey.Deleted)) {
                    int mode = key.value().facts().protectionMode().ordinal();
                    keysOf[mode]++;
                    versionsOf[mode] += key.value().facts().liveVersions();
                }
            }
            int hsm = ProtectionMode.HSM.ordinal();
            int software = ProtectionMode.SOFTWARE.ordinal();
            return new VaultUsage(keysOf[hsm], versionsOf[hsm], keysOf[software], versionsOf[software]);
        });
    }

    private RestResponse<VaultView> answer(Stored<Vault> vault) {
        return RestResponse.ResponseBuilder.ok(Views.view(vault.value(), endpoint))
                .header("etag", vault.etag())
                .build();
    }
}
