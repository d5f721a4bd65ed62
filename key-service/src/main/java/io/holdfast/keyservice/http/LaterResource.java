package io.holdfast.keyservice.http;

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
 * The operations of the KMS API that Holdfast knows and does not do yet: 501, which clients do not retry, instead of a 404
 * that looks like a missing resource.
 */
@Path("/20180608")
@RunOnVirtualThread
public class LaterResource {
    /** Whole HSMs, with what is in them. */
    private static final String HSM = "hsm(Clusters|Partitions)(/.*)?";

    @GET
    @Path("/{path: (" + HSM
            + "|ekmsPrivateEndpoints(/[^/]+)?|replicaOperations/[^/]+/status|vaults/[^/]+/actions/listReplicas)}")
    @Operation(hidden = true)
    public RestResponse<Void> get() {
        throw later();
    }

    @POST
    @Path(
            "/{path: (" + HSM
                    + "|ekmsPrivateEndpoints|keys/[^/]+/actions/backup|keys/actions/(restoreFromFile|restoreFromObjectStore)|vaults/actions/(restoreFromFile|restoreFromObjectStore)|vaults/[^/]+/actions/(backup|createReplica|deleteReplica))}")
    @Operation(hidden = true)
    public RestResponse<Void> post() {
        throw later();
    }

    @PUT
    @Path("/{path: (" + HSM + "|vaults/[^/]+/updateRegisteredVaultForMtls|ekmsPrivateEndpoints/[^/]+)}")
    @Operation(hidden = true)
    public RestResponse<Void> put() {
        throw later();
    }

    @DELETE
    @Path("/{path: ekmsPrivateEndpoints/[^/]+}")
    @Operation(hidden = true)
    public RestResponse<Void> delete() {
        throw later();
    }

    private static ProblemException later() {
        return new ProblemException(
                ProblemCode.METHOD_NOT_IMPLEMENTED, "This operation of the KMS API is not implemented yet.");
    }
}
