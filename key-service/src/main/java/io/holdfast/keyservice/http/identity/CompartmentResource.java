package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.keyservice.identity.Identities;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.identity.Permits;
import io.holdfast.keyservice.identity.Wish;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.Flags;
import io.holdfast.platform.http.Paging;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Compartments (OCI Identity API, "Compartment"). The root compartment is the tenancy: it has no parent, and is neither
 * changed, moved nor deleted. What a new name or place takes away has ended in every service when it is answered.
 */
@Path("/20160918/compartments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CompartmentResource {
    /** The OCI name of the response header. */
    private static final String WORK_REQUEST = "opc-work-request-id";

    private static final String ACCESSIBLE = "ACCESSIBLE";
    /**
     * A move changes which policies reach everything below. OCI asks for {@code manage all-resources}, this for what moves
     * along, in the lowest compartment above both places.
     */
    private static final List<String> MOVE = List.of(
            "COMPARTMENT_DELETE",
            "COMPARTMENT_CREATE",
            "VAULT_MOVE",
            "KEY_MOVE",
            "CLUSTER_MANAGE",
            "POLICY_DELETE",
            "POLICY_CREATE");

    private final Compartments compartments;
    private final Identity identity;
    private final AccessEnd end;
    private final Additions additions;
    private final Authorizer authorizer;
    private final Permits permits;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public CompartmentResource(
            Compartments compartments,
            Identity identity,
            AccessEnd end,
            Additions additions,
            Authorizer authorizer,
            Permits permits,
            CurrentCaller current,
            KeyValueStore store) {
        this.compartments = compartments;
        this.identity = identity;
        this.end = end;
        this.additions = additions;
        this.authorizer = authorizer;
        this.permits = permits;
        this.current = current;
        this.retryTokens = new RetryTokens(store, RetryPrefix.VALUE, TimeSource.system());
    }

    /** CreateCompartmentDetails; {@code compartmentId} is the parent. */
    public record CreateCompartment(
            @Nullable CompartmentId compartmentId,
            @Nullable String name,
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** UpdateCompartmentDetails. */
    public record UpdateCompartment(
            @Nullable String name,
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** MoveCompartmentDetails. */
    public record MoveCompartment(@Nullable CompartmentId targetCompartmentId) {}

    /** Compartment. */
    public record CompartmentDocument(
            CompartmentId id,
            @Nullable CompartmentId compartmentId,
            String name,
            String description,
            Instant timeCreated,
            String lifecycleState,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        static CompartmentDocument of(Compartment it) {
            return new CompartmentDocument(
                    it.id(),
                    it.parentId(),
                    it.name(),
                    it.description(),
                    it.timeCreated(),
                    it.state().name(),
                    it.freeformTags(),
                    it.definedTags());
        }

        static CompartmentDocument of(Tenancy it) {
            return new CompartmentDocument(
                    it.id().rootCompartment(),
                    null,
                    it.name(),
                    it.description(),
                    it.timeCreated(),
                    "ACTIVE",
                    Map.of(),
                    Map.of());
        }
    }

    @POST
    public Response create(
            @Nullable CreateCompartment body, @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CreateCompartment details = Bodies.required(body);
        CompartmentId parent = details.compartmentId();
        if (parent == null) {
            throw ProblemException.missing("compartmentId");
        }
        Caller caller = current.get();
        authorizer.require(caller, "CreateCompartment", List.of("COMPARTMENT_CREATE"), parent, Map.of());
        String digest = current.digest();
        return answer(compartments.create(
                caller,
                parent,
                new Wish(details.name(), details.description(), details.freeformTags(), details.definedTags()),
                () -> retryTokens.begin(caller, "CreateCompartment", retryToken, digest)));
    }

    @GET
    @Path("/{compartmentId}")
    public Response get(@PathParam("compartmentId") CompartmentId id) {
        IdentitySnapshot snapshot = identity.current().identity();
        CompartmentId standing = snapshot.compartment(id)
                .map(it -> Compartments.standing(snapshot, it.value()))
                .orElse(id);
        authorizer.require(current.get(), "GetCompartment", Compartments.INSPECT, standing, Map.of());
        if (id.isRoot()) {
            Tenancy tenancy = snapshot.tenancy(new TenancyId(id.value())).orElseThrow(ProblemException::notFound);
            return Response.ok(CompartmentDocument.of(tenancy)).build();
        }
        return answer(snapshot.compartment(id).orElseThrow(ProblemException::notFound));
    }

    /** Of bulk actions, which Holdfast does not have; here, or its name would pass for a compartment's id. */
    @GET
    @Path("/bulkActionResourceTypes")
    @Operation(hidden = true)
    public Response bulkActionResourceTypes() {
        throw MissingIdentityResource.missing();
    }

    @POST
    @Path("/{compartmentId}/actions/{action: bulkDeleteResources|bulkMoveResources}")
    @Operation(hidden = true)
    public Response bulkAction() {
        throw MissingIdentityResource.missing();
    }

    @GET
    @Parameter(name = "compartmentIdInSubtree", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.BOOLEAN))
    public Response list(
            @QueryParam("compartmentId") @Nullable CompartmentId parent,
            @Context UriInfo uri,
            @QueryParam("accessLevel") @Nullable String accessLevel,
            @QueryParam("name") @Nullable String name,
            @QueryParam("lifecycleState") @Nullable String lifecycleState,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("page") @Nullable String page) {
        if (parent == null) {
            throw ProblemException.missing("compartmentId");
        }
        boolean whole = Flags.of(uri, "compartmentIdInSubtree");
        if (whole && !parent.isRoot()) {
            throw ProblemException.invalid("compartmentIdInSubtree", "may be true for the tenancy's own id only");
        }
        Paging paging = Paging.of(limit, page);
        Listing<Compartment> listing =
                new Listing<>(sortBy, sortOrder, it -> it.id().value(), Compartment::name, Compartment::timeCreated);
        Caller caller = current.get();
        Identity.View view = identity.current();
        Predicate<CompartmentId> shown = shown(accessLevel, parent, view);
        if (whole && !parent.equals(caller.tenancyId().rootCompartment())) {
            // The right to list that was asked for is one in another tenancy, whose compartments are not listed here.
            throw ProblemException.notFound();
        }
        List<Compartment> found = view.identity().compartments().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(caller.tenancyId()))
                .filter(it -> whole || it.parentId().equals(parent))
                .filter(it -> name == null || it.name().equalsIgnoreCase(name))
                .filter(LifecycleFilter.of(lifecycleState, it -> it.state().name()))
                .filter(it -> shown.test(it.id()))
                .toList();
        return listing.answer(found, paging, CompartmentDocument::of);
    }

    /**
     * Those that the list may show. ANY, as when nothing is said: all, to who may list them. ACCESSIBLE: those that the caller
     * may inspect, with those above them; nobody is refused, and whoever may inspect none sees none.
     */
    private Predicate<CompartmentId> shown(@Nullable String accessLevel, CompartmentId parent, Identity.View view) {
        Caller caller = current.get();
        if (ACCESSIBLE.equals(accessLevel)) {
            return Compartments.accessible(view, caller)::contains;
        }
        if (accessLevel != null && !accessLevel.equals("ANY")) {
            throw ProblemException.invalid("accessLevel", "must be ANY or ACCESSIBLE");
        }
        authorizer.require(caller, "ListCompartments", Compartments.INSPECT, parent, Map.of());
        return any -> true;
    }

    @PUT
    @Path("/{compartmentId}")
    public Response update(
            @PathParam("compartmentId") CompartmentId id,
            @Nullable UpdateCompartment body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        UpdateCompartment details = Bodies.required(body);
        require("UpdateCompartment", "COMPARTMENT_UPDATE", id);
        Versioned<Compartment> updated = compartments.update(
                current.get(),
                id,
                new Wish(details.name(), details.description(), details.freeformTags(), details.definedTags()),
                ifMatch);
        end.await(updated.revision());
        return answer(updated);
    }

    @POST
    @Path("/{compartmentId}/actions/moveCompartment")
    public Response move(
            @PathParam("compartmentId") CompartmentId id,
            @Nullable MoveCompartment body,
            @HeaderParam("if-match") @Nullable String ifMatch,
            @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CompartmentId target = Bodies.required(body).targetCompartmentId();
        if (target == null) {
            throw ProblemException.missing("targetCompartmentId");
        }
        Caller caller = current.get();
        Compartment seen = visible(id);
        IdentitySnapshot snapshot = identity.current().identity();
        authorizer.require(caller, "MoveCompartment", List.of("COMPARTMENT_DELETE"), id, Map.of());
        CompartmentId above = Compartments.above(snapshot, caller.tenancyId(), seen.parentId(), target);
        if (!authorizer.decide(caller, "MoveCompartment", MOVE, above, Map.of()).allowed()) {
            throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
        }
        permits.restOn(now -> now.compartment(id)
                .filter(it -> above.equals(
                        Compartments.above(now, caller.tenancyId(), it.value().parentId(), target)))
                .isPresent());
        String digest = current.digest();
        Versioned<Compartment> moved = compartments.move(
                caller,
                id,
                target,
                ifMatch,
                () -> retryTokens.begin(caller, "MoveCompartment " + id.value(), retryToken, digest));
        end.await(moved.revision());
        return accepted(moved);
    }

    @DELETE
    @Path("/{compartmentId}")
    public Response delete(
            @PathParam("compartmentId") CompartmentId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        require("DeleteCompartment", "COMPARTMENT_DELETE", id);
        Versioned<Compartment> deleted = compartments.delete(current.get(), id, ifMatch);
        end.await(deleted.revision());
        return accepted(deleted);
    }

    @POST
    @Path("/{compartmentId}/actions/recoverCompartment")
    public Response recover(
            @PathParam("compartmentId") CompartmentId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        require("RecoverCompartment", "COMPARTMENT_RECOVER", id);
        Versioned<Compartment> recovered = compartments.recover(current.get(), id, ifMatch);
        additions.await();
        return answer(recovered);
    }

    private void require(String operation, String permission, CompartmentId id) {
        CompartmentId standing = Compartments.standing(identity.current().identity(), visible(id));
        authorizer.require(current.get(), operation, List.of(permission), standing, Map.of());
    }

    /** The root is none that can be changed. */
    private Compartment visible(CompartmentId id) {
        return Compartments.visible(identity.current().identity(), current.get(), id)
                .orElseThrow(ProblemException::notFound)
                .value();
    }

    private static Response answer(Versioned<Compartment> compartment) {
        return Response.ok(CompartmentDocument.of(compartment.value()))
                .header("etag", Etags.of(compartment.revision()))
                .build();
    }

    private static Response accepted(Versioned<Compartment> compartment) {
        Response.ResponseBuilder accepted = Response.accepted();
        Identities.Work work = compartment.value().work();
        if (work != null) {
            accepted.header(WORK_REQUEST, work.id().value());
        }
        return accepted.build();
    }
}
