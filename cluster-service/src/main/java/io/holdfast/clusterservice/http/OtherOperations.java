package io.holdfast.clusterservice.http;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The operations of Container Engine that Holdfast does not have: 501, which clients do not retry. */
@Path("/20180222")
@RunOnVirtualThread
public class OtherOperations {
    private static final Set<String> KNOWN = Set.of(
            "clusters",
            "clusterOptions",
            "workRequests",
            "nodePools",
            "nodePoolOptions",
            "virtualNodePools",
            "addonOptions",
            "podShapes");

    @GET
    @Path("{path:.+}")
    @Operation(hidden = true)
    public Response get(@PathParam("path") String path) {
        throw refusal(path);
    }

    @POST
    @Path("{path:.+}")
    @Operation(hidden = true)
    public Response post(@PathParam("path") String path) {
        throw refusal(path);
    }

    @PUT
    @Path("{path:.+}")
    @Operation(hidden = true)
    public Response put(@PathParam("path") String path) {
        throw refusal(path);
    }

    @DELETE
    @Path("{path:.+}")
    @Operation(hidden = true)
    public Response delete(@PathParam("path") String path) {
        throw refusal(path);
    }

    private static ProblemException refusal(String path) {
        String first = path.split("/", 2)[0];
        return new ProblemException(KNOWN.contains(first) ? ProblemCode.METHOD_NOT_IMPLEMENTED : ProblemCode.NOT_FOUND);
    }
}
