package io.holdfast.keyservice.service;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What must not be: a route that asks no policy. It is here for {@link RoutesTest} to find. */
@Path("/test/open/{keyId}")
@RunOnVirtualThread
public class OpenRoute {

    @GET
    @Operation(hidden = true)
    public String open() {
        return "\"open\"";
    }
}
