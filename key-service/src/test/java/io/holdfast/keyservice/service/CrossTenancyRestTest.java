package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.contracts.access.v1.Grant;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.bindings.BindingDecisions;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.bindings.ClusterBindings.Outcome;
import io.holdfast.keyservice.bindings.ClusterBindings.Why;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestTenancies;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two tenancies in one installation: the keys of the one, the clusters of the other. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class CrossTenancyRestTest {
    private static final String POLICIES = "/20160918/policies";
    private static final String EXPLAIN = "/v1/policies/explain";

    /** Made once: their names are the installation's. */
    private static @Nullable World made;

    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    @Inject
    ClusterBindings bindings;

    @Inject
    BindingDecisions decisions;

    private World world;
    private final List<Runnable> cleanup = new ArrayList<>();

    private record World(
            SecondTenancy keys,
            SecondTenancy clusters,
            CompartmentId fleet,
            DynamicGroupId clusterGroup,
            GroupId adminGroup,
            SignedApi clusterAdmin,
            String vault,
            KeyId key) {}

    @BeforeEach
    void makeTwoTenancies() {
        World there = made;
        if (there == null) {
            there = make();
            made = there;
        }
        world = there;
    }

    @AfterEach
    void forgetPolicies() {
        cleanup.forEach(Runnable::run);
    }

    private World make() {
        SecondTenancy keys = SecondTenancy.named("KeyTenancy", mint);
        SecondTenancy clusters = SecondTenancy.named("ClusterTenancy", mint);
        CompartmentId fleet = new CompartmentId(ok(clusters.admin()
                        .post(
                                "/20160918/compartments",
                                Map.of(
                                        "compartmentId",
                                        clusters.id().value(),
                                        "name",
                                        "fleet",
                                        "description",
                                        "for tests"),
                                Map.of()))
                .path("id")
                .asText());
        DynamicGroupId clusterGroup = mint.dynamicGroup();
        TestTenancies.add(
                identity,
                clusterGroup,
                clusters.id(),
                "OKEAdminDynGroup",
                "ALL {resource.type = 'cluster', resource.compartment.id = '" + fleet.value() + "'}");
        KeyPair pair = Signer.rsa(2048);
        User user =
                TestUsers.add(identity, mint, clusters.id(), "OKEAdminGroup", RsaPublicKey.fromPem(Signer.pem(pair)));
        GroupId adminGroup = identity.current().identity().groups().stream()
                .map(Versioned::value)
                .filter(it -> it.name().equals("OKEAdminGroup"))
                .findFirst()
                .orElseThrow()
                .id();
        String vault = ok(keys.admin()
                        .post(
                                "/20180608/vaults",
                                Map.of(
                                        "compartmentId",
                                        keys.id().value(),
                                        "displayName",
                                        "vault",
                                        "vaultType",
                                        "DEFAULT"),
                                Map.of()))
                .path("id")
                .asText();
        KeyId key = new KeyId(
                ok(createKey(keys.admin(), keys.id().value(), vault)).path("id").asText());
        return new World(
                keys,
                clusters,
                fleet,
                clusterGroup,
                adminGroup,
                new SignedApi(clusters.id(), user.id(), pair),
                vault,
                key);
    }

    private static Answer createKey(SignedApi as, String compartment, String vault) {
        return as.post(
                "/20180608/keys?vaultId=" + vault,
                Map.of(
                        "compartmentId",
                        compartment,
                        "displayName",
                        "key",
                        "protectionMode",
                        "SOFTWARE",
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)),
                Map.of());
    }

    /** The documentation's statements, its placeholders filled in and nothing else changed. */
    private void documentedPolicies() {
        policy(
                world.keys(),
                "cross-tenancy-keys",
                filled(
                        "Define tenancy OKE_Tenancy as ocid1.tenancy.oc1..<unique_ID>",
                        "Define dynamic-group RemoteOKEClusterDynGroup as ocid1.dynamicgroup.oc1..<unique_ID>",
                        "Define group RemoteOKEAdminGroup as ocid1.group.oc1..<unique_ID>",
                        "Admit dynamic-group RemoteOKEClusterDynGroup of tenancy ClusterTenancy to use keys in tenancy where"
                                + " target.key.id = 'ocid1.key.oc1..<unique_ID>'",
                        "Admit group RemoteOKEAdminGroup of tenancy ClusterTenancy to use keys in tenancy where"
                                + " target.key.id = 'ocid1.key.oc1..<unique_ID>'"));
        policy(
                world.clusters(),
                "cross-tenancy-clusters",
                "Define tenancy KMS_Tenancy as " + world.keys().id().value(),
                "Endorse group OKEAdminGroup to use keys in tenancy KMS_Tenancy",
                "Endorse dynamic-group OKEAdminDynGroup to use keys in tenancy KMS_Tenancy",
                "Allow dynamic-group OKEAdminDynGroup to use keys in tenancy where target.key.id = '"
                        + world.key().value() + "'");
    }

    private String[] filled(String... statements) {
        List<String> filled = new ArrayList<>();
        for (String statement : statements) {
            filled.add(statement
                    .replace(
                            "ocid1.tenancy.oc1..<unique_ID>",
                            world.clusters().id().value())
                    .replace(
                            "ocid1.dynamicgroup.oc1..<unique_ID>",
                            world.clusterGroup().value())
                    .replace("ocid1.group.oc1..<unique_ID>", world.adminGroup().value())
                    .replace("ocid1.key.oc1..<unique_ID>", world.key().value())
                    .replace("ClusterTenancy", world.clusters().name()));
        }
        return filled.toArray(String[]::new);
    }

    @Test
    void aClusterIsBoundToAKeyOfAnotherTenancyWhileBothAgree() {
        ClusterId cluster = mint.cluster();
        assertThat(bind(cluster, world.fleet()))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, it -> assertThat(it.why()).isEqualTo(Why.KEY_NOT_FOUND));

        documentedPolicies();

        BindingId bound = bound(bind(cluster, world.fleet()));
        assertThat(grant(bound).getAllowed()).isTrue();
        // Its group's rule is about the fleet's compartment; the tenancy's root is another.
        assertThat(bind(mint.cluster(), world.clusters().id().rootCompartment()))
                .isInstanceOfSatisfying(Outcome.Refused.class, it -> {
                    assertThat(it.why()).isEqualTo(Why.NOT_PERMITTED);
                    assertThat(it.message())
                            .contains("both must agree")
                            .contains("Define tenancy KeyTenancy as "
                                    + world.keys().id().value());
                });

        // Either side ends it.
        forgetPolicies();
        cleanup.clear();
        assertThat(grant(bound).getDenial()).isEqualTo(Denial.POLICY);
        documentedPolicies();
        assertThat(grant(bound).getAllowed()).isTrue();
        bindings.release(bound);
    }

    @Test
    void aUserOfAnotherTenancyUsesTheKeyAndNothingElse() {
        Map<String, Object> body = Map.of(
                "keyId", world.key().value(), "plaintext", Base64.getEncoder().encodeToString(new byte[] {1, 2, 3}));
        assertThat(world.clusterAdmin()
                        .post("/20180608/encrypt", body, Map.of())
                        .code())
                .isEqualTo("RelatedResourceNotAuthorizedOrNotFound");

        documentedPolicies();

        Answer encrypted = world.clusterAdmin().post("/20180608/encrypt", body, Map.of());
        assertThat(encrypted.status()).as(encrypted.raw().body()).isEqualTo(200);
        assertThat(world.clusterAdmin()
                        .get("/20180608/keys/" + world.key().value())
                        .status())
                .isEqualTo(200);
        assertThat(world.clusterAdmin()
                        .get("/20180608/keys?compartmentId=" + world.keys().id().value())
                        .status())
                .isEqualTo(404);
        assertThat(world.clusters()
                        .admin()
                        .post("/20180608/encrypt", body, Map.of())
                        .code())
                .as("not a member of the group that both name")
                .isEqualTo("RelatedResourceNotAuthorizedOrNotFound");
    }

    @Test
    void aTenancyIsNamedByItsAliasOrItsNameAndNamesOfOthersAreNotSuggested() {
        String name = world.keys().name().toLowerCase(Locale.ROOT);
        policy(world.clusters(), "by-name", "Endorse group OKEAdminGroup to use keys in tenancy " + name);

        Answer refused =
                post(world.clusters(), "misspelt", "Endorse group OKEAdminGroup to use keys in tenancy KeyTenanzy");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("InvalidParameter");
        assertThat(refused.message())
                .contains("statements[0]")
                .contains("Define tenancy KeyTenanzy as")
                .doesNotContain(world.keys().name());
    }

    @Test
    void warningsComeWithTheAnswer() {
        Answer plain = post(world.keys(), "warned-too", "Allow group <x> to use keys in tenancy");
        assertThat(plain.status()).as(plain.raw().body()).isEqualTo(200);
        remember(world.keys(), plain);
        assertThat(plain.raw().headers().allValues("warning"))
                .anySatisfy(it ->
                        assertThat(it).startsWith("299 - \"statements[0]: ").contains("KEY_EXPORT"))
                .anySatisfy(it -> assertThat(it).contains("angle brackets"));
    }

    @Test
    void aKeyLivesInTheTenancyOfItsVault() {
        policy(
                world.keys(),
                "out",
                "Endorse group Administrators to manage keys in tenancy "
                        + world.clusters().name());
        policy(
                world.clusters(),
                "in",
                "Define group KeyAdmins as " + world.keys().administrators().value(),
                "Admit group KeyAdmins of tenancy " + world.keys().name() + " to manage keys in tenancy");

        Answer refused = createKey(world.keys().admin(), world.clusters().id().value(), world.vault());
        assertThat(refused.status()).as(refused.raw().body()).isEqualTo(400);
        assertThat(refused.message()).contains("compartmentId");

        Answer moved = world.keys()
                .admin()
                .post(
                        "/20180608/keys/" + world.key().value() + "/actions/changeCompartment",
                        Map.of("compartmentId", world.clusters().id().value()),
                        Map.of());
        assertThat(moved.status()).as(moved.raw().body()).isBetween(400, 409);
    }

    @Test
    void explainTellsTheReasonsOfBothSidesToWhoMayReadThem() {
        ClusterId cluster = mint.cluster();
        Map<String, Object> question = new HashMap<>(Map.of(
                "principal",
                Map.of(
                        "type",
                        "cluster",
                        "id",
                        cluster.value(),
                        "compartmentId",
                        world.fleet().value()),
                "operation",
                "Encrypt",
                "target",
                Map.of("keyId", world.key().value())));

        foreignCompartmentsAreSeen();
        JsonNode denied = ok(world.keys().admin().post(EXPLAIN, question, Map.of()));
        assertThat(denied.path("allowed").asBoolean()).isFalse();
        assertThat(denied.path("denials")).hasSize(2);
        assertThat(denied.path("reason").asText())
                .contains("no statement endorses")
                .contains("in the policies of another tenancy")
                .contains("no statement admits")
                .contains("in the policies of tenancy '" + world.keys().name() + "'");
        assertThat(denied.toString()).doesNotContain(world.clusters().name());
        policy(
                world.keys(),
                "elsewhere",
                "Define tenancy Elsewhere as " + mint.tenancy().value(),
                "Admit any-user of tenancy Elsewhere to use keys in tenancy");
        assertThat(ok(world.keys().admin().post(EXPLAIN, question, Map.of())).toString())
                .contains("it is about another tenancy, not the one at the other end")
                .doesNotContain(world.clusters().name());
        assertThat(denied.path("target").path("tenancyId").asText())
                .isEqualTo(world.keys().id().value());
        assertThat(denied.path("target")
                        .path("variables")
                        .path("target.vault.id")
                        .asText())
                .isEqualTo(world.vault());

        documentedPolicies();

        JsonNode allowed = ok(world.keys().admin().post(EXPLAIN, question, Map.of()));
        assertThat(allowed.path("allowed").asBoolean()).as(allowed.toString()).isTrue();
        JsonNode endorsing = allowed.path("grants").get(0);
        assertThat(endorsing.path("kind").asText()).isEqualTo("ENDORSE");
        assertThat(endorsing.path("tenancyId").asText())
                .isEqualTo(world.clusters().id().value());
        assertThat(endorsing.has("by")).isFalse();
        JsonNode admitting = allowed.path("grants").get(1);
        assertThat(admitting.path("kind").asText()).isEqualTo("ADMIT");
        assertThat(admitting.path("by").path("policyName").asText()).isEqualTo("cross-tenancy-keys");
        assertThat(allowed.path("reason").asText()).doesNotContain("cross-tenancy-clusters");
        assertThat(allowed.has("holdsUntil")).isFalse();

        // The other tenancy's officer may not ask about keys that are not his; nor is a foreign user's name told.
        assertThat(world.clusters().admin().post(EXPLAIN, question, Map.of()).status())
                .isEqualTo(404);
        question.put("target", Map.of("keyId", mint.key(mint.vault()).value()));
        assertThat(world.keys().admin().post(EXPLAIN, question, Map.of()).status())
                .isEqualTo(404);
        question.put("target", Map.of("keyId", world.key().value()));
        question.put(
                "principal",
                Map.of("type", "user", "id", world.clusterAdmin().user().value()));
        assertThat(world.keys().admin().post(EXPLAIN, question, Map.of()).code())
                .isEqualTo("InvalidParameter");
    }

    @Test
    void whoMayUseNoVaultIsNotToldWhetherThereIsOne() {
        SecondTenancy tenancy = SecondTenancy.named("Vaultless" + System.nanoTime(), mint);
        String root = tenancy.id().value();
        KeyPair pair = Signer.rsa(2048);
        SignedApi maker = new SignedApi(
                tenancy.id(),
                TestUsers.add(identity, mint, tenancy.id(), "Makers", RsaPublicKey.fromPem(Signer.pem(pair)))
                        .id(),
                pair);
        ok(post(tenancy, "makers", "Allow group Makers to manage keys in tenancy"));
        List<Supplier<Answer>> requests = List.of(
                () -> maker.get("/20180608/wrappingKeys"),
                () -> maker.post(
                        "/20180608/keys",
                        Map.of(
                                "compartmentId",
                                root,
                                "displayName",
                                "key",
                                "protectionMode",
                                "SOFTWARE",
                                "keyShape",
                                Map.of("algorithm", "AES", "length", 32)),
                        Map.of()));
        List<Answer> without = requests.stream().map(Supplier::get).toList();

        tenancy.admin().vault(root, "vault");

        for (int i = 0; i < requests.size(); i++) {
            Answer with = requests.get(i).get();
            assertThat(with.status()).as(with.raw().body()).isEqualTo(400);
            assertThat(with.code()).isEqualTo("RelatedResourceNotAuthorizedOrNotFound");
            assertThat(without.get(i).status()).isEqualTo(400);
            assertThat(without.get(i).body()).isEqualTo(with.body());
        }
    }

    @Test
    void explainDoesNotTellWhichCompartmentsAnotherTenancyHas() {
        Answer absent = explainFrom(mint.compartment().value());
        assertThat(absent.status()).isEqualTo(400);
        assertThat(absent.code()).isEqualTo("InvalidParameter");
        for (CompartmentId foreign :
                List.of(world.fleet(), world.clusters().id().rootCompartment())) {
            Answer there = explainFrom(foreign.value());
            assertThat(there.status()).isEqualTo(absent.status());
            assertThat(there.raw().body()).isEqualTo(absent.raw().body());
        }
        // His own he may name.
        assertThat(explainFrom(world.keys().id().value()).status()).isEqualTo(200);

        foreignCompartmentsAreSeen();
        assertThat(explainFrom(world.fleet().value()).status()).isEqualTo(200);
        assertThat(explainFrom(world.clusters().id().value()).status()).isEqualTo(400);
    }

    /** Asks why a cluster in that compartment may not encrypt. */
    private Answer explainFrom(String compartment) {
        return world.keys()
                .admin()
                .post(
                        EXPLAIN,
                        Map.of(
                                "principal",
                                Map.of("type", "cluster", "id", mint.cluster().value(), "compartmentId", compartment),
                                "operation",
                                "Encrypt",
                                "target",
                                Map.of("keyId", world.key().value())),
                        Map.of());
    }

    /** The fleet, by the administrators of the keys. */
    private void foreignCompartmentsAreSeen() {
        policy(
                world.keys(),
                "sees-fleet",
                "Define tenancy Clusters as " + world.clusters().id().value(),
                "Endorse group Administrators to inspect compartments in tenancy Clusters");
        policy(
                world.clusters(),
                "fleet-is-seen",
                "Define tenancy Keys as " + world.keys().id().value(),
                "Define group Officers as " + world.keys().administrators().value(),
                "Admit group Officers of tenancy Keys to inspect compartments in compartment fleet");
    }

    /** What may be listed is of the tenancy where the right is, and a list shows the caller's own only. */
    @Test
    void aRightElsewhereListsNoCompartmentOfOnesOwn() {
        policy(
                world.keys(),
                "sees-all",
                "Define tenancy Clusters as " + world.clusters().id().value(),
                "Endorse any-user to inspect compartments in tenancy Clusters");
        policy(
                world.clusters(),
                "all-are-seen",
                "Define tenancy Keys as " + world.keys().id().value(),
                "Admit any-user of tenancy Keys to inspect compartments in tenancy");

        Answer listed = world.keys()
                .admin()
                .get("/20160918/compartments?compartmentId="
                        + world.clusters().id().value() + "&compartmentIdInSubtree=true");

        assertThat(listed.status()).as(listed.raw().body()).isEqualTo(404);
        assertThat(listed.body().path("code").asText()).isEqualTo("NotAuthorizedOrNotFound");
    }

    @Test
    void explainSaysUntilWhenADecisionHolds() {
        policy(
                world.keys(),
                "timed",
                "Allow any-user to use keys in tenancy where request.utc-timestamp before '2999-01-01T00:00:00Z'");
        JsonNode allowed = ok(world.keys()
                .admin()
                .post(
                        EXPLAIN,
                        Map.of(
                                "principal",
                                Map.of(
                                        "type",
                                        "cluster",
                                        "id",
                                        mint.cluster().value(),
                                        "compartmentId",
                                        world.keys().id().value()),
                                "operation",
                                "Decrypt",
                                "target",
                                Map.of("keyId", world.key().value())),
                        Map.of()));
        assertThat(allowed.path("allowed").asBoolean()).as(allowed.toString()).isTrue();
        assertThat(allowed.path("holdsUntil").asText()).startsWith("2999-01-01T00:00:00");
    }

    @Test
    void explainFindsWhereWhatIsAskedAboutIs() {
        SignedApi admin = world.keys().admin();
        Map<String, Object> me = Map.of("type", "user", "id", admin.user().value());
        JsonNode create = ok(admin.post(
                EXPLAIN,
                Map.of(
                        "principal",
                        me,
                        "operation",
                        "CreateKey",
                        "target",
                        Map.of(
                                "vaultId",
                                world.vault(),
                                "compartmentId",
                                world.keys().id().value())),
                Map.of()));
        assertThat(create.path("allowed").asBoolean()).as(create.toString()).isTrue();

        refused(admin, Map.of("principal", me, "operation", "GetKey", "target", Map.of()), 400, "MissingParameter");
        refused(
                admin,
                Map.of(
                        "principal",
                        me,
                        "operation",
                        "GetKey",
                        "target",
                        Map.of("keyId", world.key().value(), "vaultId", world.vault())),
                400,
                "InvalidParameter");
        refused(
                admin,
                Map.of(
                        "principal",
                        me,
                        "operation",
                        "GetKey",
                        "target",
                        Map.of("keyId", world.key().value()),
                        "variables",
                        Map.of("target.key.id", "another")),
                400,
                "InvalidParameter");
        refused(
                admin,
                Map.of(
                        "principal",
                        Map.of("type", "robot", "id", "x"),
                        "operation",
                        "GetKey",
                        "target",
                        Map.of("keyId", world.key().value())),
                400,
                "InvalidParameter");
        refused(
                admin,
                Map.of(
                        "principal",
                        me,
                        "operation",
                        "GetCluster",
                        "target",
                        Map.of("clusterId", mint.cluster().value())),
                404,
                "NotAuthorizedOrNotFound");
    }

    @Test
    void whoCanUseAKeyIsListedWithTheStatements() {
        documentedPolicies();
        BindingId bound = bound(bind(mint.cluster(), world.fleet()));
        String target = "/v1/keys/" + world.key().value() + "/principals";

        JsonNode listed = ok(world.keys().admin().get(target));
        JsonNode cluster = listed.path("principals").get(0);
        assertThat(cluster.path("type").asText()).isEqualTo("cluster");
        assertThat(cluster.path("groups")).as("of another tenancy").isEmpty();
        assertThat(cluster.path("grants").toString()).contains("KEY_ENCRYPT").contains("cross-tenancy-keys");
        JsonNode user = find(listed, world.clusterAdmin().user().value());
        assertThat(user.has("name")).as("of another tenancy").isFalse();
        assertThat(find(listed, world.keys().admin().user().value())
                        .path("name")
                        .asText())
                .isEqualTo("administrator");
        assertThat(listed.path("statements").toString())
                .contains("Admit dynamic-group")
                .contains("manage all-resources")
                .doesNotContain("Endorse");

        List<String> paged = new ArrayList<>();
        String page = "";
        for (int i = 0; i < 10; i++) {
            Answer answer = world.keys().admin().get(target + "?limit=1" + page);
            ok(answer).path("principals").forEach(it -> paged.add(it.path("id").asText()));
            if (answer.header("opc-next-page").isEmpty()) {
                break;
            }
            page = "&page=" + answer.header("opc-next-page");
        }
        List<String> whole = new ArrayList<>();
        listed.path("principals").forEach(it -> whole.add(it.path("id").asText()));
        assertThat(paged).isEqualTo(whole);
        bindings.release(bound);
    }

    @Test
    void aClusterIsListedWithTheDynamicGroupsThatItIsInNow() {
        TestTenancies.add(identity, mint.dynamicGroup(), world.keys().id(), "OwnClusters", "resource.type = 'cluster'");
        policy(world.keys(), "own-clusters", "Allow dynamic-group OwnClusters to use keys in tenancy");
        ClusterId cluster = mint.cluster();
        BindingId bound = bound(bindings.bind(new ClusterBindings.Request(
                cluster,
                world.keys().id().rootCompartment(),
                world.keys().id(),
                world.key(),
                world.keys().admin().user(),
                world.keys().id())));

        JsonNode listed = ok(world.keys().admin().get("/v1/keys/" + world.key().value() + "/principals"));

        JsonNode found = find(listed, cluster.value());
        assertThat(found.path("groups").toString()).isEqualTo("[\"OwnClusters\"]");
        assertThat(found.path("grants").get(0).path("by").path("text").asText())
                .isEqualTo("Allow dynamic-group OwnClusters to use keys in tenancy");
        assertThat(find(listed, world.keys().admin().user().value())
                        .path("groups")
                        .toString())
                .isEqualTo("[\"Administrators\"]");
        bindings.release(bound);
    }

    @Test
    void whoCanUseAKeyIsNotForEveryone() {
        documentedPolicies();
        String target = "/v1/keys/" + world.key().value() + "/principals";

        assertThat(world.clusterAdmin().get(target).status())
                .as("may read the key, and no policies of its tenancy")
                .isEqualTo(404);
        assertThat(world.clusters().admin().get(target).status()).isEqualTo(404);
        assertThat(world.keys()
                        .admin()
                        .get("/v1/keys/" + mint.key(mint.vault()).value() + "/principals")
                        .status())
                .isEqualTo(404);
        assertThat(world.keys().admin().get(target + "?limit=0").status()).isEqualTo(400);
    }

    private static JsonNode find(JsonNode listed, String id) {
        for (JsonNode it : listed.path("principals")) {
            if (it.path("id").asText().equals(id)) {
                return it;
            }
        }
        throw new AssertionError(id + " is not in " + listed);
    }

    private static void refused(SignedApi as, Map<String, Object> question, int status, String code) {
        Answer answer = as.post(EXPLAIN, question, Map.of());
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    private Outcome bind(ClusterId cluster, CompartmentId compartment) {
        return bindings.bind(new ClusterBindings.Request(
                cluster,
                compartment,
                world.clusters().id(),
                world.key(),
                world.clusterAdmin().user(),
                world.clusters().id()));
    }

    private static BindingId bound(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Bound.class);
        return ((Outcome.Bound) outcome).binding().id();
    }

    private Grant grant(BindingId binding) {
        return decisions.decide(List.of(binding)).grants().getFirst();
    }

    private void policy(SecondTenancy tenancy, String name, String... statements) {
        Answer created = post(tenancy, name, statements);
        ok(created);
        remember(tenancy, created);
    }

    private void remember(SecondTenancy tenancy, Answer created) {
        String id = created.body().path("id").asText();
        cleanup.add(() -> assertThat(
                        tenancy.admin().delete(POLICIES + "/" + id, Map.of()).status())
                .isEqualTo(204));
    }

    private static Answer post(SecondTenancy tenancy, String name, String... statements) {
        return tenancy.admin()
                .post(
                        POLICIES,
                        Map.of(
                                "compartmentId",
                                tenancy.id().value(),
                                "name",
                                name,
                                "description",
                                "for tests",
                                "statements",
                                List.of(statements)),
                        Map.of());
    }

    private static JsonNode ok(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body();
    }
}
