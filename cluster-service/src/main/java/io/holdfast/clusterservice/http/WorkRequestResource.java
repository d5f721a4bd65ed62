package io.holdfast.clusterservice.http;

import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Work requests (OCI Container Engine): how accepted operations go on and how they ended. */
@Path("/20180222")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class WorkRequestResource {
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final List<String> STATUSES =
            List.of("ACCEPTED", "IN_PROGRESS", "FAILED", "SUCCEEDED", "CANCELING", "CANCELED");

    private final ClusterStore store;
    private final Access access;

    WorkRequestResource(ClusterStore store, Access access) {
        this.store = store;
        this.access = access;
    }

    @GET
    @Path("workRequests/{workRequestId}")
    public Response get(@PathParam("workRequestId") String id) {
        Stored<WorkRequest> found = access.work("GetWorkRequest", id);
        Response.ResponseBuilder answer =
                Response.ok(Wire.work(found.value())).header(HttpHeaders.ETAG, Etags.of(found.modRevision()));
        if (found.value().timeFinished().isEmpty()) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer.build();
    }

    @DELETE
    @Path("workRequests/{workRequestId}")
    public Response cancel(@PathParam("workRequestId") String id) {
        var unused = access.workToCancel("DeleteWorkRequest", id);
        throw new ProblemException(ProblemCode.METHOD_NOT_IMPLEMENTED, "Work requests can't be cancelled.");
    }

    @GET
    @Path("workRequests")
    public Response list(
            @QueryParam("compartmentId") @Nullable String compartmentId,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("resourceId") @Nullable String resourceId,
            @QueryParam("resourceType") @Nullable String resourceType,
            @QueryParam("status") List<String> statuses,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("page") @Nullable String page,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder) {
        CompartmentId compartment = Fields.compartment(compartmentId);
        access.worksIn("ListWorkRequests", compartment);
        Paging paging = Paging.of(Fields.number("limit", limit), page);
        statuses.forEach(status -> Fields.oneOf("status", status, STATUSES));
        if (resourceType != null) {
            Fields.oneOf("resourceType", resourceType, List.of("CLUSTER", "NODEPOOL"));
        }
        SortedPage.Order<WorkRequest> order = new SortedPage.Order<>(
                switch (Fields.oneOf(
                        "sortBy",
                        sortBy == null ? "TIME_ACCEPTED" : sortBy,
                        List.of("ID", "OPERATION_TYPE", "STATUS", "TIME_ACCEPTED", "TIME_STARTED", "TIME_FINISHED"))) {
                    case "ID" -> work -> work.id().value();
                    case "OPERATION_TYPE" -> work -> work.facts().operation().name();
                    case "STATUS" -> WorkRequest::status;
                    case "TIME_STARTED" -> work -> Fields.sortable(work.timeStarted());
                    case "TIME_FINISHED" -> work -> Fields.sortable(work.timeFinished());
                    default -> work -> Fields.sortable(Optional.of(work.facts().timeAccepted()));
                },
                work -> work.id().value(),
                SortedPage.descending(sortOrder));
        List<WorkRequest> matching = store.worksIn(compartment).stream()
                .map(Stored::value)
                .filter(work -> statuses.isEmpty() || statuses.contains(work.status()))
                .filter(work -> isOn(work, clusterId) && isOn(work, resourceId))
                .filter(work -> resourceType == null || resourceType.equals("CLUSTER"))
                .toList();
        SortedPage<WorkRequest> found = SortedPage.of(matching, order, paging);
        Response.ResponseBuilder answer =
                Response.ok(found.entries().stream().map(Wire::work).toList());
        found.next().ifPresent(next -> answer.header(Paging.NEXT_PAGE, next));
        return answer.build();
    }

    @GET
    @Path("workRequests/{workRequestId}/errors")
    public List<Wire.ErrorView> errors(
            @PathParam("workRequestId") String id, @QueryParam("compartmentId") @Nullable String compartmentId) {
        return in("ListWorkRequestErrors", id, compartmentId).errors().stream()
                .map(failure -> new Wire.ErrorView(failure.code(), failure.message(), failure.at()))
                .toList();
    }

    @GET
    @Path("workRequests/{workRequestId}/logs")
    public List<Wire.LogView> logs(
            @PathParam("workRequestId") String id, @QueryParam("compartmentId") @Nullable String compartmentId) {
        return in("ListWorkRequestLogs", id, compartmentId).logs().stream()
                .map(entry -> new Wire.LogView(entry.message(), entry.at()))
                .toList();
    }

    private WorkRequest in(String operation, String id, @Nullable String compartmentId) {
        CompartmentId compartment = Fields.compartment(compartmentId);
        WorkRequest found = access.work(operation, id).value();
        if (!found.facts().compartmentId().equals(compartment)) {
            throw ProblemException.notFound();
        }
        return found;
    }

    private static boolean isOn(WorkRequest work, @Nullable String resource) {
        return resource == null || work.facts().clusterId().value().equals(resource);
    }
}
