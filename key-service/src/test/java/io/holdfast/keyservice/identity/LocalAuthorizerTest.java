package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.StoredValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalAuthorizerTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Tenancy KEYS = new Tenancy(MINT.tenancy(), "KeyTenancy", "has the keys", NOW);
    private static final Tenancy CLUSTERS = new Tenancy(MINT.tenancy(), "ClusterTenancy", "has the clusters", NOW);
    private static final Compartment VAULTS = compartment(KEYS.id(), "vaults");
    private static final Compartment FLEET = compartment(CLUSTERS.id(), "fleet");
    private static final ClusterId CLUSTER = MINT.cluster();
    private static final KeyId KEY = MINT.key(MINT.vault());

    private static final String ENDORSE =
            "Endorse any-user to use keys in tenancy KeyTenancy where request.principal.type = 'cluster'";
    private static final String ADMIT =
            "Admit any-user of tenancy ClusterTenancy to use keys in compartment vaults where" + " target.key.id = '"
                    + KEY.value() + "'";

    @Test
    void aTenancyAloneGivesNothingToAnother() {
        String allow = "Allow any-user to manage all-resources in tenancy";

        assertThat(encrypt(List.of(allow), List.of(allow)).allowed()).isFalse();
    }

    @Test
    void bothTenanciesMustAgree() {
        assertThat(encrypt(List.of(ADMIT), List.of(ENDORSE)).allowed()).isTrue();

        Decision admittedOnly = encrypt(List.of(ADMIT), List.of());
        assertThat(admittedOnly.allowed()).isFalse();
        assertThat(admittedOnly.reason()).contains("no statement endorses").contains("ClusterTenancy");

        Decision endorsedOnly = encrypt(List.of(), List.of(ENDORSE));
        assertThat(endorsedOnly.allowed()).isFalse();
        assertThat(endorsedOnly.reason()).contains("no statement admits").contains("KeyTenancy");
    }

    @Test
    void theConditionsOfBothHold() {
        assertThat(encrypt(List.of(ADMIT), List.of(ENDORSE.replace("'cluster'", "'user'")))
                        .allowed())
                .isFalse();
        assertThat(encrypt(
                                List.of(ADMIT.replace(
                                        KEY.value(), MINT.key(MINT.vault()).value())),
                                List.of(ENDORSE))
                        .allowed())
                .isFalse();
    }

    @Test
    void whatIsMadeBelongsToTheTenancyOfItsPlace() {
        assertThat(encrypt(List.of(ADMIT), List.of(ENDORSE)).targetTenancy()).contains(KEYS.id());
    }

    @Test
    void anUnknownTenancyIsNobodys() {
        Caller stranger = new Caller(
                "cluster",
                CLUSTER.value(),
                CLUSTER.value(),
                MINT.tenancy(),
                FLEET.id().value());

        Decision decision = decide(
                stranger, List.of(ADMIT, "Admit any-user of any-tenancy to use keys in tenancy"), List.of(ENDORSE));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).contains("of another tenancy");
    }

    @Test
    void reasonsAreWrittenWhenTheyAreAskedFor() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add("Allow any-user to use keys in tenancy where target.key.id = 'ocid1.key.oc1.iad.v." + i + "'");
        }
        Caller cluster = new Caller(
                "cluster",
                CLUSTER.value(),
                CLUSTER.value(),
                KEYS.id(),
                VAULTS.id().value());

        Decision decision = decide(cluster, many, List.of());

        assertThat(decision.toString()).doesNotContain("policy");
        assertThat(decision.reason())
                .startsWith("no statement grants KEY_ENCRYPT")
                .contains("nearest: policy 'keys'");
        assertThat(decision.reason()).isEqualTo(decision.reason());
    }

    private static Decision encrypt(List<String> ofKeys, List<String> ofClusters) {
        return decide(
                new Caller(
                        "cluster",
                        CLUSTER.value(),
                        CLUSTER.value(),
                        CLUSTERS.id(),
                        FLEET.id().value()),
                ofKeys,
                ofClusters);
    }

    private static Decision decide(Caller caller, List<String> ofKeys, List<String> ofClusters) {
        List<StoredValue> records = new ArrayList<>(List.of(
                stored(IdentityLayout.tenancy(KEYS.id()), KEYS),
                stored(IdentityLayout.tenancy(CLUSTERS.id()), CLUSTERS),
                stored(IdentityLayout.compartment(VAULTS.id()), VAULTS),
                stored(IdentityLayout.compartment(FLEET.id()), FLEET)));
        records.add(policy(KEYS.id(), "keys", ofKeys));
        records.add(policy(CLUSTERS.id(), "clusters", ofClusters));
        IdentitySnapshot identity =
                new IdentitySnapshot(records, List.of(), true, NOW, new NoDynamicGroups(), Installations.NONE);
        return LocalAuthorizer.decide(
                new Identity.View(identity, 7),
                caller,
                "Encrypt",
                List.of("KEY_ENCRYPT"),
                VAULTS.id(),
                Map.of("target.key.id", KEY.value()));
    }

    private static StoredValue policy(TenancyId tenancy, String name, List<String> statements) {
        StoredPolicy policy = new StoredPolicy(
                MINT.policy(),
                tenancy,
                tenancy.rootCompartment(),
                name,
                name,
                statements,
                null,
                false,
                NOW,
                Map.of(),
                Map.of());
        return stored(IdentityLayout.policy(policy.id()), policy);
    }

    private static Compartment compartment(TenancyId tenancy, String name) {
        return new Compartment(
                new CompartmentId(MINT.compartment().value()),
                tenancy,
                tenancy.rootCompartment(),
                name,
                name,
                NOW,
                Map.of(),
                Map.of());
    }

    private static StoredValue stored(String key, Record value) {
        return new StoredValue(key, IdentityDocuments.write(value), 1, 1);
    }
}
