package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.UserChanged;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Etags;
import io.holdfast.platform.http.RetryTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Creates, changes, blocks and deletes the users of a tenancy. */
@ApplicationScoped
public class Users {
    /** Users of one tenancy (OCI documentation, "Service Limits"). */
    public static final int PER_TENANCY = 2_000;

    private final Identity identity;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    public Users(Identity identity, Ocid.Mint mint) {
        this.identity = identity;
        this.mint = mint;
    }

    /**
     * Creates a user, who is in no group and has no key yet, or answers the one that the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException INVALID_PARAMETER, MISSING_PARAMETER, LIMIT_EXCEEDED, CONFLICT for a name in use, or
     *     INVALIDATED_RETRY_TOKEN when what the token created is gone
     */
    public Versioned<User> create(Caller actor, Wish wish, Supplier<RetryTokens.Attempt> retry) {
        User user = new User(
                mint.user(),
                actor.tenancyId(),
                Names.user(wish.name()),
                Names.description(wish.description()),
                true,
                Names.email(wish.email()),
                Names.externalIdentifier(wish.externalIdentifier()),
                time.wall().truncatedTo(ChronoUnit.MILLIS),
                Names.freeformTags(wish.freeformTags()),
                Names.definedTags(wish.definedTags()));
        return Creation.once(
                identity,
                retry,
                user.id().value(),
                seen -> {
                    List<User> others = ofTenancy(seen, user.tenancyId());
                    if (others.stream().anyMatch(it -> it.name().equalsIgnoreCase(user.name()))) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "A user named '" + user.name() + "' exists already.");
                    }
                    requireUnclaimed(seen, user);
                    if (others.size() >= PER_TENANCY) {
                        throw new ProblemException(
                                ProblemCode.LIMIT_EXCEEDED, "A tenancy has at most " + PER_TENANCY + " users.");
                    }
                    return write(user, "CREATED", actor);
                },
                (seen, id) -> visible(seen, actor, new UserId(id)));
    }

    /**
     * Changes what the wish names; what it leaves out stays, and what it leaves empty goes.
     *
     * @param ifMatch the etag of the user as the client saw it, null for any
     * @return the user; the revision is the state revision of the change
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER, or CONFLICT for an external
     *     identifier that is another user's
     */
    public Versioned<User> update(Caller actor, UserId id, Wish wish, @Nullable String ifMatch) {
        return identity.<Versioned<User>>change(view -> {
                    User seen = changeable(view.identity(), actor, id, ifMatch);
                    User next = new User(
                            id,
                            seen.tenancyId(),
                            seen.name(),
                            wish.description(seen.description()),
                            seen.active(),
                            wish.email() == null ? seen.email() : Names.email(wish.email()),
                            wish.externalIdentifier() == null
                                    ? seen.externalIdentifier()
                                    : Names.externalIdentifier(wish.externalIdentifier()),
                            seen.timeCreated(),
                            wish.freeformTags(seen.freeformTags()),
                            wish.definedTags(seen.definedTags()));
                    requireUnclaimed(view.identity(), next);
                    return Optional.of(write(next, "UPDATED", actor));
                })
                .orElseThrow();
    }

    /**
     * Blocks or unblocks a user. Neither keys nor tokens of a blocked one hold.
     *
     * @return the user; the revision is the state revision of the change
     * @throws ProblemException as {@link #update}, or CONFLICT for the last administrator who could sign
     */
    public Versioned<User> setBlocked(Caller actor, UserId id, boolean blocked, @Nullable String ifMatch) {
        return identity.<Versioned<User>>change(view -> {
                    User seen = changeable(view.identity(), actor, id, ifMatch);
                    if (blocked) {
                        Administration.requireAnother(view.identity(), seen.tenancyId(), id);
                    }
                    User next = new User(
                            id,
                            seen.tenancyId(),
                            seen.name(),
                            seen.description(),
                            !blocked,
                            seen.email(),
                            seen.externalIdentifier(),
                            seen.timeCreated(),
                            seen.freeformTags(),
                            seen.definedTags());
                    return Optional.of(write(next, blocked ? "BLOCKED" : "UNBLOCKED", actor));
                })
                .orElseThrow();
    }

    /**
     * Deletes a user with the API keys.
     *
     * @return the state revision from which on nothing of the user holds
     * @throws ProblemException as {@link #update}, or CONFLICT for one who is in a group
     */
    public long delete(Caller actor, UserId id, @Nullable String ifMatch) {
        return identity.<Long>change(view -> {
                    IdentitySnapshot seen = view.identity();
                    User user = changeable(seen, actor, id, ifMatch);
                    if (seen.groups().stream().anyMatch(it -> it.value().has(id))) {
                        throw new ProblemException(
                                ProblemCode.CONFLICT, "The user is in a group: remove the memberships first.");
                    }
                    return Optional.of(new Identity.Change<>(
                            transaction -> {
                                transaction.delete(IdentityLayout.user(id));
                                seen.apiKeys(id).forEach(it -> transaction.delete(IdentityLayout.apiKey(it.value())));
                            },
                            List.of(new UserChanged(id, user.tenancyId(), user.name(), "DELETED", actor.id())),
                            revision -> revision));
                })
                .orElseThrow();
    }

    /** The users of the caller's tenancy only: no other is visible. */
    public static Optional<Versioned<User>> visible(IdentitySnapshot identity, Caller caller, UserId id) {
        return identity.user(id).filter(it -> it.value().tenancyId().equals(caller.tenancyId()));
    }

    /** Blocked users keep their identifiers: nobody is to become somebody else's heir. */
    private static void requireUnclaimed(IdentitySnapshot identity, User user) {
        String claimed = user.externalIdentifier();
        if (claimed != null
                && ofTenancy(identity, user.tenancyId()).stream()
                        .anyMatch(it -> claimed.equals(it.externalIdentifier())
                                && !it.id().equals(user.id()))) {
            throw new ProblemException(
                    ProblemCode.CONFLICT, "The externalIdentifier is that of another user of the tenancy.");
        }
    }

    private static User changeable(IdentitySnapshot identity, Caller actor, UserId id, @Nullable String ifMatch) {
        Versioned<User> seen = visible(identity, actor, id).orElseThrow(ProblemException::notFound);
        Etags.requireMatch(ifMatch, Etags.of(seen.revision()));
        return seen.value();
    }

    private static Identity.Change<Versioned<User>> write(User user, String change, Caller actor) {
        return new Identity.Change<>(
                transaction -> transaction.put(IdentityLayout.user(user.id()), IdentityDocuments.write(user)),
                List.of(new UserChanged(user.id(), user.tenancyId(), user.name(), change, actor.id())),
                revision -> new Versioned<>(user, revision));
    }

    private static List<User> ofTenancy(IdentitySnapshot identity, TenancyId tenancy) {
        return identity.users().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(tenancy))
                .toList();
    }
}
