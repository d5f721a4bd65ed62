package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.tokens.LiveClusters;
import io.holdfast.keyservice.tokens.ResourcePrincipalTokens;
import io.holdfast.keyservice.tokens.TokenIssue;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holdfast's own: makes a token by which what runs in a cluster signs requests as that cluster. Whoever gets one has all that
 * the policies grant to the cluster, so it needs CLUSTER_MANAGE.
 */
@Path("/v1/clusters/{clusterId}/resourcePrincipalTokens")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ResourcePrincipalTokenResource {
    private final TokenIssue tokens;
    private final LiveClusters clusters;
    private final Authorizer authorizer;
    private final CurrentCaller current;

    @Inject
    public ResourcePrincipalTokenResource(
            TokenIssue tokens, LiveClusters clusters, Authorizer authorizer, CurrentCaller current) {
        this.tokens = tokens;
        this.clusters = clusters;
        this.authorizer = authorizer;
        this.current = current;
    }

    /**
     * @param publicKey PEM "PUBLIC KEY" of the session key, RSA of 2048 to 4096 bits; required
     * @param lifetimeSeconds 1 to 3600; 1200 when absent
     */
    public record Wish(@Nullable String publicKey, @Nullable Integer lifetimeSeconds) {}

    /** @param token a credential together with the private half of the session key, which only the caller has */
    public record TokenDocument(String token, Instant timeExpires) {
        @Override
        public String toString() {
            return "TokenDocument[" + timeExpires + "]";
        }
    }

    /** @param clusterId of a cluster that is bound to a key; any other is answered as one that does not exist */
    @POST
    public TokenDocument issue(@PathParam("clusterId") ClusterId clusterId, @Nullable Wish body) {
        Wish wish = Bodies.required(body);
        Caller cluster = clusters.find(clusterId).orElseThrow(ProblemException::notFound);
        Caller caller = current.get();
        authorizer.require(
                caller,
                "CreateResourcePrincipalToken",
                List.of("CLUSTER_MANAGE"),
                new CompartmentId(cluster.compartmentId()),
                Map.of("target.cluster.id", clusterId.value()));
        String publicKey = wish.publicKey();
        if (publicKey == null) {
            throw ProblemException.missing("publicKey");
        }
        Integer seconds = wish.lifetimeSeconds();
        ResourcePrincipalTokens.Issued issued = tokens.forCluster(
                cluster,
                publicKey,
                seconds == null ? ResourcePrincipalTokens.USUAL_LIFETIME : Duration.ofSeconds(seconds),
                caller.id());
        return new TokenDocument(issued.token(), issued.expiresAt());
    }
}
