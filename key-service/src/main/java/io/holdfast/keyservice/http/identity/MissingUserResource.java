package io.holdfast.keyservice.http.identity;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;

/** What users have in the Identity API and not in Holdfast. */
@Path("/20160918/users")
@RunOnVirtualThread
public class MissingUserResource {
    private static final String CREDENTIALS =
            "[^/]+/(authTokens|capabilities|customerSecretKeys|dbCredentials|mfaTotpDevices|oauth2ClientCredentials"
                    + "|smtpCredentials|swiftPasswords|uiPassword)(/.*)?";

    @GET
    @Path("/{path: " + CREDENTIALS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> get() {
        throw MissingIdentityResource.missing();
    }

    @POST
    @Path("/{path: " + CREDENTIALS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> post() {
        throw MissingIdentityResource.missing();
    }

    @PUT
    @Path("/{path: " + CREDENTIALS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> put() {
        throw MissingIdentityResource.missing();
    }

    @DELETE
    @Path("/{path: " + CREDENTIALS + "}")
    @Operation(hidden = true)
    public RestResponse<Void> delete() {
        throw MissingIdentityResource.missing();
    }
}
