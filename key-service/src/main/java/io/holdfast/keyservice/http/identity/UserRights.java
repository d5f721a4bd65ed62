package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Administration;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.identity.Permits;
import io.holdfast.keyservice.identity.Users;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who may do something with a user of the path. */
@ApplicationScoped
class UserRights {
    private final Identity identity;
    private final Authorizer authorizer;
    private final Permits permits;
    private final CurrentCaller current;

    @Inject
    UserRights(Identity identity, Authorizer authorizer, Permits permits, CurrentCaller current) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.permits = permits;
        this.current = current;
    }

    /** @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for a user whom the caller's tenancy does not have as well */
    Versioned<User> require(String operation, List<String> permissions, UserId id) {
        Caller caller = current.get();
        Versioned<User> user = visible(identity.current().identity(), id);
        authorizer.require(caller, operation, permissions, caller.tenancyId().rootCompartment(), target(user.value()));
        return user;
    }

    /**
     * As {@link #require}, for a change of what the user is or signs with. Whoever makes a key for an administrator is one
     * himself: so, unless it is his own, it needs the right to add that user to the Administrators too.
     */
    void requireChange(String operation, List<String> permissions, UserId id) {
        require(operation, permissions, id);
        Caller caller = current.get();
        if (isCaller(id)) {
            return;
        }
        IdentitySnapshot seen = identity.current().identity();
        Optional<Group> administrators = Administration.groupOf(seen, caller.tenancyId(), id);
        administrators.ifPresent(group -> authorizer.require(
                caller,
                "AddUserToGroup",
                MembershipResource.UPDATE,
                caller.tenancyId().rootCompartment(),
                MembershipResource.target(
                        group, id, Optional.of(visible(seen, id).value()))));
        permits.restOn(
                now -> Administration.groupOf(now, caller.tenancyId(), id).isPresent() == administrators.isPresent());
    }

    boolean isCaller(UserId id) {
        Caller caller = current.get();
        return caller.type().equals(Principal.USER) && caller.id().equals(id.value());
    }

    /** @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND */
    Versioned<User> visible(IdentitySnapshot seen, UserId id) {
        return Users.visible(seen, current.get(), id).orElseThrow(ProblemException::notFound);
    }

    private static Map<String, String> target(User user) {
        return Map.of("target.user.id", user.id().value(), "target.user.name", user.name());
    }
}
