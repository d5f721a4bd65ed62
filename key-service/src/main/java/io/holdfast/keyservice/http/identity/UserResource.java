package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Users (OCI Identity API, "User"): read only; they come from the bootstrap file. */
@Path("/20160918/users")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class UserResource {
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;

    @Inject
    public UserResource(Identity identity, Authorizer authorizer, CurrentCaller current) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
    }

    /** User. */
    public record UserDocument(
            UserId id,
            CompartmentId compartmentId,
            String name,
            String description,
            Instant timeCreated,
            String lifecycleState,
            boolean isMfaActivated) {
        static UserDocument of(User it) {
            return new UserDocument(
                    it.id(),
                    it.tenancyId().rootCompartment(),
                    it.name(),
                    it.description(),
                    it.timeCreated(),
                    it.active() ? "ACTIVE" : "INACTIVE",
                    false);
        }
    }

    @GET
    @Path("/{userId}")
    public Response get(@PathParam("userId") UserId id) {
        Caller caller = current.get();
        authorizer.require(
                caller,
                "GetUser",
                List.of("USER_READ"),
                caller.tenancyId().rootCompartment(),
                Map.of("target.user.id", id.value()));
        Versioned<User> user = identity.current()
                .identity()
                .user(id)
                .filter(it -> it.value().tenancyId().equals(caller.tenancyId()))
                .orElseThrow(ProblemException::notFound);
        return Response.ok(UserDocument.of(user.value()))
                .header("etag", Etags.of(user.revision()))
                .build();
    }
}
