package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.DynamicGroupRecords;
import io.holdfast.keyservice.identity.Identities.DynamicGroup;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.Wish;
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
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
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

/**
 * Dynamic groups (OCI Identity API, "DynamicGroup"). When a changed rule or a deletion is answered, who is not in the group
 * any more has nothing through it in any service.
 */
@Path("/20160918/dynamicGroups")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DynamicGroupResource {
    private final DynamicGroupRecords groups;
    private final Identity identity;
    private final AccessEnd end;
    private final Additions additions;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public DynamicGroupResource(
            DynamicGroupRecords groups,
            Identity identity,
            AccessEnd end,
            Additions additions,
            Authorizer authorizer,
            CurrentCaller current,
            KeyValueStore store) {
        this.groups = groups;
        this.identity = identity;
        this.end = end;
        this.additions = additions;
        this.authorizer = authorizer;
        this.current = current;
        this.retryTokens = new RetryTokens(store, RetryPrefix.VALUE, TimeSource.system());
    }

    /** CreateDynamicGroupDetails. */
    public record CreateDynamicGroup(
            @Nullable CompartmentId compartmentId,
            @Nullable String name,
            @Nullable String matchingRule,
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** UpdateDynamicGroupDetails. */
    public record UpdateDynamicGroup(
            @Nullable String description,
            @Nullable String matchingRule,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** DynamicGroup. */
    public record DynamicGroupDocument(
            DynamicGroupId id,
            CompartmentId compartmentId,
            String name,
            String description,
            String matchingRule,
            Instant timeCreated,
            String lifecycleState,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        static DynamicGroupDocument of(DynamicGroup it) {
            return new DynamicGroupDocument(
                    it.id(),
                    it.tenancyId().rootCompartment(),
                    it.name(),
                    it.description(),
                    it.matchingRule(),
                    it.timeCreated(),
                    "ACTIVE",
                    it.freeformTags(),
                    it.definedTags());
        }
    }

    @POST
    public Response create(
            @Nullable CreateDynamicGroup body, @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CreateDynamicGroup details = Bodies.required(body);
        Caller caller = current.get();
        Roots.requireCreation(
                authorizer, caller, "CreateDynamicGroup", "DYNAMIC_GROUP_CREATE", details.compartmentId());
        String digest = current.digest();
        DynamicGroupRecords.Written created = groups.create(
                caller,
                new Wish(
                        details.name(),
                        details.description(),
                        null,
                        null,
                        details.matchingRule(),
                        details.freeformTags(),
                        details.definedTags()),
                () -> retryTokens.begin(caller, "CreateDynamicGroup", retryToken, digest));
        additions.await();
        return answer(created);
    }

    @GET
    @Path("/{dynamicGroupId}")
    public Response get(@PathParam("dynamicGroupId") DynamicGroupId id) {
        return answer(
                new DynamicGroupRecords.Written(require("GetDynamicGroup", "DYNAMIC_GROUP_INSPECT", id), List.of()));
    }

    @GET
    public Response list(
            @QueryParam("compartmentId") @Nullable CompartmentId compartment,
            @QueryParam("name") @Nullable String name,
            @QueryParam("lifecycleState") @Nullable String lifecycleState,
            @QueryParam("sortBy") @Nullable String sortBy,
            @QueryParam("sortOrder") @Nullable String sortOrder,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("page") @Nullable String page) {
        Paging paging = Paging.of(limit, page);
        Listing<DynamicGroup> listing =
                new Listing<>(sortBy, sortOrder, it -> it.id().value(), DynamicGroup::name, DynamicGroup::timeCreated);
        Caller caller = current.get();
        Roots.require(authorizer, caller, "ListDynamicGroups", List.of("DYNAMIC_GROUP_INSPECT"), compartment);
        List<DynamicGroup> found = identity.current().identity().dynamicGroups(caller.tenancyId()).stream()
                .map(Versioned::value)
                .filter(it -> name == null || it.name().equalsIgnoreCase(name))
                .filter(LifecycleFilter.of(lifecycleState, it -> "ACTIVE"))
                .toList();
        return listing.answer(found, paging, DynamicGroupDocument::of);
    }

    @PUT
    @Path("/{dynamicGroupId}")
    public Response update(
            @PathParam("dynamicGroupId") DynamicGroupId id,
            @Nullable UpdateDynamicGroup body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        UpdateDynamicGroup details = Bodies.required(body);
        require("UpdateDynamicGroup", "DYNAMIC_GROUP_UPDATE", id);
        DynamicGroupRecords.Written updated = groups.update(
                current.get(),
                id,
                new Wish(
                        null,
                        details.description(),
                        null,
                        null,
                        details.matchingRule(),
                        details.freeformTags(),
                        details.definedTags()),
                ifMatch);
        end.await(updated.group().revision());
        return answer(updated);
    }

    @DELETE
    @Path("/{dynamicGroupId}")
    public Response delete(
            @PathParam("dynamicGroupId") DynamicGroupId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        require("DeleteDynamicGroup", "DYNAMIC_GROUP_DELETE", id);
        end.await(groups.delete(current.get(), id, ifMatch));
        return Response.noContent().build();
    }

    private Versioned<DynamicGroup> require(String operation, String permission, DynamicGroupId id) {
        Caller caller = current.get();
        Versioned<DynamicGroup> group = DynamicGroupRecords.visible(
                        identity.current().identity(), caller, id)
                .orElseThrow(ProblemException::notFound);
        authorizer.require(
                caller,
                operation,
                List.of(permission),
                caller.tenancyId().rootCompartment(),
                Map.of(
                        "target.dynamicgroup.id", id.value(),
                        "target.dynamicgroup.name", group.value().name()));
        return group;
    }

    private static Response answer(DynamicGroupRecords.Written written) {
        Response.ResponseBuilder answer = Response.ok(
                        DynamicGroupDocument.of(written.group().value()))
                .header("etag", Etags.of(written.group().revision()));
        Warnings.add(
                answer,
                written.warnings().stream().map(it -> "matchingRule: " + it).toList());
        return answer.build();
    }
}
