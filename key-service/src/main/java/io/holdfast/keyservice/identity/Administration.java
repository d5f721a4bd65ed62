package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import java.util.List;
import java.util.Optional;

/**
 * A tenancy keeps somebody who can administer it: no deletion leaves its Administrators without an active member who has an
 * API key. Otherwise nobody could write policies any more, and only the operator of etcd could help.
 */
public final class Administration {
    /** The group that the built-in policy names, so that it can be neither deleted nor made anew by another name. */
    static final String GROUP = "Administrators";

    private Administration() {}

    static boolean isGroup(Group group) {
        return group.name().equalsIgnoreCase(GROUP);
    }

    /**
     * For a change after which the user administers nothing any more.
     *
     * @throws ProblemException CONFLICT when no other administrator could sign
     */
    static void requireAnother(IdentitySnapshot identity, TenancyId tenancy, UserId user) {
        if (isAdministrator(identity, tenancy, user) && !othersCanSign(identity, tenancy, user)) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "This user is the last of the group " + GROUP + " who is active and has an API key.");
        }
    }

    /**
     * For the deletion of one of the user's API keys.
     *
     * @throws ProblemException CONFLICT when it is the last key of the last administrator who has one
     */
    static void requireAnotherKey(IdentitySnapshot identity, TenancyId tenancy, UserId user) {
        if (identity.apiKeys(user).size() <= 1
                && isAdministrator(identity, tenancy, user)
                && !othersCanSign(identity, tenancy, user)) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "This is the last API key of the last of the group " + GROUP
                            + " who has one: upload the key that takes its place first.");
        }
    }

    /** The Administrators of a tenancy, for one who is among them. */
    public static Optional<Group> groupOf(IdentitySnapshot identity, TenancyId tenancy, UserId user) {
        return identity.groups().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(tenancy) && isGroup(it) && it.has(user))
                .findFirst();
    }

    private static boolean isAdministrator(IdentitySnapshot identity, TenancyId tenancy, UserId user) {
        return groupOf(identity, tenancy, user).isPresent();
    }

    private static boolean othersCanSign(IdentitySnapshot identity, TenancyId tenancy, UserId user) {
        return administrators(identity, tenancy).stream()
                .filter(it -> !it.equals(user))
                .anyMatch(it -> identity.activeUser(it)
                                .map(User::tenancyId)
                                .filter(tenancy::equals)
                                .isPresent()
                        && !identity.apiKeys(it).isEmpty());
    }

    private static List<UserId> administrators(IdentitySnapshot identity, TenancyId tenancy) {
        return identity.groups().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(tenancy) && isGroup(it))
                .flatMap(it -> it.members().stream())
                .toList();
    }
}
