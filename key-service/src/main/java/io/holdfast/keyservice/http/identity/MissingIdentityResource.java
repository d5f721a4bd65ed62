package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The operations of the Identity API that Holdfast does not have: 501, which clients do not retry, instead of a 404 that looks
 * like a missing resource. A path is looked for below its longest known prefix only, so what users, compartments and the like
 * have not is beside what they have.
 */
@Path("/20160918")
@RunOnVirtualThread
public class MissingIdentityResource {
    /** Kinds of things that do not exist here, with all that is below them. */
    private static final String KINDS =
            "(allowedDomainLicenseTypes|authenticationPolicies|availabilityDomains|domains|faultDomains|iamWorkRequests"
                    + "|identityProviders|networkSources|tagDefaults|tagNamespaces|taggingWorkRequests|tags)(/.*)?";

    @GET
    @Path("/{path: " + KINDS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> get() {
        throw missing();
    }

    @POST
    @Path("/{path: " + KINDS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> post() {
        throw missing();
    }

    @PUT
    @Path("/{path: " + KINDS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> put() {
        throw missing();
    }

    @DELETE
    @Path("/{path: " + KINDS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> delete() {
        throw missing();
    }

    static ProblemException missing() {
        return new ProblemException(
                ProblemCode.METHOD_NOT_IMPLEMENTED, "Holdfast does not have this operation of the Identity API.");
    }
}
