package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.MembershipId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.identity.Groups;
import io.holdfast.keyservice.identity.Groups.Member;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.identity.Users;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
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
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Memberships of users in groups (OCI Identity API, "UserGroupMembership"). When a removal is answered, the group grants
 * the user nothing any more in any service.
 */
@Path("/20160918/userGroupMemberships")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MembershipResource {
    private static final List<String> INSPECT = List.of("GROUP_INSPECT", "USER_INSPECT");
    static final List<String> UPDATE = List.of("GROUP_UPDATE", "USER_UPDATE");

    private final Groups groups;
    private final Identity identity;
    private final AccessEnd end;
    private final Additions additions;
    private final Authorizer authorizer;
    private final CurrentCaller current;
    private final RetryTokens retryTokens;

    @Inject
    public MembershipResource(
            Groups groups,
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

    /** AddUserToGroupDetails. */
    public record AddUserToGroup(
            @Nullable UserId userId, @Nullable GroupId groupId) {}

    /** UserGroupMembership. */
    public record MembershipDocument(
            MembershipId id,
            CompartmentId compartmentId,
            GroupId groupId,
            UserId userId,
            Instant timeCreated,
            String lifecycleState) {
        static MembershipDocument of(Member it) {
            return new MembershipDocument(
                    it.membership().id(),
                    it.group().tenancyId().rootCompartment(),
                    it.group().id(),
                    it.membership().userId(),
                    it.membership().timeCreated(),
                    "ACTIVE");
        }
    }

    @POST
    public Response add(@Nullable AddUserToGroup body, @HeaderParam("opc-retry-token") @Nullable String retryToken) {
        AddUserToGroup details = Bodies.required(body);
        UserId user = details.userId();
        GroupId group = details.groupId();
        if (user == null || group == null) {
            throw ProblemException.missing(user == null ? "userId" : "groupId");
        }
        Caller caller = current.get();
        requireRelated("AddUserToGroup", group, user);
        String digest = current.digest();
        Member added =
                groups.add(caller, group, user, () -> retryTokens.begin(caller, "AddUserToGroup", retryToken, digest));
        additions.await();
        return answer(added);
    }

    @GET
    @Path("/{membershipId}")
    public Response get(@PathParam("membershipId") MembershipId id) {
        return answer(require("GetUserGroupMembership", INSPECT, id));
    }

    @GET
    public Response list(
            @QueryParam("compartmentId") @Nullable CompartmentId compartment,
            @QueryParam("userId") @Nullable UserId user,
            @QueryParam("groupId") @Nullable GroupId group,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("page") @Nullable String page) {
        Paging paging = Paging.of(limit, page);
        Listing<Member> listing = new Listing<>(
                null,
                null,
                it -> it.membership().id().value(),
                it -> it.membership().id().value(),
                it -> it.membership().timeCreated());
        Caller caller = current.get();
        Roots.require(authorizer, caller, "ListUserGroupMemberships", INSPECT, compartment);
        List<Member> found = Groups.members(identity.current().identity(), caller).stream()
                .filter(it -> user == null || it.membership().userId().equals(user))
                .filter(it -> group == null || it.group().id().equals(group))
                .toList();
        return listing.answer(found, paging, MembershipDocument::of);
    }

    @DELETE
    @Path("/{membershipId}")
    public Response remove(
            @PathParam("membershipId") MembershipId id, @HeaderParam("if-match") @Nullable String ifMatch) {
        require("RemoveUserFromGroup", UPDATE, id);
        end.await(groups.remove(current.get(), id, ifMatch));
        return Response.noContent().build();
    }

    private Member require(String operation, List<String> permissions, MembershipId id) {
        Caller caller = current.get();
        IdentitySnapshot snapshot = identity.current().identity();
        Member member = Groups.member(snapshot, caller, id).orElseThrow(ProblemException::notFound);
        Optional<User> user = snapshot.user(member.membership().userId()).map(it -> it.value());
        authorizer.require(
                caller,
                operation,
                permissions,
                caller.tenancyId().rootCompartment(),
                target(member.group(), member.membership().userId(), user));
        return member;
    }

    /** What the body names is not found, rather than what the path names. */
    private void requireRelated(String operation, GroupId group, UserId user) {
        Caller caller = current.get();
        IdentitySnapshot snapshot = identity.current().identity();
        Optional<Group> of = Groups.visible(snapshot, caller, group).map(it -> it.value());
        Optional<User> member = Users.visible(snapshot, caller, user).map(it -> it.value());
        if (of.isEmpty()
                || member.isEmpty()
                || !authorizer
                        .decide(
                                caller,
                                operation,
                                UPDATE,
                                caller.tenancyId().rootCompartment(),
                                target(of.get(), user, member))
                        .allowed()) {
            throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
        }
    }

    static Map<String, String> target(Group group, UserId id, Optional<User> user) {
        Map<String, String> variables = new HashMap<>();
        variables.put("target.group.id", group.id().value());
        variables.put("target.group.name", group.name());
        variables.put("target.user.id", id.value());
        user.ifPresent(it -> variables.put("target.user.name", it.name()));
        return variables;
    }

    private static Response answer(Member member) {
        return Response.ok(MembershipDocument.of(member))
                .header("etag", member.etag())
                .build();
    }
}
