package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.Users;
import io.holdfast.keyservice.identity.Wish;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.Paging;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Users (OCI Identity API, "User"). They sign with API keys, or show tokens of the identity provider, and have no password. When a block or a deletion is answered,
 * nothing of the user holds any more in any service.
 */
@Path("/20160918/users")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class UserResource {
    private final Users users;
    private final Identity identity;
    private final AccessEnd end;
    private final Authorizer authorizer;
    private final UserRights rights;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public UserResource(
            Users users,
            Identity identity,
            AccessEnd end,
            Authorizer authorizer,
            UserRights rights,
            CurrentCaller current,
            KeyValueStore store) {
        this.users = users;
        this.identity = identity;
        this.end = end;
        this.authorizer = authorizer;
        this.rights = rights;
        this.current = current;
        this.retryTokens = new RetryTokens(store, RetryPrefix.VALUE, TimeSource.system());
    }

    /** CreateUserDetails, with the external identifier. */
    public record CreateUser(
            @Nullable CompartmentId compartmentId,
            @Nullable String name,
            @Nullable String description,
            @Nullable String email,
            @Nullable String externalIdentifier,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** UpdateUserDetails, with the external identifier, which at Oracle comes with a federation. */
    public record UpdateUser(
            @Nullable String description,
            @Nullable String email,
            @Nullable String externalIdentifier,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** UpdateStateDetails. */
    public record UpdateState(@Nullable Boolean blocked) {}

    /** UserCapabilities. API keys are all that a user signs with. */
    public record Capabilities(
            boolean canUseConsolePassword,
            boolean canUseApiKeys,
            boolean canUseAuthTokens,
            boolean canUseSmtpCredentials,
            boolean canUseDbCredentials,
            boolean canUseCustomerSecretKeys,
            boolean canUseOAuth2ClientCredentials) {
        static final Capabilities API_KEYS = new Capabilities(false, true, false, false, false, false, false);
    }

    /** User. */
    public record UserDocument(
            UserId id,
            CompartmentId compartmentId,
            String name,
            String description,
            @Nullable String email,
            @Nullable String externalIdentifier,
            Instant timeCreated,
            String lifecycleState,
            Capabilities capabilities,
            boolean isMfaActivated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        static UserDocument of(User it) {
            return new UserDocument(
                    it.id(),
                    it.tenancyId().rootCompartment(),
                    it.name(),
                    it.description(),
                    it.email(),
                    it.externalIdentifier(),
                    it.timeCreated(),
                    lifecycleState(it),
                    Capabilities.API_KEYS,
                    false,
                    it.freeformTags(),
                    it.definedTags());
        }

        static String lifecycleState(User it) {
            return it.active() ? "ACTIVE" : "INACTIVE";
        }
    }

    @POST
    public Response create(@Nullable CreateUser body, @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CreateUser details = Bodies.required(body);
        Caller caller = current.get();
        Roots.requireCreation(authorizer, caller, "CreateUser", "USER_CREATE", details.compartmentId());
        String digest = current.digest();
        return answer(users.create(
                caller,
                new Wish(
                        details.name(),
                        details.description(),
                        details.email(),
                        details.externalIdentifier(),
                        null,
                        details.freeformTags(),
                        details.definedTags()),
                () -> retryTokens.begin(caller, "CreateUser", retryToken, digest)));
    }

    @GET
    @Path("/{userId}")
    public Response get(@PathParam("userId") UserId id) {
        return answer(rights.require("GetUser", List.of("USER_READ"), id));
    }

    @GET
    public Response list(
            @QueryParam("compartmentId") @Nullable CompartmentId compartment,
            @QueryParam("name") @Nullable String name,
            @QueryParam("externalIdentifier") @Nullable String externalIdentifier,
            @QueryParam("identityProviderId") @Nullable String identityProviderId,
            @QueryParam("lifecycleState") @Nullable String lifecycleState,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("page") @Nullable String page) {
        Paging paging = Paging.of(limit, page);
        Listing<User> listing = new Listing<>(sortBy, sortOrder, it -> it.id().value(), User::name, User::timeCreated);
        Caller caller = current.get();
        Roots.require(authorizer, caller, "ListUsers", List.of("USER_INSPECT"), compartment);
        List<User> found = identity.current().identity().users().stream()
                .map(Versioned::value)
                // An identity provider has no OCID here, so that filter finds nobody.
                .filter(it -> identityProviderId == null && it.tenancyId().equals(caller.tenancyId()))
                .filter(it -> externalIdentifier == null || externalIdentifier.equals(it.externalIdentifier()))
                .filter(it -> name == null || it.name().equalsIgnoreCase(name))
                .filter(LifecycleFilter.of(lifecycleState, UserDocument::lifecycleState))
                .toList();
        return listing.answer(found, paging, UserDocument::of);
    }

    @PUT
    @Path("/{userId}")
    public Response update(
            @PathParam("userId") UserId id,
            @Nullable UpdateUser body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        UpdateUser details = Bodies.required(body);
        rights.requireChange("UpdateUser", List.of("USER_UPDATE"), id);
        Versioned<User> updated = users.update(
                current.get(),
                id,
                new Wish(
                        null,
                        details.description(),
                        details.email(),
                        details.externalIdentifier(),
                        null,
                        details.freeformTags(),
                        details.definedTags()),
                ifMatch);
        if (details.externalIdentifier() != null) {
            // Who was named by the one before is not this user any more.
            end.await(updated.revision());
        }
        return answer(updated);
    }

    /** Blocks or unblocks. OCI only unblocks here; a block is what an operator needs first. */
    @PUT
    @Path("/{userId}/state")
    public Response state(
            @PathParam("userId") UserId id,
            @Nullable UpdateState body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        Boolean blocked = Bodies.required(body).blocked();
        if (blocked == null) {
            throw ProblemException.missing("blocked");
        }
        rights.requireChange("UpdateUserState", List.of("USER_UPDATE", "USER_UNBLOCK"), id);
        Versioned<User> changed = users.setBlocked(current.get(), id, blocked, ifMatch);
        if (blocked) {
            end.await(changed.revision());
        }
        return answer(changed);
    }

    @DELETE
    @Path("/{userId}")
    public Response delete(@PathParam("userId") UserId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        rights.require("DeleteUser", List.of("USER_DELETE"), id);
        end.await(users.delete(current.get(), id, ifMatch));
        return Response.noContent().build();
    }

    private static Response answer(Versioned<User> user) {
        return Response.ok(UserDocument.of(user.value()))
                .header("etag", Etags.of(user.revision()))
                .build();
    }
}
