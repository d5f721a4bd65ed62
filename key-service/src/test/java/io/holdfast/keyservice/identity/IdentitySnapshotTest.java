package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Principal.DynamicGroup;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.Membership;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.StoredValue;
import java.nio.charset.StandardCharsets;
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

    @Test
    void groupsOfAnEarlierReleaseKeepTheirMembers() {
        User alice = new User(MINT.user(), KEYS.id(), "alice", "Alice", true, NOW);
        GroupId id = MINT.group();
        String earlier = "{\"id\":\"" + id.value() + "\",\"tenancyId\":\""
                + KEYS.id().value()
                + "\",\"name\":\"Operators\",\"description\":\"they operate\",\"members\":[\""
                + alice.id().value() + "\"],\"timeCreated\":\"2026-01-01T00:00:00Z\"}";
        StoredValue record =
                new StoredValue(IdentityLayout.group(id), Bytes.copyOf(earlier.getBytes(StandardCharsets.UTF_8)), 7, 1);

        IdentitySnapshot identity = read(record, stored(IdentityLayout.user(alice.id()), alice));

        Group group = identity.group(id).orElseThrow().value();
        assertThat(group.memberships()).extracting(Membership::userId).containsExactly(alice.id());
        assertThat(group.memberships()).extracting(Membership::timeCreated).containsExactly(NOW);
        assertThat(group.freeformTags()).isEmpty();
        assertThat(identity.principal(IdentitySnapshot.caller(alice)))
                .map(Principal::groups)
                .contains(Set.of(new Principal.Group(id, "Operators")));
        // The id does not change from one reading to the next, nor when the group is written again.
        assertThat(read(record).group(id).orElseThrow().value()).isEqualTo(group);
        assertThat(IdentityDocuments.read("it", IdentityDocuments.write(group), Group.class))
                .isEqualTo(group);
    }

    @Test
    void usersOfAnEarlierReleaseAreRead() {
        UserId id = MINT.user();
        String earlier = "{\"id\":\"" + id.value() + "\",\"tenancyId\":\""
                + KEYS.id().value()
                + "\",\"name\":\"alice\",\"description\":\"Alice\",\"active\":true,"
                + "\"timeCreated\":\"2026-01-01T00:00:00Z\"}";

        IdentitySnapshot identity = read(
                new StoredValue(IdentityLayout.user(id), Bytes.copyOf(earlier.getBytes(StandardCharsets.UTF_8)), 7, 1));

        assertThat(identity.activeUser(id)).contains(new User(id, KEYS.id(), "alice", "Alice", true, NOW));
    }

    @Test
    void dynamicGroupsHaveTheirRuleRead() {
        Identities.DynamicGroup clusters = dynamicGroup("Clusters", "resource.type = 'cluster'");
        Identities.DynamicGroup damaged = dynamicGroup("Damaged", "resource.type =");

        IdentitySnapshot identity = read(
                stored(IdentityLayout.tenancy(KEYS.id()), KEYS),
                stored(IdentityLayout.tenancy(CLUSTERS.id()), CLUSTERS),
                stored(IdentityLayout.dynamicGroup(clusters.id()), clusters),
                stored(IdentityLayout.dynamicGroup(damaged.id()), damaged));

        assertThat(identity.tenancies()).containsExactlyInAnyOrder(KEYS, CLUSTERS);
        assertThat(identity.dynamicGroups(KEYS.id()))
                .extracting(Versioned::value)
                .containsExactlyInAnyOrder(clusters, damaged);
        assertThat(identity.dynamicGroups(CLUSTERS.id())).isEmpty();
        Principal cluster = Principal.cluster(MINT.cluster(), KEYS.id(), INNER.id(), Set.of());
        assertThat(identity.rules(KEYS.id()).orElseThrow().join(cluster).dynamicGroups())
                .containsExactly(new DynamicGroup(clusters.id(), "Clusters"));
        assertThat(identity.rules(CLUSTERS.id()).orElseThrow().join(cluster).dynamicGroups())
                .isEmpty();
    }

    @Test
    void policiesOfATenancyAreParsedAgainOnlyWhenTheyChanged() {
        StoredValue keys = stored(IdentityLayout.tenancy(KEYS.id()), KEYS);
        StoredValue clusters = stored(IdentityLayout.tenancy(CLUSTERS.id()), CLUSTERS);
        StoredValue before = policy("Allow any-user to inspect keys in tenancy");
        IdentitySnapshot first = read(keys, clusters, before);

        StoredValue unrelated = stored(IdentityLayout.compartment(INNER.id()), INNER);
        IdentitySnapshot second = after(first, keys, clusters, before, unrelated);
        IdentitySnapshot third = after(second, keys, clusters, policy("Allow any-user to read keys in tenancy"));

        assertThat(second.policySet(CLUSTERS.id()).orElseThrow())
                .isSameAs(first.policySet(CLUSTERS.id()).orElseThrow());
        assertThat(second.policySet(KEYS.id()).orElseThrow())
                .isNotSameAs(first.policySet(KEYS.id()).orElseThrow());
        assertThat(third.policySet(CLUSTERS.id()).orElseThrow())
                .isNotSameAs(first.policySet(CLUSTERS.id()).orElseThrow());
    }

    private static final PolicyId POLICY = MINT.policy();

    private static StoredValue policy(String statement) {
        return stored(
                IdentityLayout.policy(POLICY),
                new Identities.StoredPolicy(
                        POLICY,
                        CLUSTERS.id(),
                        CLUSTERS.id().rootCompartment(),
                        "one",
                        "one",
                        List.of(statement),
                        null,
                        false,
                        NOW,
                        Map.of(),
                        Map.of()));
    }

    private static IdentitySnapshot after(IdentitySnapshot before, StoredValue... records) {
        return new IdentitySnapshot(
                List.of(records), List.of(), true, NOW, new NoDynamicGroups(), before.installations());
    }

    private static Identities.DynamicGroup dynamicGroup(String name, String rule) {
        return new Identities.DynamicGroup(
                MINT.dynamicGroup(), KEYS.id(), name, "a group", rule, NOW, Map.of(), Map.of());
    }

    private static IdentitySnapshot read(StoredValue... records) {
        return new IdentitySnapshot(List.of(records), List.of(), true, NOW, new NoDynamicGroups(), Installations.NONE);
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
                dynamicGroups,
                Installations.NONE);
    }

    private static StoredValue stored(String key, Record value) {
        return new StoredValue(key, IdentityDocuments.write(value), 1, 1);
    }
}
