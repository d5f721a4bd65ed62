package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.identity.Identities.DynamicGroup;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a tenancy has beside what its bootstrap file makes, written as the service would. */
public final class TestTenancies {
    private TestTenancies() {}

    public static DynamicGroup add(Identity identity, DynamicGroupId id, TenancyId tenancy, String name, String rule) {
        DynamicGroup group = new DynamicGroup(
                id, tenancy, name, name, rule, Instant.parse("2026-11-24T12:00:00Z"), Map.of(), Map.of());
        return identity.<DynamicGroup>change(view -> Optional.of(new Identity.Change<>(
                        it -> it.put(IdentityLayout.dynamicGroup(id), IdentityDocuments.write(group)),
                        List.of(),
                        revision -> group)))
                .orElseThrow();
    }
}
