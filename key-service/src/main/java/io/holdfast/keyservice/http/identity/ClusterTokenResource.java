package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.identity.TokenRevocations;
import io.holdfast.keyservice.tokens.ClusterTokens;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holdfast's own: ends a kubectl token before its time. After the 204 it is refused everywhere. */
@Path("/v1/clusters/{clusterId}/tokens")
@RunOnVirtualThread
public class ClusterTokenResource {
    private final TokenRevocations revocations;
    private final AccessBarrier barrier;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final TimeSource time = TimeSource.system();

    @Inject
    public ClusterTokenResource(
            TokenRevocations revocations, AccessBarrier barrier, Authorizer authorizer, CurrentCaller current) {
        this.revocations = revocations;
        this.barrier = barrier;
        this.authorizer = authorizer;
        this.current = current;
    }

    /**
     * @param clusterId the cluster whose token it is
     * @param tokenId the token's {@code jti}
     * @param userId whose token it is; the caller's own when absent. For another user the caller needs USER_UPDATE.
     */
    @DELETE
    @Path("/{tokenId}")
    public Response revoke(
            @PathParam("clusterId") ClusterId clusterId,
            @PathParam("tokenId") String tokenId,
            @QueryParam("userId") @Nullable UserId userId) {
        if (!ClusterTokens.isId(tokenId)) {
            throw ProblemException.notFound();
        }
        Caller caller = current.get();
        UserId owner = userId == null ? own(caller) : userId;
        if (!owner.value().equals(caller.id())) {
            authorizer.require(
                    caller,
                    "RevokeClusterToken",
                    List.of("USER_UPDATE"),
                    caller.tenancyId().rootCompartment(),
                    Map.of("target.user.id", owner.value(), "target.cluster.id", clusterId.value()));
        }
        // When it was issued is not recorded; no token outlives the longest lifetime.
        long revision = revocations.revoke(
                caller.tenancyId(), owner, tokenId, time.wall().plus(ClusterTokens.MAX_LIFETIME), caller.id());
        barrier.awaitEnded(revision);
        return Response.noContent().build();
    }

    private static UserId own(Caller caller) {
        if (!caller.type().equals(Principal.USER)) {
            throw ProblemException.notFound();
        }
        return new UserId(caller.id());
    }
}
