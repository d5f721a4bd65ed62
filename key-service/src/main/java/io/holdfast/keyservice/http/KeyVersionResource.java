package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.deletion.VersionDeletion;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.http.Details.ExternalKeyVersionReference;
import io.holdfast.keyservice.http.Details.ScheduleDeletionDetails;
import io.holdfast.keyservice.http.Listing.Query;
import io.holdfast.keyservice.http.Listing.Sorting;
import io.holdfast.keyservice.http.Views.KeyVersionSummary;
import io.holdfast.keyservice.http.Views.KeyVersionView;
import io.holdfast.keyservice.rotate.Keys;
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
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Versions of master keys (OCI KMS, KmsManagementClient). */
@Path("/20180608")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "keys")
public class KeyVersionResource {
    private final Operations operations;
    private final Fields fields;
    private final Keys keys;
    private final VersionDeletion deletion;
    private final KeyStore store;

    public KeyVersionResource(
            Operations operations, Fields fields, Keys keys, VersionDeletion deletion, KeyStore store) {
        this.operations = operations;
        this.fields = fields;
        this.keys = keys;
        this.deletion = deletion;
        this.store = store;
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
            Keys.Rotated rotated = keys.rotate(
                    key.value().id(),
                    operations.change(
                            key.value().facts().compartmentId(), "CreateKeyVersion " + keyId, ifMatch, retryToken));
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
            return answer(version(key.value(), keyVersionId), key.value());
        });
    }

    private Stored<KeyVersion> version(MasterKey key, String keyVersionId) {
        return Operations.parse(keyVersionId, KeyVersionId::new)
                .flatMap(id -> store.version(key.id(), id))
                .orElseThrow(ProblemException::notFound);
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
                            KeyVersionId::new,
                            version -> "%020d".formatted(version.number()),
                            version -> Instant.ofEpochSecond(version.number())),
                    version -> Views.summary(version, key));
        });
    }

    /** Answers when nothing opens under that version any more. */
    @POST
    @Path("/keys/{keyId}/keyVersions/{keyVersionId}/actions/scheduleDeletion")
    public RestResponse<KeyVersionView> scheduleKeyVersionDeletion(
            @PathParam("keyId") String keyId,
            @PathParam("keyVersionId") String keyVersionId,
            @RequestBody(content = @Content(schema = @Schema(implementation = ScheduleDeletionDetails.class)))
                    byte @Nullable [] body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act(
                "ScheduleKeyVersionDeletion",
                keyId,
                keyVersionId,
                ifMatch,
                retryToken,
                (version, request) ->
                        deletion.scheduleDeletion(version.keyId(), version.id(), fields.timeOfDeletion(body), request));
    }

    @POST
    @Path("/keys/{keyId}/keyVersions/{keyVersionId}/actions/cancelDeletion")
    public RestResponse<KeyVersionView> cancelKeyVersionDeletion(
            @PathParam("keyId") String keyId,
            @PathParam("keyVersionId") String keyVersionId,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        return act(
                "CancelKeyVersionDeletion",
                keyId,
                keyVersionId,
                ifMatch,
                retryToken,
                (version, request) -> deletion.cancelDeletion(version.keyId(), version.id(), request));
    }

    private RestResponse<KeyVersionView> act(
            String operation,
            String keyId,
            String keyVersionId,
            @Nullable String ifMatch,
            @Nullable String retryToken,
            BiFunction<KeyVersion, ChangeRequest, VersionDeletion.Result> action) {
        return operations.run(operation, () -> {
            MasterKey key = operations.key(operation, "KEY_DELETE", keyId).value();
            KeyVersion version = version(key, keyVersionId).value();
            VersionDeletion.Result result = action.apply(
                    version,
                    operations.change(
                            key.facts().compartmentId(),
                            operation + " " + version.id().value(),
                            ifMatch,
                            retryToken));
            operations.tell(operation, version.id());
            return answer(result.version(), result.key());
        });
    }

    static RestResponse<KeyVersionView> answer(Stored<KeyVersion> version, MasterKey key) {
        return RestResponse.ResponseBuilder.ok(Views.view(version.value(), key))
                .header("etag", version.etag())
                .build();
    }
}
