package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.GroupChanged;
import io.holdfast.events.IdentityEvent.MembershipChanged;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.MembershipId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.Membership;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Creates, changes and deletes groups, and says who is in them. */
@ApplicationScoped
public class Groups {
    /** Groups of one tenancy (OCI documentation, "Service Limits"). */
    public static final int PER_TENANCY = 250;

    private final Identity identity;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    public Groups(Identity identity, Ocid.Mint mint) {
        this.identity = identity;
        this.mint = mint;
    }

    /** A membership with its group. */
    public record Member(Group group, Membership membership) {
        /** A membership never changes, so its tag does not either, whoever else joins the group. */
        public String etag() {
            return Etags.of(membership.timeCreated().toEpochMilli());
        }
    }

    /**
     * Creates an empty group, or answers the one that the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException INVALID_PARAMETER, MISSING_PARAMETER, LIMIT_EXCEEDED, CONFLICT for a name in use, or
     *     INVALIDATED_RETRY_TOKEN when what the token created is gone
     */
    public Versioned<Group> create(Caller actor, Wish wish, Supplier<RetryTokens.Attempt> retry) {
        Group group = new Group(
                mint.group(),
                actor.tenancyId(),
                Names.group(wish.name()),
                Names.description(wish.description()),
                List.of(),
                time.wall().truncatedTo(ChronoUnit.MILLIS),
                Names.freeformTags(wish.freeformTags()),
                Names.definedTags(wish.definedTags()));
        return Creation.once(
                identity,
                retry,
                group.id().value(),
                seen -> {
                    List<Group> others = ofTenancy(seen, group.tenancyId());
                    if (others.stream().anyMatch(it -> it.name().equalsIgnoreCase(group.name()))) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "A group named '" + group.name() + "' exists already.");
                    }
                    if (others.size() >= PER_TENANCY) {
                        throw new ProblemException(
                                ProblemCode.LIMIT_EXCEEDED, "A tenancy has at most " + PER_TENANCY + " groups.");
                    }
                    return write(group, "CREATED", actor);
                },
                (seen, id) -> visible(seen, actor, new GroupId(id)));
    }

    /**
     * Changes what the wish names; what it leaves out stays, and so does the name.
     *
     * @param ifMatch the etag of the group as the client saw it, null for any
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH or INVALID_PARAMETER
     */
    public Versioned<Group> update(Caller actor, GroupId id, Wish wish, @Nullable String ifMatch) {
        return identity.<Versioned<Group>>change(view -> {
                    Group seen = changeable(view.identity(), actor, id, ifMatch);
                    Group next = new Group(
                            id,
                            seen.tenancyId(),
                            seen.name(),
                            wish.description(seen.description()),
                            seen.memberships(),
                            seen.timeCreated(),
                            wish.freeformTags(seen.freeformTags()),
                            wish.definedTags(seen.definedTags()));
                    return Optional.of(write(next, "UPDATED", actor));
                })
                .orElseThrow();
    }

    /**
     * @return the state revision from which on it is gone
     * @throws ProblemException as {@link #update}, or CONFLICT for one that has members or is the Administrators
     */
    public long delete(Caller actor, GroupId id, @Nullable String ifMatch) {
        return identity.<Long>change(view -> {
                    Group seen = changeable(view.identity(), actor, id, ifMatch);
                    if (Administration.isGroup(seen)) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT,
                                "The group '" + seen.name() + "' is built in: it can't be deleted.");
                    }
                    if (!seen.memberships().isEmpty()) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "The group has members: remove the memberships first.");
                    }
                    return Optional.of(new Identity.Change<>(
                            transaction -> transaction.delete(IdentityLayout.group(id)),
                            List.of(new GroupChanged(id, seen.tenancyId(), seen.name(), "DELETED", actor.id())),
                            revision -> revision));
                })
                .orElseThrow();
    }

    /**
     * Adds a user to a group, or answers the membership that the same retry token made before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException RELATED_RESOURCE_NOT_FOUND for a group or user that the tenancy does not have, or CONFLICT
     *     for one who is in it
     */
    public Member add(Caller actor, GroupId group, UserId user, Supplier<RetryTokens.Attempt> retry) {
        Membership membership =
                new Membership(mint.membership(), user, time.wall().truncatedTo(ChronoUnit.MILLIS));
        return Creation.<Member>once(
                        identity,
                        retry,
                        membership.id().value(),
                        seen -> {
                            Group of = visible(seen, actor, group)
                                    .orElseThrow(() -> new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND))
                                    .value();
                            if (Users.visible(seen, actor, user).isEmpty()) {
                                throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
                            }
                            if (of.has(user)) {
                                throw new ProblemException(ProblemCode.CONFLICT, "The user is in the group already.");
                            }
                            List<Membership> all = new ArrayList<>(of.memberships());
                            all.add(membership);
                            Group next = of.with(all);
                            return membership(next, membership, "ADDED", actor);
                        },
                        (seen, id) -> member(seen, actor, new MembershipId(id)).map(it -> new Versioned<>(it, 0)))
                .value();
    }

    /**
     * Removes a user from a group.
     *
     * @return the state revision from which on the group grants him nothing
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, or CONFLICT for the last administrator who could
     *     sign
     */
    public long remove(Caller actor, MembershipId id, @Nullable String ifMatch) {
        return identity.<Long>change(view -> {
                    Member seen = member(view.identity(), actor, id).orElseThrow(ProblemException::notFound);
                    Etags.requireMatch(ifMatch, seen.etag());
                    if (Administration.isGroup(seen.group())) {
                        Administration.requireAnother(
                                view.identity(),
                                seen.group().tenancyId(),
                                seen.membership().userId());
                    }
                    Group next = seen.group()
                            .with(seen.group().memberships().stream()
                                    .filter(it -> !it.id().equals(id))
                                    .toList());
                    Identity.Change<Versioned<Member>> change = membership(next, seen.membership(), "REMOVED", actor);
                    return Optional.of(new Identity.Change<>(change.writes(), change.events(), revision -> revision));
                })
                .orElseThrow();
    }

    /** The groups of the caller's tenancy only: no other is visible. */
    public static Optional<Versioned<Group>> visible(IdentitySnapshot identity, Caller caller, GroupId id) {
        return identity.group(id).filter(it -> it.value().tenancyId().equals(caller.tenancyId()));
    }

    /** All memberships of the caller's tenancy. */
    public static List<Member> members(IdentitySnapshot identity, Caller caller) {
        return ofTenancy(identity, caller.tenancyId()).stream()
                .flatMap(group -> group.memberships().stream().map(it -> new Member(group, it)))
                .toList();
    }

    /** A membership of the caller's tenancy. */
    public static Optional<Member> member(IdentitySnapshot identity, Caller caller, MembershipId id) {
        return members(identity, caller).stream()
                .filter(it -> it.membership().id().equals(id))
                .findFirst();
    }

    private static Group changeable(IdentitySnapshot identity, Caller actor, GroupId id, @Nullable String ifMatch) {
        Versioned<Group> seen = visible(identity, actor, id).orElseThrow(ProblemException::notFound);
        Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
        return seen.value();
    }

    private static Identity.Change<Versioned<Group>> write(Group group, String change, Caller actor) {
        return new Identity.Change<>(
                transaction -> transaction.put(IdentityLayout.group(group.id()), IdentityDocuments.write(group)),
                List.of(new GroupChanged(group.id(), group.tenancyId(), group.name(), change, actor.id())),
                revision -> new Versioned<>(group, revision));
    }

    private static Identity.Change<Versioned<Member>> membership(
            Group next, Membership membership, String change, Caller actor) {
        return new Identity.Change<>(
                transaction -> transaction.put(IdentityLayout.group(next.id()), IdentityDocuments.write(next)),
                List.of(new MembershipChanged(
                        membership.id(), next.id(), membership.userId(), next.tenancyId(), change, actor.id())),
                revision -> new Versioned<>(new Member(next, membership), revision));
    }

    private static List<Group> ofTenancy(IdentitySnapshot identity, TenancyId tenancy) {
        return identity.groups().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(tenancy))
                .toList();
    }
}
