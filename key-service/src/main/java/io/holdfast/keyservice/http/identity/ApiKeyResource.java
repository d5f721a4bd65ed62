package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.ApiKeys;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * API keys (OCI Identity API, "ApiKey"). Each user manages his own; those of others need a policy, and those of
 * administrators the right to add one. When a deletion is answered, the key signs nothing any more in any service.
 */
@Path("/20160918/users/{userId}/apiKeys")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ApiKeyResource {
    private final ApiKeys keys;
    private final Identity identity;
    private final AccessEnd end;
    private final UserRights rights;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public ApiKeyResource(
            ApiKeys keys,
            Identity identity,
            AccessEnd end,
            UserRights rights,
            CurrentCaller current,
            KeyValueStore store) {
        this.keys = keys;
        this.identity = identity;
        this.end = end;
        this.rights = rights;
        this.current = current;
        this.retryTokens = new RetryTokens(store, RetryPrefix.VALUE, TimeSource.system());
    }

    /** CreateApiKeyDetails. */
    public record CreateApiKey(@Nullable String key) {}

    /** ApiKey. */
    public record ApiKeyDocument(
            String keyId,
            String keyValue,
            String fingerprint,
            UserId userId,
            Instant timeCreated,
            String lifecycleState) {
        static ApiKeyDocument of(ApiKey it) {
            return new ApiKeyDocument(
                    it.tenancyId().value() + "/" + it.userId().value() + "/" + it.fingerprint(),
                    it.publicKey(),
                    it.fingerprint(),
                    it.userId(),
                    it.timeCreated(),
                    "ACTIVE");
        }
    }

    @POST
    public Response upload(
            @PathParam("userId") UserId user,
            @Nullable CreateApiKey body,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CreateApiKey details = Bodies.required(body);
        requireChange("UploadApiKey", List.of("USER_UPDATE", "USER_APIKEY_ADD"), user);
        Caller caller = current.get();
        String digest = current.digest();
        Versioned<ApiKey> key = keys.upload(
                caller,
                user,
                details.key(),
                () -> retryTokens.begin(caller, "UploadApiKey " + user.value(), retryToken, digest));
        return Response.ok(ApiKeyDocument.of(key.value()))
                .header("etag", Etags.of(key.revision()))
                .build();
    }

    /** All of them: they are few. */
    @GET
    public Response list(@PathParam("userId") UserId user) {
        if (!rights.isCaller(user)) {
            rights.require("ListApiKeys", List.of("USER_READ"), user);
        }
        return Response.ok(identity.current().identity().apiKeys(user).stream()
                        .map(it -> ApiKeyDocument.of(it.value()))
                        .toList())
                .build();
    }

    @DELETE
    @Path("/{fingerprint}")
    public Response delete(
            @PathParam("userId") UserId user,
            @PathParam("fingerprint") String fingerprint,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        requireChange("DeleteApiKey", List.of("USER_UPDATE", "USER_APIKEY_REMOVE"), user);
        end.await(keys.delete(current.get(), user, fingerprint, ifMatch));
        return Response.noContent().build();
    }

    private void requireChange(String operation, List<String> permissions, UserId user) {
        if (!rights.isCaller(user)) {
            rights.requireChange(operation, permissions, user);
        }
    }
}
