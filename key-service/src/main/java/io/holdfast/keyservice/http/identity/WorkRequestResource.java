package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.IdentityWorkRequestId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identities.Work;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Work requests of the Identity API: the last of each compartment. They are over when their request is answered. */
@Path("/20160918/workRequests")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class WorkRequestResource {
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;

    @Inject
    public WorkRequestResource(Identity identity, Authorizer authorizer, CurrentCaller current) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
    }

    /** WorkRequestResource. */
    public record WorkResource(CompartmentId identifier, String entityType, String actionType) {}

    /** WorkRequest. */
    public record WorkRequest(
            IdentityWorkRequestId id,
            String operationType,
            CompartmentId compartmentId,
            String status,
            List<WorkResource> resources,
            List<String> errors,
            List<String> logs,
            Instant timeAccepted,
            Instant timeStarted,
            @Nullable Instant timeFinished,
            int percentComplete) {
        static WorkRequest of(Compartment compartment, Work work) {
            boolean over = work.timeFinished() != null;
            String action = work.operation().startsWith("DELETE") ? "DELETED" : "UPDATED";
            return new WorkRequest(
                    work.id(),
                    work.operation(),
                    compartment.parentId(),
                    over ? "SUCCEEDED" : "IN_PROGRESS",
                    List.of(new WorkResource(compartment.id(), "compartment", over ? action : "IN_PROGRESS")),
                    List.of(),
                    List.of(),
                    work.timeAccepted(),
                    work.timeAccepted(),
                    work.timeFinished(),
                    over ? 100 : 0);
        }
    }

    /** There is no list of them. */
    @GET
    @Operation(hidden = true)
    public Response list() {
        throw MissingIdentityResource.missing();
    }

    @GET
    @Path("/{workRequestId}")
    public Response get(@PathParam("workRequestId") IdentityWorkRequestId id) {
        Caller caller = current.get();
        IdentitySnapshot snapshot = identity.current().identity();
        for (Versioned<Compartment> it : snapshot.compartments()) {
            Compartment compartment = it.value();
            Work work = compartment.work();
            if (work != null && work.id().equals(id) && compartment.tenancyId().equals(caller.tenancyId())) {
                authorizer.require(
                        caller,
                        "GetWorkRequest",
                        List.of("COMPARTMENT_INSPECT"),
                        Compartments.standing(snapshot, compartment),
                        Map.of());
                return Response.ok(WorkRequest.of(compartment, work)).build();
            }
        }
        throw ProblemException.notFound();
    }
}
