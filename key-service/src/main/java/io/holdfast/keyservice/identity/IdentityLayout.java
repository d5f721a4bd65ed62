package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import java.util.List;

/** The etcd keys of identity. */
final class IdentityLayout {
    static final String PREFIX = "/holdfast/identity/";
    /** Written by every change of identity; its mod revision is the identity revision. */
    static final String REVISION = PREFIX + "revision";

    static final String TENANCIES = PREFIX + "tenancies/";
    static final String COMPARTMENTS = PREFIX + "compartments/";
    static final String USERS = PREFIX + "users/";
    static final String GROUPS = PREFIX + "groups/";
    static final String DYNAMIC_GROUPS = PREFIX + "dynamic-groups/";
    static final String API_KEYS = PREFIX + "api-keys/";
    static final String POLICIES = PREFIX + "policies/";
    static final String REVOKED_TOKENS = PREFIX + "revoked-tokens/";
    static final String TOKENS_REVOKED_BEFORE = PREFIX + "tokens-revoked-before/";

    /** Empty; compartments that nothing new may come into. */
    static final String CLOSED_COMPARTMENTS = PREFIX + "closed-compartments/";

    /** All kinds of records but revocations: their number is bounded by the service limits. */
    static final List<String> RECORDS =
            List.of(TENANCIES, COMPARTMENTS, USERS, GROUPS, DYNAMIC_GROUPS, API_KEYS, POLICIES);

    /** Records that take kubectl tokens away. */
    static final List<String> REVOCATIONS = List.of(TOKENS_REVOKED_BEFORE, REVOKED_TOKENS);

    private IdentityLayout() {}

    static String tenancy(TenancyId id) {
        return TENANCIES + id.value();
    }

    static String compartment(CompartmentId id) {
        return COMPARTMENTS + id.value();
    }

    static String closedCompartment(CompartmentId id) {
        return CLOSED_COMPARTMENTS + id.value();
    }

    static String user(UserId id) {
        return USERS + id.value();
    }

    static String group(GroupId id) {
        return GROUPS + id.value();
    }

    static String dynamicGroup(DynamicGroupId id) {
        return DYNAMIC_GROUPS + id.value();
    }

    static String apiKey(Identities.ApiKey key) {
        return API_KEYS + key.tenancyId().value() + "/" + key.userId().value() + "/" + key.fingerprint();
    }

    static String policy(PolicyId id) {
        return POLICIES + id.value();
    }

    static String revokedToken(UserId user, String tokenId) {
        return REVOKED_TOKENS + user.value() + "/" + tokenId;
    }

    static String tokensRevokedBefore(UserId user) {
        return TOKENS_REVOKED_BEFORE + user.value();
    }

    /**
     * Who and which token a revocation's key names, so that a damaged record still revokes.
     *
     * @throws ProblemException when the key names no user
     */
    static NamedToken namedToken(String key) {
        String[] parts = key.substring(REVOKED_TOKENS.length()).split("/", 2);
        return new NamedToken(new UserId(parts[0]), parts.length == 2 ? parts[1] : "");
    }

    /** @throws ProblemException when the key names no user */
    static UserId namedUser(String key) {
        return new UserId(key.substring(TOKENS_REVOKED_BEFORE.length()));
    }

    record NamedToken(UserId user, String tokenId) {}
}
