package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.Paging;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compartments (OCI Identity API, "Compartment"). The root compartment is the tenancy, and has no parent. */
@Path("/20160918/compartments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CompartmentResource {
    private final Compartments compartments;
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public CompartmentResource(
            Compartments compartments,
            Identity identity,
            Authorizer authorizer,
            CurrentCaller current,
            KeyValueStore store) {
        this.compartments = compartments;
        this.identity = identity;
        this.authorizer = authorizer;
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
                    "ACTIVE",
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
        String sha256 = current.contentSha256();
        Versioned<Compartment> created = compartments.create(
                caller,
                parent,
                details.name(),
                details.description(),
                details.freeformTags(),
                details.definedTags(),
                () -> retryTokens.begin(caller, "CreateCompartment", retryToken, sha256));
        return Response.ok(CompartmentDocument.of(created.value()))
                .header("etag", Etags.of(created.revision()))
                .build();
    }

    @GET
    @Path("/{compartmentId}")
    public Response get(@PathParam("compartmentId") CompartmentId id) {
        authorizer.require(current.get(), "GetCompartment", List.of("COMPARTMENT_INSPECT"), id, Map.of());
        IdentitySnapshot snapshot = identity.current().identity();
        if (id.isRoot()) {
            Tenancy tenancy = snapshot.tenancy(new TenancyId(id.value())).orElseThrow(ProblemException::notFound);
            return Response.ok(CompartmentDocument.of(tenancy)).build();
        }
        Versioned<Compartment> found = snapshot.compartment(id).orElseThrow(ProblemException::notFound);
        return Response.ok(CompartmentDocument.of(found.value()))
                .header("etag", Etags.of(found.revision()))
                .build();
    }

    @GET
    public Response list(
            @QueryParam("compartmentId") @Nullable CompartmentId parent,
            @QueryParam("compartmentIdInSubtree") @Nullable Boolean subtree,
            @QueryParam("name") @Nullable String name,
            @QueryParam("lifecycleState") @Nullable String lifecycleState,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("page") @Nullable String page) {
        if (parent == null) {
            throw ProblemException.missing("compartmentId");
        }
        boolean whole = Boolean.TRUE.equals(subtree);
        if (whole && !parent.isRoot()) {
            throw ProblemException.invalid("compartmentIdInSubtree", "may be true for the tenancy's own id only");
        }
        Paging paging = Paging.of(limit, page);
        Listing<Compartment> listing =
                new Listing<>(sortBy, sortOrder, it -> it.id().value(), Compartment::name, Compartment::timeCreated);
        Caller caller = current.get();
        authorizer.require(caller, "ListCompartments", List.of("COMPARTMENT_INSPECT"), parent, Map.of());
        List<Compartment> found = identity.current().identity().compartments().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(caller.tenancyId()))
                .filter(it -> whole || it.parentId().equals(parent))
                .filter(it -> name == null || it.name().equalsIgnoreCase(name))
                .filter(it -> lifecycleState == null || lifecycleState.equals("ACTIVE"))
                .toList();
        return listing.answer(found, paging, CompartmentDocument::of);
    }
}
