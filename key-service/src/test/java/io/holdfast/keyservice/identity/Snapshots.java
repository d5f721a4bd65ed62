package io.holdfast.keyservice.identity;

import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.RevokedToken;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.platform.store.StoredValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Snapshots for tests of what rests on them, read from the stored form as the service reads it. */
public final class Snapshots {
    private Snapshots() {}

    public static IdentitySnapshot of(List<User> users, List<RevokedToken> revoked) {
        List<StoredValue> values = new ArrayList<>();
        List<StoredValue> revocations = new ArrayList<>();
        users.forEach(
                it -> values.add(new StoredValue(IdentityLayout.user(it.id()), IdentityDocuments.write(it), 1, 1)));
        revoked.forEach(it -> revocations.add(new StoredValue(
                IdentityLayout.revokedToken(it.userId(), it.tokenId()), IdentityDocuments.write(it), 1, 1)));
        return new IdentitySnapshot(
                values, revocations, true, Instant.EPOCH, new NoDynamicGroups(), Installations.NONE);
    }

    /** One tenancy with one user, who has a key, and one policy. */
    public static IdentitySnapshot of(Tenancy tenancy, User user, ApiKey key, StoredPolicy policy) {
        return new IdentitySnapshot(
                List.of(
                        new StoredValue(IdentityLayout.tenancy(tenancy.id()), IdentityDocuments.write(tenancy), 1, 1),
                        new StoredValue(IdentityLayout.user(user.id()), IdentityDocuments.write(user), 1, 1),
                        new StoredValue(IdentityLayout.apiKey(key), IdentityDocuments.write(key), 1, 1),
                        new StoredValue(IdentityLayout.policy(policy.id()), IdentityDocuments.write(policy), 1, 1)),
                List.of(),
                true,
                Instant.EPOCH,
                new NoDynamicGroups(),
                Installations.NONE);
    }
}
