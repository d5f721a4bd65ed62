package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.Groups;
import io.holdfast.keyservice.identity.Identities.Group;
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

/** Groups (OCI Identity API, "Group"). Their names stay, as policies name them. */
@Path("/20160918/groups")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class GroupResource {
    private final Groups groups;
    private final Identity identity;
    private final AccessEnd end;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public GroupResource(
            Groups groups,
            Identity identity,
            AccessEnd end,
            Authorizer authorizer,
            CurrentCaller current,
            KeyValueStore store) {
        this.groups = groups;
        this.identity = identity;
        this.end = end;
        this.authorizer = authorizer;
        this.current = current;
        this.retryTokens = new RetryTokens(store, RetryPrefix.VALUE, TimeSource.system());
    }

    /** CreateGroupDetails. */
    public record CreateGroup(
            @Nullable CompartmentId compartmentId,
            @Nullable String name,
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** UpdateGroupDetails. */
    public record UpdateGroup(
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags) {}

    /** Group. */
    public record GroupDocument(
            GroupId id,
            CompartmentId compartmentId,
            String name,
            String description,
            Instant timeCreated,
            String lifecycleState,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        static GroupDocument of(Group it) {
            return new GroupDocument(
                    it.id(),
                    it.tenancyId().rootCompartment(),
                    it.name(),
                    it.description(),
                    it.timeCreated(),
                    "ACTIVE",
                    it.freeformTags(),
                    it.definedTags());
        }
    }

    @POST
    public Response create(@Nullable CreateGroup body, @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        CreateGroup details = Bodies.required(body);
        Caller caller = current.get();
        Roots.requireCreation(authorizer, caller, "CreateGroup", "GROUP_CREATE", details.compartmentId());
        String digest = current.digest();
        return answer(groups.create(
                caller,
                new Wish(details.name(), details.description(), details.freeformTags(), details.definedTags()),
                () -> retryTokens.begin(caller, "CreateGroup", retryToken, digest)));
    }

    @GET
    @Path("/{groupId}")
    public Response get(@PathParam("groupId") GroupId id) {
        return answer(require("GetGroup", "GROUP_INSPECT", id));
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
        Listing<Group> listing =
                new Listing<>(sortBy, sortOrder, it -> it.id().value(), Group::name, Group::timeCreated);
        Caller caller = current.get();
        Roots.require(authorizer, caller, "ListGroups", List.of("GROUP_INSPECT"), compartment);
        List<Group> found = identity.current().identity().groups().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(caller.tenancyId()))
                .filter(it -> name == null || it.name().equalsIgnoreCase(name))
                .filter(LifecycleFilter.of(lifecycleState, it -> "ACTIVE"))
                .toList();
        return listing.answer(found, paging, GroupDocument::of);
    }

    @PUT
    @Path("/{groupId}")
    public Response update(
            @PathParam("groupId") GroupId id,
            @Nullable UpdateGroup body,
            @HeaderParam("if-match") @Nullable String ifMatch) {
        UpdateGroup details = Bodies.required(body);
        require("UpdateGroup", "GROUP_UPDATE", id);
        return answer(groups.update(
                current.get(),
                id,
                new Wish(null, details.description(), details.freeformTags(), details.definedTags()),
                ifMatch));
    }

    @DELETE
    @Path("/{groupId}")
    public Response delete(@PathParam("groupId") GroupId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        require("DeleteGroup", "GROUP_DELETE", id);
        end.await(groups.delete(current.get(), id, ifMatch));
        return Response.noContent().build();
    }

    private Versioned<Group> require(String operation, String permission, GroupId id) {
        Caller caller = current.get();
        Versioned<Group> group =
                Groups.visible(identity.current().identity(), caller, id).orElseThrow(ProblemException::notFound);
        authorizer.require(
                caller,
                operation,
                List.of(permission),
                caller.tenancyId().rootCompartment(),
                Map.of(
                        "target.group.id",
                        id.value(),
                        "target.group.name",
                        group.value().name()));
        return group;
    }

    private static Response answer(Versioned<Group> group) {
        return Response.ok(GroupDocument.of(group.value()))
                .header("etag", Etags.of(group.revision()))
                .build();
    }
}
