package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/** Tenancies (OCI Identity API, "Tenancy"). The operator of the installation makes them; see the bootstrap file. */
@Path("/20160918/tenancies")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TenancyResource {
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;

    @Inject
    public TenancyResource(Identity identity, Authorizer authorizer, CurrentCaller current) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
    }

    /** Tenancy. */
    public record TenancyDocument(
            TenancyId id,
            String name,
            String description,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {}

    @GET
    @Path("/{tenancyId}")
    public Response get(@PathParam("tenancyId") TenancyId id) {
        authorizer.require(current.get(), "GetTenancy", List.of("TENANCY_INSPECT"), id.rootCompartment(), Map.of());
        Tenancy tenancy = identity.current().identity().tenancy(id).orElseThrow(ProblemException::notFound);
        return Response.ok(new TenancyDocument(tenancy.id(), tenancy.name(), tenancy.description(), Map.of(), Map.of()))
                .build();
    }
}
