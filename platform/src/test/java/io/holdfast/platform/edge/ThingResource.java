package io.holdfast.platform.edge;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Unsigned;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Map;

/** A resource as a service writes it. */
@Path("/20180608/things")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ThingResource {
    @Inject
    CurrentCaller caller;

    public record Create(
            @JsonProperty("compartmentId") CompartmentId compartmentId,
            @JsonProperty("displayName") String displayName,
            @JsonProperty("size") Integer size,
            @JsonProperty("tags") Map<String, String> tags) {}

    public record Thing(KeyId id, CompartmentId compartmentId, String displayName, Instant timeCreated, String owner) {}

    @POST
    public Thing create(Create body) {
        if (body.displayName() == null) {
            throw ProblemException.missing("displayName");
        }
        return new Thing(
                new KeyId("ocid1.key.oc1.iad.v.k"),
                body.compartmentId(),
                body.displayName(),
                Instant.parse("2026-11-24T10:00:00.5Z"),
                caller.get().id());
    }

    @POST
    @Path("{id}/actions/disable")
    @Consumes(MediaType.WILDCARD)
    public Thing disable(@PathParam("id") KeyId id) {
        return new Thing(
                id,
                new CompartmentId("ocid1.tenancy.oc1..t"),
                "d",
                Instant.EPOCH,
                caller.get().id());
    }

    @GET
    public String list(
            @QueryParam("compartmentId") CompartmentId compartment,
            @QueryParam("fail") String fail,
            @QueryParam("limit") Integer limit) {
        return switch (fail == null ? "" : fail) {
            case "unavailable" -> throw new StoreUnavailable("etcd", null);
            case "unknown" -> throw new OutcomeUnknown("etcd", null);
            case "bug" -> throw new IllegalStateException("a detail");
            case "conflict" -> throw new ProblemException(ProblemCode.CONFLICT, "already there");
            default -> "[]";
        };
    }

    @GET
    @Path("open")
    @Unsigned("for everybody")
    public String open() {
        return "\"open\"";
    }
}
