package io.holdfast.keyservice.http.identity;

import io.holdfast.keyservice.config.Place;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Regions (OCI Identity API, "Region"): there is one. As at Oracle, whoever signs may read which. */
@Path("/20160918/regions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RegionResource {
    private final Region region;

    @Inject
    public RegionResource(Place place) {
        this.region = Region.of(place);
    }

    @GET
    public List<Region> list() {
        return List.of(region);
    }
}
