package io.holdfast.secretservice.http.holdfast;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.StandingRight;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.store.RevisionCompacted;
import io.holdfast.secretservice.endpoint.ClusterRecord;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.http.holdfast.ReencryptionViews.CountView;
import io.holdfast.secretservice.http.holdfast.ReencryptionViews.JobView;
import io.holdfast.secretservice.reencrypt.Job;
import io.holdfast.secretservice.reencrypt.Jobs;
import io.holdfast.secretservice.reencrypt.KeyVersionCount;
import io.holdfast.secretservice.storage.ObjectStorage.CommitGuard;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Re-encryption jobs of a cluster, and its Secrets per key version. OCI-signed. */
@Path("/v1/clusters/{clusterId}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReencryptionResource {
    private static final List<String> READ = List.of("CLUSTER_READ");
    private static final List<String> UPDATE = List.of("CLUSTER_UPDATE");
    private static final int MOST_JOBS = 1000;
    private static final int USUAL_JOBS = 100;

    private final CurrentCaller caller;
    private final Authorizer authorizer;
    private final AccessSession session;
    private final TimeSource time;
    private final ServedClusters clusters;
    private final WriteFences fences;
    private final Jobs jobs;
    private final KeyVersionCount counting;

    @Inject
    public ReencryptionResource(
            CurrentCaller caller,
            Authorizer authorizer,
            AccessSession session,
            TimeSource time,
            ServedClusters clusters,
            WriteFences fences,
            Jobs jobs,
            KeyVersionCount counting) {
        this.caller = caller;
        this.authorizer = authorizer;
        this.session = session;
        this.time = time;
        this.clusters = clusters;
        this.fences = fences;
        this.jobs = jobs;
        this.counting = counting;
    }

    /** The newest first. */
    @GET
    @Path("reencryptions")
    public ReencryptionViews.Jobs list(
            @PathParam("clusterId") String clusterId, @QueryParam("limit") @Nullable Integer limit) {
        ClusterId cluster = allowed(clusterId, "ListReencryptions", READ);
        int most = limit == null ? USUAL_JOBS : limit;
        if (most < 1 || most > MOST_JOBS) {
            throw ProblemException.invalid("limit", "must be 1 to " + MOST_JOBS);
        }
        return new ReencryptionViews.Jobs(
                jobs.list(cluster).stream().limit(most).map(JobView::of).toList());
    }

    @GET
    @Path("reencryptions/{jobId}")
    public JobView get(@PathParam("clusterId") String clusterId, @PathParam("jobId") String jobId) {
        ClusterId cluster = allowed(clusterId, "GetReencryption", READ);
        return jobs.find(cluster, jobId)
                .map(recorded -> JobView.of(recorded.job()))
                .orElseThrow(ProblemException::notFound);
    }

    /** Starts one by hand, under the version that the cluster's fence stands at. */
    @POST
    @Path("reencryptions")
    public Response start(@PathParam("clusterId") String clusterId) {
        Permitted permitted = permitted(clusterId, "StartReencryption", UPDATE);
        Job started = jobs.start(fence(permitted.cluster()), "by hand", permitted.guard());
        return Response.accepted(JobView.of(started)).build();
    }

    @POST
    @Path("reencryptions/{jobId}/actions/pause")
    public JobView pause(@PathParam("clusterId") String clusterId, @PathParam("jobId") String jobId) {
        Permitted permitted = permitted(clusterId, "PauseReencryption", UPDATE);
        return JobView.of(jobs.pause(permitted.cluster(), jobId, permitted.guard()));
    }

    @POST
    @Path("reencryptions/{jobId}/actions/resume")
    public JobView resume(@PathParam("clusterId") String clusterId, @PathParam("jobId") String jobId) {
        Permitted permitted = permitted(clusterId, "ResumeReencryption", UPDATE);
        return JobView.of(jobs.resume(permitted.cluster(), jobId, permitted.guard()));
    }

    @POST
    @Path("reencryptions/{jobId}/actions/cancel")
    public JobView cancel(@PathParam("clusterId") String clusterId, @PathParam("jobId") String jobId) {
        Permitted permitted = permitted(clusterId, "CancelReencryption", UPDATE);
        return JobView.of(jobs.cancel(permitted.cluster(), jobId, "cancelled by hand", permitted.guard()));
    }

    /** A live count at one revision, by the envelopes alone: it works while the key is taken away, too. */
    @GET
    @Path("secretsPerKeyVersion")
    public CountView count(@PathParam("clusterId") String clusterId) {
        ClusterId cluster = allowed(clusterId, "CountSecretsPerKeyVersion", READ);
        try {
            return CountView.of(counting.count(cluster), fence(cluster));
        } catch (RevisionCompacted compacted) {
            throw new ProblemException(
                    ProblemCode.SERVICE_UNAVAILABLE, "etcd was compacted during the count; try again", compacted);
        }
    }

    private PlacedFence fence(ClusterId cluster) {
        return fences.read(cluster).orElseThrow(ProblemException::notFound);
    }

    private ClusterId allowed(String clusterId, String operation, List<String> permissions) {
        return permitted(clusterId, operation, permissions).cluster();
    }

    /** @param guard for the commit of a change: it holds the caller's right */
    private record Permitted(ClusterId cluster, CommitGuard guard) {}

    private Permitted permitted(String clusterId, String operation, List<String> permissions) {
        ClusterRecord cluster = clusters.find(id(clusterId)).orElseThrow(ProblemException::notFound);
        StandingRight right = StandingRight.of(
                session,
                time::wall,
                caller.credential(),
                asking -> authorizer.decide(
                        asking,
                        operation,
                        permissions,
                        cluster.compartmentId(),
                        Map.of("target.cluster.id", cluster.id().value())));
        return new Permitted(cluster.id(), right::holding);
    }

    private static ClusterId id(String clusterId) {
        try {
            return new ClusterId(clusterId);
        } catch (ProblemException malformed) {
            // What is no OCID of a cluster names nothing that exists.
            throw ProblemException.notFound();
        }
    }
}
