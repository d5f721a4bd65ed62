package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.UnwrapRequest;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.iam.decision.Operation;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.bindings.ClusterBindings.Outcome;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.platform.grpc.GrpcServer;
import io.holdfast.testkit.routes.DeclaredRoutes;
import io.holdfast.testkit.routes.GrpcReview;
import io.holdfast.testkit.routes.OpenMetrics;
import io.holdfast.testkit.routes.OpenPaths;
import io.holdfast.testkit.routes.Route;
import io.holdfast.testkit.routes.RouteReview;
import io.holdfast.testkit.routes.RouteReview.Exemption;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every route that is served, called by nobody and by who has no right to it. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class RoutesTest {
    private static final Exemption LATER =
            new Exemption(501, "an operation that Holdfast does not do: there is nothing to guard");

    private static final Map<String, Exemption> EXEMPTIONS = Map.ofEntries(
            Map.entry("LaterResource.get", LATER),
            Map.entry("LaterResource.post", LATER),
            Map.entry("LaterResource.put", LATER),
            Map.entry("LaterResource.delete", LATER),
            Map.entry("MissingIdentityResource.get", LATER),
            Map.entry("MissingIdentityResource.post", LATER),
            Map.entry("MissingIdentityResource.put", LATER),
            Map.entry("MissingIdentityResource.delete", LATER),
            Map.entry("MissingUserResource.get", LATER),
            Map.entry("MissingUserResource.post", LATER),
            Map.entry("MissingUserResource.put", LATER),
            Map.entry("MissingUserResource.delete", LATER),
            Map.entry("CompartmentResource.bulkActionResourceTypes", LATER),
            Map.entry("CompartmentResource.bulkAction", LATER),
            Map.entry("TenancyResource.subscribe", LATER),
            Map.entry("WorkRequestResource.list", LATER),
            Map.entry(
                    "RegionResource.list",
                    new Exemption(
                            200, "the region that each client's profile names; as at Oracle, no policy is about it")));

    /** Paths of routes whose template is a pattern. */
    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("LaterResource.get", "/20180608/ekmsPrivateEndpoints"),
            Map.entry("LaterResource.post", "/20180608/ekmsPrivateEndpoints"),
            Map.entry("LaterResource.put", "/20180608/ekmsPrivateEndpoints/x"),
            Map.entry("LaterResource.delete", "/20180608/ekmsPrivateEndpoints/x"),
            Map.entry("MissingIdentityResource.get", "/20160918/tagDefaults"),
            Map.entry("MissingIdentityResource.post", "/20160918/tagDefaults"),
            Map.entry("MissingIdentityResource.put", "/20160918/tagDefaults/x"),
            Map.entry("MissingIdentityResource.delete", "/20160918/tagDefaults/x"),
            Map.entry("MissingUserResource.get", "/20160918/users/x/authTokens"),
            Map.entry("MissingUserResource.post", "/20160918/users/x/authTokens"),
            Map.entry("MissingUserResource.put", "/20160918/users/x/authTokens/x"),
            Map.entry("MissingUserResource.delete", "/20160918/users/x/authTokens/x"),
            Map.entry("CompartmentResource.bulkAction", "/20160918/compartments/x/actions/bulkMoveResources"));

    private static @Nullable World made;

    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    @Inject
    ClusterBindings bindings;

    @Inject
    Decisions decisions;

    @Inject
    Router router;

    @Inject
    GrpcServer grpc;

    @ConfigProperty(name = "holdfast.grpc.port")
    int grpcPort;

    private World world;

    /**
     * One of everything in a tenancy of its own, where no policy but the built-in one is.
     *
     * @param ids by the names of placeholders
     * @param query what any route may need, all in one
     * @param bodies by handler; a route without one here gets an empty object
     */
    private record World(SignedApi stranger, Map<String, String> ids, String query, Map<String, Object> bodies) {}

    @BeforeEach
    void makeOneOfEverything() {
        World there = made;
        if (there == null) {
            there = make();
            made = there;
        }
        world = there;
    }

    @Test
    void everyRouteAsksThePoliciesOfWhoSigns() {
        List<Route> routes = DeclaredRoutes.inPackages("io.holdfast.keyservice", "io.holdfast.platform");
        Decisions.Asked asked = decisions.watch(world.stranger().user().value());

        List<String> faults = new RouteReview(routes, EXEMPTIONS).faults(client(asked));

        assertThat(faults).isEmpty();
        assertThat(routes).hasSizeGreaterThan(75);
        assertThat(OpenMetrics.faults(
                        RestAssured::given, List.of("/20180608/keys/%s", "/20160918/users/%s", "/v1/keys/%s/impact")))
                .isEmpty();
        assertThat(asked.operations())
                .as("operations that explain knows by name")
                .allSatisfy(it -> assertThat(Operation.named(it)).as(it).isPresent());
        assertThat(asked.unlike())
                .as("variables that explain does not supply alike")
                .isEmpty();
    }

    /** The test above would see a new route without a question: here is one. */
    @Test
    void aRouteThatAsksNobodyIsFound() {
        List<Route> open = DeclaredRoutes.inClasses(OpenRoute.class);
        Decisions.Asked asked = decisions.watch(world.stranger().user().value());

        assertThat(new RouteReview(open, Map.of()).faults(client(asked)))
                .singleElement()
                .asString()
                .contains("OpenRoute.open", "a stranger is not refused", "200");
    }

    @Test
    void everyGrpcMethodKnowsItsCallers() {
        String binding = field(world.ids(), "bindingId");
        ByteString bytes = ByteString.copyFrom(new byte[32]);
        // Whose a binding is decides who may use it, so these must name one.
        Map<String, byte[]> requests = Map.of(
                KeyCryptoGrpc.getWrapMethod().getFullMethodName(),
                WrapRequest.newBuilder()
                        .setBindingId(binding)
                        .addPayloads(bytes)
                        .build()
                        .toByteArray(),
                KeyCryptoGrpc.getUnwrapMethod().getFullMethodName(),
                UnwrapRequest.newBuilder()
                        .setBindingId(binding)
                        .addWrapped(bytes)
                        .build()
                        .toByteArray());

        assertThat(new GrpcReview(GrpcReview.OF_EVERY_SERVICE, requests).faults(grpc.served(), Wire.tls(), grpcPort))
                .isEmpty();
        assertThat(grpc.served()).hasSizeGreaterThan(4);
    }

    @Test
    void whatElseIsServedIsOpenForAReason() {
        assertThat(OpenPaths.faults(router, Map.of("/q/openapi", OpenPaths.CONTRACT)))
                .isEmpty();
    }

    private RouteReview.Client client(Decisions.Asked asked) {
        return new RouteReview.Client() {
            @Override
            public RouteReview.Answer withoutSignature(Route route) {
                HttpRequest.Builder request = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + SignedApi.port() + target(route)))
                        .method(route.method(), BodyPublishers.ofString(body(route)));
                if (!body(route).isEmpty()) {
                    request.header("content-type", "application/json");
                }
                Answer answer = SignedApi.send(request.build());
                return new RouteReview.Answer(answer.status(), answer.code(), 0);
            }

            @Override
            public RouteReview.Answer asStranger(Route route) {
                int before = asked.questions().get();
                Answer answer = world.stranger().send(route.method(), target(route), body(route), Map.of());
                return new RouteReview.Answer(
                        answer.status(), answer.code(), asked.questions().get() - before);
            }
        };
    }

    private String target(Route route) {
        String pattern = PATTERNS.get(route.handler());
        return (pattern == null ? route.path(world.ids()) : pattern) + world.query();
    }

    private String body(Route route) {
        return route.method().equals("GET") || route.method().equals("DELETE")
                ? ""
                : SignedApi.json(world.bodies().getOrDefault(route.handler(), Map.of()));
    }

    private World make() {
        SecondTenancy tenancy = SecondTenancy.named("RoutesTenancy", mint);
        SignedApi admin = tenancy.admin();
        String root = tenancy.id().value();
        KeyPair pair = Signer.rsa(2048);
        SignedApi stranger = new SignedApi(
                tenancy.id(),
                TestUsers.add(identity, mint, tenancy.id(), "Strangers", RsaPublicKey.fromPem(Signer.pem(pair)))
                        .id(),
                pair);

        Map<String, String> ids = new HashMap<>();
        ids.put("tenancyId", root);
        ids.put("vaultId", id(admin.post("/20180608/vaults", vault(root), Map.of())));
        ids.put("keyId", id(admin.post("/20180608/keys?vaultId=" + ids.get("vaultId"), key(root), Map.of())));
        ids.put(
                "keyVersionId",
                id(admin.post("/20180608/keys/" + ids.get("keyId") + "/keyVersions", Map.of(), Map.of())));
        ids.put("compartmentId", id(admin.post("/20160918/compartments", named(root, "one"), Map.of())));
        String other = id(admin.post("/20160918/compartments", named(root, "two"), Map.of()));
        Answer moved = admin.post(
                "/20160918/compartments/" + ids.get("compartmentId") + "/actions/moveCompartment",
                Map.of("targetCompartmentId", other),
                Map.of());
        assertThat(moved.status()).as(moved.raw().body()).isEqualTo(202);
        ids.put("workRequestId", moved.header("opc-work-request-id"));
        ids.put("userId", admin.user().value());
        ids.put("fingerprint", RsaPublicKey.fromPem(Signer.pem(pair)).fingerprint());
        ids.put("groupId", tenancy.administrators().value());
        ids.put(
                "membershipId",
                only(admin.get("/20160918/userGroupMemberships?compartmentId=" + root + "&userId="
                        + admin.user().value())));
        ids.put(
                "policyId",
                id(admin.post(
                        "/20160918/policies",
                        with(named(root, "one"), "statements", List.of("Allow group Nobody to use keys in tenancy")),
                        Map.of())));
        ids.put(
                "dynamicGroupId",
                id(admin.post(
                        "/20160918/dynamicGroups",
                        with(named(root, "one"), "matchingRule", "ALL {resource.type = 'cluster'}"),
                        Map.of())));
        ids.put("tokenId", "0123456789abcdef");
        Binding binding = bind(tenancy, ids);
        ids.put("bindingId", binding.id().value());
        ids.put("clusterId", binding.facts().clusterId().value());

        String query = "?compartmentId=" + root + "&vaultId=" + ids.get("vaultId") + "&userId="
                + admin.user().value();
        return new World(stranger, Map.copyOf(ids), query, bodies(root, other, ids, Signer.pem(pair)));
    }

    private static Map<String, Object> bodies(String root, String other, Map<String, String> ids, String pem) {
        Map<String, Object> bodies = new HashMap<>();
        String bytes = Base64.getEncoder().encodeToString(new byte[32]);
        Map<String, Object> wrapped = Map.of("wrappingAlgorithm", "RSA_OAEP_SHA256", "keyMaterial", bytes);
        Map<String, Object> ofKey = Map.of("keyId", field(ids, "keyId"));

        bodies.put("VaultResource.createVault", vault(root));
        bodies.put("KeyResource.createKey", key(root));
        bodies.put("TransferResource.importKey", with(key(root), "wrappedImportKey", wrapped));
        bodies.put("TransferResource.exportKey", with(with(ofKey, "algorithm", "RSA_OAEP_SHA256"), "publicKey", pem));
        bodies.put("CryptoResource.encrypt", with(ofKey, "plaintext", bytes));
        bodies.put("CryptoResource.decrypt", with(ofKey, "ciphertext", bytes));
        bodies.put(
                "CryptoResource.generateDataEncryptionKey",
                with(with(ofKey, "includePlaintextKey", true), "keyShape", Map.of("algorithm", "AES", "length", 32)));
        Map<String, Object> message = with(with(ofKey, "message", bytes), "signingAlgorithm", "SHA_256_RSA_PKCS_PSS");
        bodies.put("SigningResource.sign", message);
        bodies.put(
                "SigningResource.verify",
                with(with(message, "signature", bytes), "keyVersionId", field(ids, "keyVersionId")));
        bodies.put(
                "DeletionClockResource.confirm",
                Map.of("wallTime", Instant.now().toString()));
        bodies.put("CompartmentResource.create", named(root, "another"));
        bodies.put("CompartmentResource.move", Map.of("targetCompartmentId", other));
        bodies.put("UserResource.create", named(root, "another"));
        bodies.put("UserResource.state", Map.of("blocked", true));
        bodies.put("GroupResource.create", named(root, "another"));
        bodies.put("MembershipResource.add", Map.of("userId", field(ids, "userId"), "groupId", field(ids, "groupId")));
        bodies.put(
                "PolicyResource.create",
                with(named(root, "another"), "statements", List.of("Allow any-user to manage keys in tenancy")));
        bodies.put(
                "DynamicGroupResource.create",
                with(named(root, "another"), "matchingRule", "ALL {resource.type = 'cluster'}"));
        bodies.put(
                "ValidateResource.validate",
                Map.of("compartmentId", root, "statements", List.of("Allow any-user to manage keys in tenancy")));
        bodies.put(
                "ExplainResource.explain",
                Map.of("operation", "Encrypt", "target", Map.of("keyId", field(ids, "keyId"))));
        return Map.copyOf(bodies);
    }

    /** A cluster that is bound to the key, which the tenancy's policy lets it be. */
    private Binding bind(SecondTenancy tenancy, Map<String, String> ids) {
        SignedApi admin = tenancy.admin();
        Answer policy = admin.post(
                "/20160918/policies",
                with(
                        named(tenancy.id().value(), "clusters"),
                        "statements",
                        List.of("Allow any-user to use keys in tenancy where request.principal.type = 'cluster'")),
                Map.of());
        Outcome outcome = bindings.bind(new ClusterBindings.Request(
                mint.cluster(),
                tenancy.id().rootCompartment(),
                tenancy.id(),
                new KeyId(field(ids, "keyId")),
                admin.user(),
                tenancy.id()));
        assertThat(admin.delete("/20160918/policies/" + id(policy), Map.of()).status())
                .isEqualTo(204);
        assertThat(outcome).isInstanceOf(Outcome.Bound.class);
        return ((Outcome.Bound) outcome).binding();
    }

    private static Map<String, Object> vault(String compartment) {
        return Map.of("compartmentId", compartment, "displayName", "vault", "vaultType", "DEFAULT");
    }

    private static Map<String, Object> key(String compartment) {
        return Map.of(
                "compartmentId",
                compartment,
                "displayName",
                "key",
                "protectionMode",
                "SOFTWARE",
                "keyShape",
                Map.of("algorithm", "AES", "length", 32));
    }

    private static Map<String, Object> named(String compartment, String name) {
        return Map.of("compartmentId", compartment, "name", name, "description", "of the test");
    }

    private static Map<String, Object> with(Map<String, Object> body, String field, Object value) {
        Map<String, Object> more = new HashMap<>(body);
        more.put(field, value);
        return Map.copyOf(more);
    }

    private static String field(Map<String, String> ids, String name) {
        return ids.getOrDefault(name, "");
    }

    private static String id(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("id").asText();
    }

    private static String only(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        JsonNode found = answer.body();
        assertThat(found).hasSize(1);
        return found.get(0).path("id").asText();
    }
}
