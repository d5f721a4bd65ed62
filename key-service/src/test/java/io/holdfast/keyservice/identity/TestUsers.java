package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.Membership;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.signing.RsaPublicKey;
import jakarta.enterprise.inject.spi.CDI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Users beyond the administrator, for whom there is no API yet. */
public final class TestUsers {
    private TestUsers() {}

    /** A user in a group of the given name, with a key. */
    public static User add(Identity identity, Ocid.Mint mint, TenancyId tenancy, String group, RsaPublicKey key) {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        User user = new User(mint.user(), tenancy, "user-of-" + group, "a user", true, now);
        Group of = new Group(
                mint.group(),
                tenancy,
                group,
                "a group",
                List.of(new Membership(mint.membership(), user.id(), now)),
                now,
                Map.of(),
                Map.of());
        ApiKey apiKey = new ApiKey(tenancy, user.id(), key.fingerprint(), key.toPem(), now);
        return identity.<User>change(view -> Optional.of(new Identity.Change<>(
                        it -> it.put(IdentityLayout.user(user.id()), IdentityDocuments.write(user))
                                .put(IdentityLayout.group(of.id()), IdentityDocuments.write(of))
                                .put(IdentityLayout.apiKey(apiKey), IdentityDocuments.write(apiKey)),
                        List.of(),
                        revision -> user)))
                .orElseThrow();
    }

    /** As a further start of the service would. */
    public static void bootstrapAgain(Path file) {
        CDI.current().select(Bootstrap.class).get().apply(Bootstrap.read(file));
    }
}
