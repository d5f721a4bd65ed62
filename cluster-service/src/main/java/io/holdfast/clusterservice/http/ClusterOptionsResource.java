package io.holdfast.clusterservice.http;

import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.OfferedVersions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;

/** What clusters may be made of. */
@Path("/20180222")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class ClusterOptionsResource {
    private static final List<Map<String, String>> POD_NETWORKS =
            List.of(Map.of("cniType", "OCI_VCN_IP_NATIVE"), Map.of("cniType", "FLANNEL_OVERLAY"));

    private final OfferedVersions offered;
    private final Access access;

    ClusterOptionsResource(OfferedVersions offered, Access access) {
        this.offered = offered;
        this.access = access;
    }

    /**
     * @param id {@code all}, for any authenticated caller: the versions on offer; or a cluster: what it may be upgraded to
     */
    @GET
    @Path("clusterOptions/{clusterOptionId}")
    public Wire.ClusterOptions get(@PathParam("clusterOptionId") String id) {
        if (id.equals("all")) {
            return new Wire.ClusterOptions(Wire.versions(offered.versions()), POD_NETWORKS);
        }
        Cluster cluster =
                access.cluster("GetClusterOptions", List.of("CLUSTER_READ"), id).value();
        return new Wire.ClusterOptions(
                Wire.versions(offered.upgradesFrom(cluster.facts().version())), POD_NETWORKS);
    }
}
