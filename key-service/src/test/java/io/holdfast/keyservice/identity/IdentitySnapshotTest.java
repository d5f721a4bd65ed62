package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Principal.DynamicGroup;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.StoredValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class IdentitySnapshotTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Tenancy KEYS = new Tenancy(MINT.tenancy(), "KeyTenancy", "has the keys", NOW);
    private static final Tenancy CLUSTERS = new Tenancy(MINT.tenancy(), "ClusterTenancy", "has the clusters", NOW);
    private static final Compartment INNER = compartment(KEYS.id());

    @Test
    void theTenancyOfACompartmentIsItsOwnWhoeverAsks() {
        IdentitySnapshot identity = snapshot(new NoDynamicGroups());

        assertThat(identity.tenancyOf(INNER.id())).contains(KEYS.id());
        assertThat(identity.tenancyOf(KEYS.id().rootCompartment())).contains(KEYS.id());
        assertThat(identity.tenancyOf(CLUSTERS.id().rootCompartment())).contains(CLUSTERS.id());
        assertThat(identity.tenancyOf(MINT.compartment())).isEmpty();
        assertThat(identity.tenancyOf(MINT.tenancy().rootCompartment())).isEmpty();
    }

    @Test
    void dynamicGroupsAreAskedAtEachDecision() {
        AtomicReference<Set<DynamicGroup>> member = new AtomicReference<>(Set.of());
        IdentitySnapshot identity = snapshot((snapshot, resource) -> member.get());
        Caller cluster = new Caller(
                Principal.CLUSTER,
                MINT.cluster().value(),
                "a cluster",
                KEYS.id(),
                INNER.id().value());

        assertThat(identity.principal(cluster)).map(Principal::dynamicGroups).contains(Set.of());

        DynamicGroup group = new DynamicGroup(MINT.dynamicGroup(), "Clusters");
        member.set(Set.of(group));
        assertThat(identity.principal(cluster)).map(Principal::dynamicGroups).contains(Set.of(group));
    }

    private static Compartment compartment(TenancyId tenancy) {
        return new Compartment(
                MINT.compartment(), tenancy, tenancy.rootCompartment(), "inner", "inner", NOW, Map.of(), Map.of());
    }

    private static IdentitySnapshot snapshot(DynamicGroups dynamicGroups) {
        return new IdentitySnapshot(
                List.of(
                        stored(IdentityLayout.tenancy(KEYS.id()), KEYS),
                        stored(IdentityLayout.tenancy(CLUSTERS.id()), CLUSTERS),
                        stored(IdentityLayout.compartment(INNER.id()), INNER)),
                List.of(),
                true,
                NOW,
                dynamicGroups);
    }

    private static StoredValue stored(String key, Record value) {
        return new StoredValue(key, IdentityDocuments.write(value), 1, 1);
    }
}
