package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;

/** The etcd keys of identity. */
final class IdentityLayout {
    static final String PREFIX = "/holdfast/identity/";
    /** Written by every change of identity; its mod revision is the identity revision. */
    static final String REVISION = PREFIX + "revision";

    static final String TENANCIES = PREFIX + "tenancies/";
    static final String COMPARTMENTS = PREFIX + "compartments/";
    static final String USERS = PREFIX + "users/";
    static final String GROUPS = PREFIX + "groups/";
    static final String API_KEYS = PREFIX + "api-keys/";
    static final String POLICIES = PREFIX + "policies/";
    static final String REVOKED_TOKENS = PREFIX + "revoked-tokens/";

    private IdentityLayout() {}

    static String tenancy(TenancyId id) {
        return TENANCIES + id.value();
    }

    static String compartment(CompartmentId id) {
        return COMPARTMENTS + id.value();
    }

    static String user(UserId id) {
        return USERS + id.value();
    }

    static String group(GroupId id) {
        return GROUPS + id.value();
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
}
