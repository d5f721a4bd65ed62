package io.holdfast.auditservice.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Events on the trail. */
@Path("/v1/events")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class EventResource {
    private final Trail trail;
    private final TrailReaders readers;
    private final ObjectMapper json;

    @Inject
    EventResource(Trail trail, TrailReaders readers, ObjectMapper json) {
        this.trail = trail;
        this.readers = readers;
        this.json = json;
    }

    @GET
    @Operation(
            operationId = "ListEvents",
            summary = "Events in the order of the trail, oldest first; all filters given must hold.")
    public RestResponse<List<EventView>> list(
            @Parameter(description = "Earliest time of the event, RFC 3339, inclusive.")
                    @QueryParam("timeFrom")
                    @Nullable
                    String timeFrom,
            @Parameter(description = "Latest time of the event, RFC 3339, exclusive.") @QueryParam("timeTo") @Nullable
                    String timeTo,
            @Parameter(description = "Full type, or its short name such as KeyRotated.") @QueryParam("type") @Nullable
                    String type,
            @Parameter(description = "OCID of the aggregate.") @QueryParam("subject") @Nullable String subject,
            @Parameter(description = "For example /holdfast/keys.") @QueryParam("source") @Nullable String source,
            @Parameter(description = "1 to 1000, 100 when absent.") @QueryParam("limit") @Nullable String limit,
            @Parameter(description = "The opc-next-page header of the page before.") @QueryParam("page") @Nullable
                    String page) {
        readers.require("ListEvents");
        EventQuery query = EventQuery.of(timeFrom, timeTo, type, subject, source, limit, page);
        // One more than asked for tells whether there is a next page.
        List<Entry> found = trail.list(query.filter(), query.after(), query.limit() + 1);
        List<Entry> shown = found.subList(0, Math.min(found.size(), query.limit()));
        RestResponse.ResponseBuilder<List<EventView>> answer = RestResponse.ResponseBuilder.ok(
                shown.stream().map(entry -> EventView.of(entry, json)).toList());
        if (found.size() > shown.size()) {
            long last = shown.get(shown.size() - 1).position();
            answer.header(Paging.NEXT_PAGE, Paging.token(Long.toString(last)));
        }
        return answer.build();
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "GetEvent", summary = "One event by its CloudEvents id.")
    public EventView get(@PathParam("id") String id) {
        readers.require("GetEvent");
        if (id.length() > Fact.LONGEST_ATTRIBUTE || id.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.notFound();
        }
        return trail.find(id).map(entry -> EventView.of(entry, json)).orElseThrow(ProblemException::notFound);
    }
}
