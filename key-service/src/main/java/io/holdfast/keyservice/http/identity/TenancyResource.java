package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.Place;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Tenancies (OCI Identity API, "Tenancy"). The operator of the installation makes them; see the bootstrap file. */
@Path("/20160918/tenancies")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TenancyResource {
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final Region region;

    @Inject
    public TenancyResource(Identity identity, Authorizer authorizer, CurrentCaller current, Place place) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
        this.region = Region.of(place);
    }

    /** Tenancy. */
    public record TenancyDocument(
            TenancyId id,
            String name,
            String description,
            String homeRegionKey,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {}

    /** RegionSubscription. */
    public record RegionSubscription(String regionKey, String regionName, String status, boolean isHomeRegion) {}

    @GET
    @Path("/{tenancyId}")
    public Response get(@PathParam("tenancyId") TenancyId id) {
        Tenancy tenancy = inspect("GetTenancy", id);
        return Response.ok(new TenancyDocument(
                        tenancy.id(), tenancy.name(), tenancy.description(), region.key(), Map.of(), Map.of()))
                .build();
    }

    /** Every tenancy of the installation is in its one region. */
    @GET
    @Path("/{tenancyId}/regionSubscriptions")
    public List<RegionSubscription> regionSubscriptions(@PathParam("tenancyId") TenancyId id) {
        inspect("ListRegionSubscriptions", id);
        return List.of(new RegionSubscription(region.key(), region.name(), "READY", true));
    }

    /** There is no further one. */
    @POST
    @Path("/{tenancyId}/regionSubscriptions")
    @Operation(hidden = true)
    public Response subscribe() {
        throw MissingIdentityResource.missing();
    }

    private Tenancy inspect(String operation, TenancyId id) {
        authorizer.require(current.get(), operation, List.of("TENANCY_INSPECT"), id.rootCompartment(), Map.of());
        return identity.current().identity().tenancy(id).orElseThrow(ProblemException::notFound);
    }
}
