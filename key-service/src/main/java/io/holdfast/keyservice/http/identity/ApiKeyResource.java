package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.ApiKeys;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.Users;
import io.holdfast.platform.http.Authorizer;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * API keys (OCI Identity API, "ApiKey"). Each user manages his own; those of others need a policy. When a deletion is
 * answered, the key signs nothing any more in any service.
 */
@Path("/20160918/users/{userId}/apiKeys")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ApiKeyResource {
    private final ApiKeys keys;
    private final Identity identity;
    private final AccessEnd end;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public ApiKeyResource(
            ApiKeys keys,
            Identity identity,
            AccessEnd end,
            Authorizer authorizer,
            CurrentCaller current,
            KeyValueStore store) {
        this.keys = keys;
        this.identity = identity;
        this.end = end;
        this.authorizer = authorizer;
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
        require("UploadApiKey", List.of("USER_UPDATE", "USER_APIKEY_ADD"), user);
        Caller caller = current.get();
        String sha256 = current.contentSha256();
        Versioned<ApiKey> key = keys.upload(
                caller,
                user,
                details.key(),
                () -> retryTokens.begin(caller, "UploadApiKey " + user.value(), retryToken, sha256));
        return Response.ok(ApiKeyDocument.of(key.value()))
                .header("etag", Etags.of(key.revision()))
                .build();
    }

    /** All of them: they are few. */
    @GET
    public Response list(@PathParam("userId") UserId user) {
        require("ListApiKeys", List.of("USER_READ"), user);
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
        require("DeleteApiKey", List.of("USER_UPDATE", "USER_APIKEY_REMOVE"), user);
        end.await(keys.delete(current.get(), user, fingerprint, ifMatch));
        return Response.noContent().build();
    }

    private void require(String operation, List<String> permissions, UserId id) {
        Caller caller = current.get();
        Versioned<User> user =
                Users.visible(identity.current().identity(), caller, id).orElseThrow(ProblemException::notFound);
        if (caller.type().equals(Principal.USER) && caller.id().equals(id.value())) {
            return;
        }
        authorizer.require(
                caller,
                operation,
                permissions,
                caller.tenancyId().rootCompartment(),
                Map.of(
                        "target.user.id",
                        id.value(),
                        "target.user.name",
                        user.value().name()));
    }
}
