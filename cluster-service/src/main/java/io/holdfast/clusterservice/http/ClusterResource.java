package io.holdfast.clusterservice.http;

import io.holdfast.clusterservice.create.ClusterCreation;
import io.holdfast.clusterservice.delete.ClusterDeletion;
import io.holdfast.clusterservice.domain.Change;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.OfferedVersions;
import io.holdfast.clusterservice.domain.VcnId;
import io.holdfast.clusterservice.domain.Wishes;
import io.holdfast.clusterservice.kubeconfig.Kubeconfigs;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.clusterservice.update.ClusterUpdate;
import io.holdfast.clusterservice.work.WorkRunner;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.Paging;
import io.holdfast.platform.http.RetryTokens;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Clusters (OCI Container Engine, ContainerEngineClient). Changes answer 202 with the id of the work request. */
@Path("/20180222")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class ClusterResource {
    private static final String WORK_REQUEST = "opc-work-request-id";
    private static final String YAML = "application/x-yaml";
    private static final List<String> STATES =
            List.of("CREATING", "ACTIVE", "FAILED", "DELETING", "DELETED", "UPDATING");
    private static final int ATTEMPTS = 3;

    private final ClusterStore store;
    private final ClusterCreation creation;
    private final ClusterUpdate updates;
    private final ClusterDeletion deletions;
    private final WorkRunner works;
    private final Kubeconfigs kubeconfigs;
    private final OfferedVersions offered;
    private final RetryTokens retryTokens;
    private final Access access;
    private final CurrentCaller current;

    ClusterResource(
            ClusterStore store,
            ClusterCreation creation,
            ClusterUpdate updates,
            ClusterDeletion deletions,
            WorkRunner works,
            Kubeconfigs kubeconfigs,
            OfferedVersions offered,
            RetryTokens retryTokens,
            Access access,
            CurrentCaller current) {
        this.store = store;
        this.creation = creation;
        this.updates = updates;
        this.deletions = deletions;
        this.works = works;
        this.kubeconfigs = kubeconfigs;
        this.offered = offered;
        this.retryTokens = retryTokens;
        this.access = access;
        this.current = current;
    }

    @POST
    @Path("clusters")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(
            @HeaderParam("opc-retry-token") @Nullable String token, Wire.@Nullable CreateClusterDetails body) {
        Wire.CreateClusterDetails details = present(body);
        CompartmentId compartment = Fields.compartment(details.compartmentId());
        Access.Permitted<TenancyId> permitted = access.toCreateIn("CreateCluster", "CLUSTER_CREATE", compartment);
        access.requireUser();
        ClusterCreation.Request request = new ClusterCreation.Request(
                access.caller(),
                permitted.target(),
                compartment,
                Fields.name(details.name()),
                Fields.of("vcnId", details.vcnId(), VcnId::new),
                offered.requireOffered(
                        KubernetesVersion.parse(Fields.required("kubernetesVersion", details.kubernetesVersion()))),
                keyOf(details),
                wishes(details));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            RetryTokens.Attempt retry = retryTokens.begin(access.caller(), "CreateCluster", token, current.digest());
            if (retry.replay().isPresent()) {
                return accepted(retry.replay().get());
            }
            Optional<ClusterCreation.Made> made = creation.create(
                    request,
                    permitted.right(),
                    now -> retry.record(now.workRequestId().value()));
            if (made.isPresent()) {
                return accepted(made.get().workRequestId().value());
            }
        }
        throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE);
    }

    private static KeyId keyOf(Wire.CreateClusterDetails details) {
        if (details.kmsKeyId() == null || details.kmsKeyId().isBlank()) {
            throw new ProblemException(
                    ProblemCode.MISSING_PARAMETER,
                    "kmsKeyId is required: Secrets of a Holdfast cluster are encrypted under a master key of the customer");
        }
        return Fields.of("kmsKeyId", details.kmsKeyId(), KeyId::new);
    }

    private static Wishes wishes(Wire.CreateClusterDetails details) {
        return new Wishes(
                details.type() == null ? "BASIC_CLUSTER" : Fields.oneOf("type", details.type(), Wishes.TYPES),
                Fields.object("options", details.options()),
                Fields.object("endpointConfig", details.endpointConfig()),
                Fields.object("imagePolicyConfig", details.imagePolicyConfig()),
                Fields.array("clusterPodNetworkOptions", details.clusterPodNetworkOptions()),
                Fields.freeformTags(details.freeformTags()),
                Fields.definedTags(details.definedTags()));
    }

    @GET
    @Path("clusters/{clusterId}")
    public Response get(@PathParam("clusterId") String id) {
        Stored<Cluster> found = access.cluster("GetCluster", List.of("CLUSTER_READ"), id);
        return Response.ok(Wire.cluster(found.value(), offered))
                .header(HttpHeaders.ETAG, Etags.of(found.modRevision()))
                .build();
    }

    @GET
    @Path("clusters")
    public Response list(
            @QueryParam("compartmentId") @Nullable String compartmentId,
            @QueryParam("lifecycleState") List<String> states,
            @QueryParam("name") @Nullable String name,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("page") @Nullable String page,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder) {
        CompartmentId compartment = Fields.compartment(compartmentId);
        access.inCompartment("ListClusters", "CLUSTER_INSPECT", compartment);
        Paging paging = Paging.of(Fields.number("limit", limit), page);
        states.forEach(state -> Fields.oneOf("lifecycleState", state, STATES));
        SortedPage.Order<Cluster> order = new SortedPage.Order<>(
                switch (Fields.oneOf(
                        "sortBy", sortBy == null ? "TIME_CREATED" : sortBy, List.of("ID", "NAME", "TIME_CREATED"))) {
                    case "ID" -> cluster -> cluster.id().value();
                    case "NAME" -> cluster -> cluster.facts().name();
                    default ->
                        cluster -> Fields.sortable(
                                Optional.of(cluster.facts().created().at()));
                },
                cluster -> cluster.id().value(),
                SortedPage.descending(sortOrder));
        List<Cluster> matching = store.clustersIn(compartment).stream()
                .map(Stored::value)
                .filter(cluster -> states.isEmpty() || states.contains(cluster.lifecycleState()))
                .filter(cluster -> name == null || name.equals(cluster.facts().name()))
                .toList();
        SortedPage<Cluster> found = SortedPage.of(matching, order, paging);
        Response.ResponseBuilder answer = Response.ok(found.entries().stream()
                .map(cluster -> Wire.summary(cluster, offered))
                .toList());
        found.next().ifPresent(next -> answer.header(Paging.NEXT_PAGE, next));
        return answer.build();
    }

    @PUT
    @Path("clusters/{clusterId}")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response update(
            @PathParam("clusterId") String id,
            @HeaderParam("if-match") @Nullable String ifMatch,
            Wire.@Nullable UpdateClusterDetails body) {
        Access.Permitted<Stored<Cluster>> permitted =
                access.clusterToChange("UpdateCluster", List.of("CLUSTER_UPDATE"), id);
        Stored<Cluster> found = permitted.target();
        Wire.UpdateClusterDetails details = present(body);
        Change change = change(found.value(), details);
        Etags.requireMatch(ifMatch, Etags.of(found.modRevision()));
        String caller = access.caller().id();
        return submitted(found, permitted.right().holding(() -> updates.begin(found, change, caller)));
    }

    private Change change(Cluster cluster, Wire.UpdateClusterDetails details) {
        refuseImmutable(
                "kmsKeyId", details.kmsKeyId(), ": the master key of a cluster can't be changed after creation");
        refuseImmutable("compartmentId", details.compartmentId(), "");
        refuseImmutable("vcnId", details.vcnId(), "");
        refuseImmutable("endpointConfig", details.endpointConfig(), "");
        Cluster.Facts facts = cluster.facts();
        Wishes before = facts.wishes();
        boolean others = details.name() != null
                || details.options() != null
                || details.freeformTags() != null
                || details.definedTags() != null
                || details.imagePolicyConfig() != null
                || details.type() != null;
        if (!others && details.kubernetesVersion() == null) {
            throw new ProblemException(
                    ProblemCode.MISSING_PARAMETER,
                    "name, kubernetesVersion, options, imagePolicyConfig, type or tags are required: the update changes"
                            + " nothing");
        }
        Optional<KubernetesVersion> version = Optional.empty();
        if (details.kubernetesVersion() != null) {
            KubernetesVersion wished = KubernetesVersion.parse(details.kubernetesVersion());
            if (!others || !wished.equals(facts.version())) {
                version = Optional.of(offered.requireUpgrade(facts.version(), wished));
            }
        }
        Map<String, Object> options = new HashMap<>(before.options());
        options.putAll(Fields.object("options", details.options()));
        return new Change(
                details.name() == null ? facts.name() : Fields.name(details.name()),
                version,
                new Wishes(
                        details.type() == null ? before.type() : Fields.oneOf("type", details.type(), Wishes.TYPES),
                        options,
                        before.endpointConfig(),
                        details.imagePolicyConfig() == null
                                ? before.imagePolicyConfig()
                                : Fields.object("imagePolicyConfig", details.imagePolicyConfig()),
                        before.podNetworkOptions(),
                        details.freeformTags() == null
                                ? before.freeformTags()
                                : Fields.freeformTags(details.freeformTags()),
                        details.definedTags() == null
                                ? before.definedTags()
                                : Fields.definedTags(details.definedTags())));
    }

    private static void refuseImmutable(String field, @Nullable Object value, String why) {
        if (value != null) {
            throw ProblemException.invalid(field, "is immutable" + why);
        }
    }

    @DELETE
    @Path("clusters/{clusterId}")
    public Response delete(@PathParam("clusterId") String id, @HeaderParam("if-match") @Nullable String ifMatch) {
        Access.Permitted<Stored<Cluster>> permitted =
                access.clusterToChange("DeleteCluster", List.of("CLUSTER_DELETE", "CLUSTER_NODE_POOL_DELETE"), id);
        Stored<Cluster> found = permitted.target();
        Etags.requireMatch(ifMatch, Etags.of(found.modRevision()));
        String caller = access.caller().id();
        return submitted(found, permitted.right().holding(() -> deletions.begin(found, caller)));
    }

    /** A file with a credential in it, so no cache may keep it. */
    @POST
    @Path("clusters/{clusterId}/kubeconfig/content")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({YAML, MediaType.APPLICATION_JSON})
    public Response kubeconfig(@PathParam("clusterId") String id, Wire.@Nullable CreateKubeconfigDetails body) {
        Access.Permitted<Stored<Cluster>> permitted =
                access.clusterToChange("CreateKubeconfig", List.of("CLUSTER_USE"), id);
        access.requireUser();
        Cluster cluster = permitted.target().value();
        Duration lifetime = body == null ? Kubeconfigs.LONGEST : lifetime(body);
        return Response.ok(permitted.right().holding(() -> kubeconfigs.write(cluster, access.caller(), lifetime)))
                .type(YAML)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static Duration lifetime(Wire.CreateKubeconfigDetails body) {
        if (body.tokenVersion() != null) {
            Fields.oneOf("tokenVersion", body.tokenVersion(), List.of("2.0.0"));
        }
        if (body.endpoint() != null) {
            Fields.oneOf(
                    "endpoint",
                    body.endpoint().toUpperCase(Locale.ROOT),
                    List.of("PUBLIC_ENDPOINT", "LEGACY_KUBERNETES"));
        }
        if (body.expiration() == null) {
            return Kubeconfigs.LONGEST;
        }
        if (body.expiration() < 1) {
            throw ProblemException.invalid("expiration", "must be at least 1 second");
        }
        return Duration.ofSeconds(Math.min(body.expiration(), Kubeconfigs.LONGEST.toSeconds()));
    }

    private Response submitted(Stored<Cluster> cluster, WorkRequestId work) {
        works.submit(cluster.value().id(), work);
        return accepted(work.value());
    }

    private static Response accepted(String workRequestId) {
        return Response.accepted().header(WORK_REQUEST, workRequestId).build();
    }

    private static <T> T present(@Nullable T body) {
        if (body == null) {
            throw new ProblemException(ProblemCode.MISSING_PARAMETER, "a request body is required");
        }
        return body;
    }
}
