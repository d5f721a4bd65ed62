package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.bindings.ClusterBindings.Outcome;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Explanations show nobody a key, a vault or a cluster's binding that he could not see without them. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class ExplainSightRestTest {
    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    @Inject
    ClusterBindings bindings;

    private SignedApi admin;
    private SignedApi officer;
    private String root;
    private String elsewhere;
    private String vault;
    private String key;
    private ClusterId bound;
    private ClusterId released;

    @BeforeEach
    void bindACluster() {
        SecondTenancy tenancy = SecondTenancy.named("Sight" + System.nanoTime(), mint);
        admin = tenancy.admin();
        root = tenancy.id().value();
        KeyPair pair = Signer.rsa(2048);
        officer = new SignedApi(
                tenancy.id(),
                TestUsers.add(identity, mint, tenancy.id(), "Officers", RsaPublicKey.fromPem(Signer.pem(pair)))
                        .id(),
                pair);
        // Clusters of this place only, so that an explanation by the binding differs from one by another place.
        allow(
                "clusters",
                "Allow any-user to use keys in tenancy where all {request.principal.type = 'cluster',"
                        + " request.principal.compartment.id = '" + root + "'}");
        allow("officers", "Allow group Officers to inspect policies in tenancy");
        elsewhere = id(admin.post(
                "/20160918/compartments",
                Map.of("compartmentId", root, "name", "elsewhere", "description", "of the test"),
                Map.of()));
        vault = admin.vault(root, "vault");
        key = admin.masterKey(root, vault, "key");
        bound = mint.cluster();
        bind(tenancy, bound);
        released = mint.cluster();
        assertThat(bindings.release(bind(tenancy, released))).isPresent();
    }

    @Test
    void boundUnboundAndAbsentAreTheSameToWhoSeesNoCluster() {
        Map<String, Object> here = Map.of("compartmentId", root);
        String absent = mint.cluster().value();
        Answer unknown = explain(officer, cluster(absent), here);
        Answer given = explain(officer, cluster(absent, elsewhere), here);
        Answer asTarget = explain(officer, user(), Map.of("clusterId", absent));

        assertThat(unknown.code()).isEqualTo("MissingParameter");
        assertThat(given.status()).as(given.raw().body()).isEqualTo(200);
        assertThat(given.body().path("allowed").asBoolean()).isFalse();
        assertThat(asTarget.status()).isEqualTo(404);
        for (ClusterId one : List.of(bound, released)) {
            same(unknown, explain(officer, cluster(one.value()), here));
            same(given, explain(officer, cluster(one.value(), elsewhere), here));
            same(asTarget, explain(officer, user(), Map.of("clusterId", one.value())));
        }
    }

    @Test
    void keysAndVaultsThatTheAskerDoesNotSeeAreNotThere() {
        same(
                explain(officer, user(), Map.of("keyId", mint.key(mint.vault()).value())),
                explain(officer, user(), Map.of("keyId", key)));
        same(
                explain(officer, user(), Map.of("vaultId", mint.vault().value())),
                explain(officer, user(), Map.of("vaultId", vault)));
        same(
                explain(officer, user(), Map.of("vaultId", mint.vault().value(), "compartmentId", elsewhere)),
                explain(officer, user(), Map.of("vaultId", vault, "compartmentId", elsewhere)));

        allow("inspect", "Allow group Officers to inspect key-family in tenancy");

        for (Map<String, Object> target : List.<Map<String, Object>>of(
                Map.of("keyId", key), Map.of("vaultId", vault), Map.of("vaultId", vault, "compartmentId", elsewhere))) {
            Answer answer = explain(officer, user(), target);
            assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        }
    }

    @Test
    void whoSeesTheClusterOrReadsItsKeyIsToldOfTheBinding() {
        seen(admin);
        for (String statement : List.of(
                "Allow group Officers to inspect clusters in tenancy where target.cluster.id = '" + bound.value() + "'",
                "Allow group Officers to read keys in tenancy")) {
            String policy = allow("sight", statement);
            seen(officer);
            assertThat(explain(officer, cluster(released.value()), Map.of("compartmentId", root))
                            .code())
                    .isEqualTo("MissingParameter");
            assertThat(admin.delete("/20160918/policies/" + policy, Map.of()).status())
                    .isEqualTo(204);
        }
    }

    private void seen(SignedApi asker) {
        Answer asPrincipal = explain(asker, cluster(bound.value()), Map.of("compartmentId", root));
        assertThat(asPrincipal.status()).as(asPrincipal.raw().body()).isEqualTo(200);
        assertThat(asPrincipal.body().path("allowed").asBoolean()).isTrue();
        Answer asTarget = explain(asker, user(), Map.of("clusterId", bound.value()));
        assertThat(asTarget.status()).as(asTarget.raw().body()).isEqualTo(200);
        assertThat(asTarget.body().path("target").path("compartmentId").asText())
                .isEqualTo(root);
    }

    private static void same(Answer one, Answer other) {
        assertThat(other.status()).isEqualTo(one.status());
        assertThat(anonymous(other)).isEqualTo(anonymous(one));
    }

    /** Without the cluster that it names, and the moment. */
    private static String anonymous(Answer answer) {
        return answer.raw()
                .body()
                .replaceAll("ocid1\\.cluster\\.[a-z0-9.]+", "a cluster")
                .replaceAll("\"stateRevision\":\\d+", "");
    }

    private Answer explain(SignedApi asker, Map<String, Object> principal, Map<String, Object> target) {
        return asker.post(
                "/v1/policies/explain",
                Map.of("principal", principal, "operation", "Encrypt", "target", target),
                Map.of());
    }

    private Map<String, Object> user() {
        return Map.of("type", "user", "id", officer.user().value());
    }

    private static Map<String, Object> cluster(String id) {
        return Map.of("type", "cluster", "id", id);
    }

    private static Map<String, Object> cluster(String id, String compartment) {
        return Map.of("type", "cluster", "id", id, "compartmentId", compartment);
    }

    private String allow(String name, String statement) {
        return id(admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        name,
                        "description",
                        "of the test",
                        "statements",
                        List.of(statement)),
                Map.of()));
    }

    private Ocid.BindingId bind(SecondTenancy tenancy, ClusterId cluster) {
        Outcome outcome = bindings.bind(new ClusterBindings.Request(
                cluster, tenancy.id().rootCompartment(), tenancy.id(), new KeyId(key), admin.user(), tenancy.id()));
        assertThat(outcome).isInstanceOf(Outcome.Bound.class);
        return ((Outcome.Bound) outcome).binding().id();
    }

    private static String id(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("id").asText();
    }
}
