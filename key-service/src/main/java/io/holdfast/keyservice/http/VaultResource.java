package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.http.Details.CreateVaultDetails;
import io.holdfast.keyservice.http.Listing.Query;
import io.holdfast.keyservice.http.Listing.Sorting;
import io.holdfast.keyservice.http.Views.VaultSummary;
import io.holdfast.keyservice.http.Views.VaultView;
import io.holdfast.keyservice.rotate.Keys;
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
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
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
    private static final String DEFAULT_TYPE = "DEFAULT";

    private final Operations operations;
    private final Fields fields;
    private final Keys keys;
    private final KeyStore store;
    private final String endpoint;

    public VaultResource(Operations operations, Fields fields, Keys keys, KeyStore store, KeysConfig config) {
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
            if (!type.equals(DEFAULT_TYPE)) {
                throw ProblemException.invalid("vaultType", "must be DEFAULT, the one type that is supported now");
            }
            Tags tags = fields.tags(details.freeformTags(), details.definedTags());
            operations.requireRelated("CreateVault", List.of("VAULT_CREATE"), compartment, Map.of());
            Stored<Vault> vault = keys.createVault(
                    compartment, displayName, type, tags, operations.change("CreateVault", null, retryToken));
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
                            vault -> vault.facts().displayName(),
                            vault -> vault.facts().timeCreated()),
                    vault -> Views.summary(vault, endpoint));
        });
    }

    private RestResponse<VaultView> answer(Stored<Vault> vault) {
        return RestResponse.ResponseBuilder.ok(Views.view(vault.value(), endpoint))
                .header("etag", vault.etag())
                .build();
    }
}
