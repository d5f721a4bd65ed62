package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Explanations.Explained;
import io.holdfast.keyservice.identity.Explanations.Target;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.StoredValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An explanation rests on what the real operation supplies, and on nothing else. */
class ExplanationsTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Tenancy ACME = new Tenancy(MINT.tenancy(), "acme", "has everything", NOW);
    private static final CompartmentId KEYS = MINT.compartment();
    private static final CompartmentId VAULTS = MINT.compartment();
    private static final String KEY = "ocid1.key.oc1.iad.v.k";
    private static final String VAULT = "ocid1.vault.oc1.iad.v.v";
    private static final Target THE_KEY =
            new Target(KEYS, Optional.empty(), Map.of("target.key.id", KEY, "target.vault.id", VAULT));
    private static final Target A_NEW_KEY = new Target(KEYS, Optional.of(VAULTS), Map.of("target.vault.id", VAULT));

    @Test
    void aListHasNoTarget() {
        String inspect = "Allow any-user to inspect keys in tenancy where target.key.id = '" + KEY + "'";

        Explained list = explain("ListKeys", THE_KEY, Map.of(), inspect);

        assertThat(list.decision().allowed()).isFalse();
        assertThat(list.decision().explanation()).contains("the request has no target.key.id");
        assertThat(list.variables()).isEmpty();
        assertThat(explain("ListKeyVersions", THE_KEY, Map.of(), inspect)
                        .decision()
                        .allowed())
                .isTrue();
    }

    @Test
    void nobodyCanAskWithVariablesThatTheOperationDoesNotSupply() {
        String all = "Allow any-user to manage all-resources in tenancy";

        assertThatThrownBy(() -> explain("ListKeys", THE_KEY, Map.of("target.key.id", KEY), all))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("target.key.id")
                .hasMessageContaining("ListKeys");
        assertThatThrownBy(() -> explain("Encrypt", THE_KEY, Map.of("request.ad", "1"), all))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> explain("Encrypt", THE_KEY, Map.of("request.region", "FRA"), all))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> explain("Encrypt", THE_KEY, Map.of("target.key.id", "another"), all))
                .isInstanceOf(ProblemException.class);
        assertThat(explain(
                                "GetClusterSecret",
                                new Target(KEYS, Optional.empty(), Map.of("target.cluster.id", "c")),
                                Map.of("target.Namespace.name", "shop"),
                                "Allow any-user to read cluster-secrets in tenancy where target.namespace.name = 'shop'")
                        .decision()
                        .allowed())
                .isTrue();
    }

    @Test
    void aNewKeyIsAskedAboutInItsPlaceAndItsVaultInItsOwn() {
        String keys = "Allow any-user to {KEY_CREATE} in tenancy where target.compartment.name = 'keys'";
        String vaults = "Allow any-user to {VAULT_CREATE_KEY} in tenancy where all {target.compartment.name = 'vaults',"
                + " target.vault.id = '" + VAULT + "'}";
        String ofVault = "Allow any-user to {KEY_CREATE} in tenancy where target.vault.id = '" + VAULT + "'";

        assertThat(explain("CreateKey", A_NEW_KEY, Map.of(), keys, vaults)
                        .decision()
                        .allowed())
                .isTrue();
        assertThat(explain("CreateKey", A_NEW_KEY, Map.of(), ofVault, vaults)
                        .decision()
                        .explanation())
                .contains("KEY_CREATE")
                .contains("the request has no target.vault.id");
    }

    @Test
    void aDataKeyIsAskedForWithOrWithoutItsPlaintext() {
        String wrappedOnly = "Allow any-user to {KEY_ENCRYPT} in tenancy where request.includePlainTextKey = 'false'";
        String operation = "GenerateDataEncryptionKey";

        assertThat(explain(operation, THE_KEY, Map.of("request.includePlainTextKey", "false"), wrappedOnly)
                        .decision()
                        .allowed())
                .isTrue();
        assertThat(explain(operation, THE_KEY, Map.of(), wrappedOnly).decision().explanation())
                .contains("the actual value is 'true'");
        assertThatThrownBy(() -> explain(operation, THE_KEY, Map.of("request.includePlainTextKey", "yes"), wrappedOnly))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(
                        () -> explain("Encrypt", THE_KEY, Map.of("request.includePlainTextKey", "true"), wrappedOnly))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void whoCanUseAKeyIsAskedAboutInTheKeysPlaceAndInTheTenancy() {
        String keys = "Allow any-user to read keys in compartment keys";

        assertThat(explain(
                                "ListKeyPrincipals",
                                THE_KEY,
                                Map.of(),
                                keys,
                                "Allow any-user to inspect policies in tenancy")
                        .decision()
                        .allowed())
                .isTrue();
        assertThat(explain(
                                "ListKeyPrincipals",
                                THE_KEY,
                                Map.of(),
                                keys,
                                "Allow any-user to inspect policies in compartment keys")
                        .decision()
                        .allowed())
                .isFalse();
    }

    @Test
    void theRegionIsTheInstallations() {
        assertThat(explain(
                                "Encrypt",
                                THE_KEY,
                                Map.of(),
                                "Allow any-user to use keys in tenancy where request.region = 'IAD'")
                        .decision()
                        .allowed())
                .isTrue();
    }

    private static Explained explain(String operation, Target target, Map<String, String> more, String... statements) {
        StoredPolicy policy = new StoredPolicy(
                MINT.policy(),
                ACME.id(),
                ACME.id().rootCompartment(),
                "p",
                "for tests",
                List.of(statements),
                null,
                false,
                NOW,
                Map.of(),
                Map.of());
        IdentitySnapshot identity = new IdentitySnapshot(
                List.of(
                        stored(IdentityLayout.tenancy(ACME.id()), ACME),
                        stored(IdentityLayout.compartment(KEYS), compartment(KEYS, "keys")),
                        stored(IdentityLayout.compartment(VAULTS), compartment(VAULTS, "vaults")),
                        stored(IdentityLayout.policy(policy.id()), policy)),
                List.of(),
                true,
                NOW,
                new NoDynamicGroups(),
                Installations.none(new PolicyContext(Map.of(), false, Optional.of("IAD"))));
        String cluster = MINT.cluster().value();
        return Explanations.explain(
                identity,
                new Caller("cluster", cluster, cluster, ACME.id(), KEYS.value()),
                operation,
                List.of(),
                target,
                more);
    }

    private static Compartment compartment(CompartmentId id, String name) {
        return new Compartment(id, ACME.id(), ACME.id().rootCompartment(), name, name, NOW, Map.of(), Map.of());
    }

    private static StoredValue stored(String key, Record value) {
        return new StoredValue(key, IdentityDocuments.write(value), 1, 1);
    }
}
