package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.oracle.bmc.auth.ResourcePrincipalAuthenticationDetailsProvider;
import com.oracle.bmc.auth.ResourcePrincipalAuthenticationDetailsProvider.ResourcePrincipalAuthenticationDetailsProviderBuilder;
import com.oracle.bmc.keymanagement.KmsCryptoClient;
import com.oracle.bmc.keymanagement.KmsManagementClient;
import com.oracle.bmc.keymanagement.model.EncryptDataDetails;
import com.oracle.bmc.keymanagement.model.ExportKeyDetails;
import com.oracle.bmc.keymanagement.requests.DisableKeyRequest;
import com.oracle.bmc.keymanagement.requests.EncryptRequest;
import com.oracle.bmc.keymanagement.requests.ExportKeyRequest;
import com.oracle.bmc.keymanagement.requests.GetKeyRequest;
import com.oracle.bmc.model.BmcException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AccessGrpc.AccessBlockingStub;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.ClusterToken;
import io.holdfast.contracts.access.v1.IssueClusterTokenRequest;
import io.holdfast.contracts.access.v1.IssueClusterTokenResponse;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenRequest;
import io.holdfast.contracts.access.v1.IssueResourcePrincipalTokenResponse;
import io.holdfast.contracts.access.v1.OciSignature;
import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.contracts.bindings.v1.BindRequest;
import io.holdfast.contracts.bindings.v1.BindResponse;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ReleaseRequest;
import io.holdfast.events.EventCodec;
import io.holdfast.events.Family;
import io.holdfast.events.IdentityEvent;
import io.holdfast.events.IdentityEvent.ClusterTokenIssued;
import io.holdfast.events.IdentityEvent.ResourcePrincipalTokenIssued;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.oci.http.JavaHttpProvider;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.keyservice.store.ExportStore;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.DevCertificates;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is believed beside API keys: session tokens of clusters, and what {@code oci ce cluster generate-token} makes. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class CredentialsTest {
    private static final KeyPair SESSION = Signer.rsa(2048);
    private static final String HOST = "containerengine.us-ashburn-1.oraclecloud.com";

    @Inject
    Authorizer authorizer;

    @Inject
    Identity identity;

    @Inject
    Ocid.Mint mint;

    @Inject
    ExportStore exports;

    @Inject
    SigningKeys keys;

    private Wire wire;
    private AccessBlockingStub access;
    private SignedApi admin;
    private String root;
    private String policy;
    private String key;
    private String cluster;
    private String binding;

    @BeforeEach
    void bindACluster() {
        wire = Wire.as("cluster-service");
        access = AccessGrpc.newBlockingStub(wire.channel()).withDeadlineAfter(Duration.ofSeconds(30));
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
        policy = id(admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        "clusters-" + System.nanoTime(),
                        "description",
                        "clusters use keys",
                        "statements",
                        List.of("Allow any-user to use keys in tenancy where request.principal.type = 'cluster'")),
                Map.of()));
        key = admin.masterKey(root, admin.vault(root, "a vault"), "a key");
        cluster = mint.cluster().value();
        BindResponse bound = BindingsGrpc.newBlockingStub(wire.channel())
                .withDeadlineAfter(Duration.ofSeconds(30))
                .bind(BindRequest.newBuilder()
                        .setClusterId(cluster)
                        .setClusterCompartmentId(root)
                        .setTenancyId(root)
                        .setKeyId(key)
                        .setRequestedByUserId(admin.user().value())
                        .build());
        binding = bound.getBinding().getId();
        assertThat(binding).as(bound.toString()).isNotEmpty();
    }

    @AfterEach
    void disconnect() {
        admin.delete("/20160918/policies/" + policy, Map.of());
        wire.close();
    }

    // ---- API keys ----

    /** Only then does the time tell nothing: one that is not there is looked for in etcd. */
    @Test
    void aKeyThatIsHeldIsReadAgainBeforeASignatureIsRefused() {
        User user = TestUsers.add(identity, mint, admin.tenancy(), "held", RsaPublicKey.fromPem(Signer.pem(SESSION)));
        KeyReference reference = new KeyReference(
                admin.tenancy(),
                user.id(),
                RsaPublicKey.fromPem(Signer.pem(SESSION)).fingerprint());
        assertThat(keys.find(reference)).isPresent();
        Identity.View before = identity.held();

        keys.beforeRefusal(reference);

        assertThat(identity.held()).isNotSameAs(before);
    }

    /** It can use no key either: only changes are asked about once more when they are committed. */
    @Test
    void aKeyThatGoesBetweenAuthenticationAndDecisionIsAllowedNothing() {
        RsaPublicKey uploaded = RsaPublicKey.fromPem(Signer.pem(Signer.rsa(2048)));
        String group = "users-" + System.nanoTime();
        User user = TestUsers.add(identity, mint, admin.tenancy(), group, uploaded);
        id(admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        group,
                        "description",
                        "of the test",
                        "statements",
                        List.of("Allow group " + group + " to use keys in tenancy")),
                Map.of()));
        SigningKeys.Owned found = keys.find(new KeyReference(admin.tenancy(), user.id(), uploaded.fingerprint()))
                .orElseThrow();
        Supplier<Authorizer.Decision> decision = () -> authorizer.decide(
                found.owner(),
                "Decrypt",
                List.of("KEY_DECRYPT"),
                admin.tenancy().rootCompartment(),
                Map.of());
        assertThat(decision.get().allowed()).isTrue();

        Answer deleted =
                admin.delete("/20160918/users/" + user.id().value() + "/apiKeys/" + uploaded.fingerprint(), Map.of());

        assertThat(deleted.status()).as(deleted.raw().body()).isEqualTo(204);
        assertThat(catchThrowableOfType(ProblemException.class, decision::get).code())
                .isEqualTo(ProblemCode.NOT_AUTHENTICATED);
    }

    // ---- resource principals ----

    @Test
    void oraclesClientActsAsTheClusterUntilTheClusterEnds() {
        Answer issued = admin.post(tokens(cluster), Map.of("publicKey", Signer.pem(SESSION)), Map.of());
        assertThat(issued.status()).as(issued.raw().body()).isEqualTo(200);
        // As the client does for OCI_RESOURCE_PRINCIPAL_VERSION=2.2.
        ResourcePrincipalAuthenticationDetailsProvider self =
                ResourcePrincipalAuthenticationDetailsProviderBuilder.build_2_2(
                        privatePem(), null, issued.body().path("token").asText(), "us-ashburn-1", "the test");
        try (KmsManagementClient management = KmsManagementClient.builder()
                .endpoint("http://127.0.0.1:" + SignedApi.port())
                .httpProvider(new JavaHttpProvider())
                .build(self)) {
            GetKeyRequest get = GetKeyRequest.builder().keyId(key).build();
            assertThat(management.getKey(get).getKey().getId()).isEqualTo(key);
            assertThat(self.getStringClaim("res_id")).isEqualTo(cluster);
            // What the policies do not grant to the cluster.
            assertThat(statusOf(() -> management.disableKey(
                            DisableKeyRequest.builder().keyId(key).build())))
                    .isEqualTo(404);

            release();

            assertThat(statusOf(() -> management.getKey(get))).isEqualTo(401);
        }
    }

    @Test
    void noMaterialGoesOutToACluster() {
        Answer issued = admin.post(tokens(cluster), Map.of("publicKey", Signer.pem(SESSION)), Map.of());
        ResourcePrincipalAuthenticationDetailsProvider self =
                ResourcePrincipalAuthenticationDetailsProviderBuilder.build_2_2(
                        privatePem(), null, issued.body().path("token").asText(), "us-ashburn-1", "the test");
        ExportKeyRequest wish = ExportKeyRequest.builder()
                .exportKeyDetails(ExportKeyDetails.builder()
                        .keyId(key)
                        .algorithm(ExportKeyDetails.Algorithm.RsaOaepSha256)
                        .publicKey(Signer.pem(SESSION))
                        .build())
                .build();
        try (KmsCryptoClient crypto = KmsCryptoClient.builder()
                .endpoint("http://127.0.0.1:" + SignedApi.port())
                .httpProvider(new JavaHttpProvider())
                .build(self)) {
            // The policy lets the cluster use the key, and use includes KEY_EXPORT.
            crypto.encrypt(EncryptRequest.builder()
                    .encryptDataDetails(EncryptDataDetails.builder()
                            .keyId(key)
                            .plaintext("c2VjcmV0")
                            .build())
                    .build());

            BmcException refusal = catchThrowableOfType(BmcException.class, () -> crypto.exportKey(wish));

            assertThat(refusal.getStatusCode()).isEqualTo(400);
            assertThat(refusal.getServiceCode()).isEqualTo("InvalidParameter");
            assertThat(refusal).hasMessageContaining("can't be exported by a cluster, only by a user");
        }
        assertThat(exports.of(new KeyId(key))).isEmpty();
    }

    @Test
    void otherServicesLearnTheClusterAndTheTokensEnd() {
        Answer issued =
                admin.post(tokens(cluster), Map.of("publicKey", Signer.pem(SESSION), "lifetimeSeconds", 60), Map.of());
        String token = issued.body().path("token").asText();

        AuthenticateResponse answer = access.authenticate(signed("ST$" + token, SESSION));

        assertThat(answer.getPrincipal().getType()).isEqualTo("cluster");
        assertThat(answer.getPrincipal().getId()).isEqualTo(cluster);
        assertThat(answer.getPrincipal().getCompartmentId()).isEqualTo(root);
        assertThat(answer.getPrincipal().getTenancyId()).isEqualTo(root);
        assertThat(Instant.ofEpochMilli(answer.getExpiresAtMillis()))
                .isEqualTo(Instant.parse(issued.body().path("timeExpires").asText()));
        // The token without its session key.
        assertThat(codeOf(() -> access.authenticate(signed("ST$" + token, Signer.rsa(2048)))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        // At the Kubernetes endpoint it is no bearer token.
        assertThat(codeOf(() -> access.authenticate(bearer(token, cluster)))).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void clusterGetsTokensForItselfByItsCertificate() {
        IssueResourcePrincipalTokenRequest request = IssueResourcePrincipalTokenRequest.newBuilder()
                .setClusterId(cluster)
                .setPublicKeyPem(Signer.pem(SESSION))
                .setLifetimeSeconds(300)
                .build();
        DevCertificates authority = DevCertificates.in(Wire.tls());
        DevCertificates.Issued own = authority.issueCluster("own-" + System.nanoTime(), cluster);
        DevCertificates.Issued other = authority.issueCluster(
                "other-" + System.nanoTime(), mint.cluster().value());
        try (Wire itself = Wire.with(own.certificate().toFile(), own.key().toFile());
                Wire another =
                        Wire.with(other.certificate().toFile(), other.key().toFile())) {
            IssueResourcePrincipalTokenResponse issued = stub(itself).issueResourcePrincipalToken(request);

            assertThat(access.authenticate(signed("ST$" + issued.getToken(), SESSION))
                            .getExpiresAtMillis())
                    .isEqualTo(issued.getExpiresAtMillis());
            assertThat(codeOf(() -> stub(another).issueResourcePrincipalToken(request)))
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(codeOf(() -> access.issueResourcePrincipalToken(request)))
                    .as("cluster-service")
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(codeOf(() -> stub(itself)
                            .issueResourcePrincipalToken(
                                    request.toBuilder().setPublicKeyPem("none").build())))
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(codeOf(() -> stub(itself)
                            .issueResourcePrincipalToken(
                                    request.toBuilder().setLifetimeSeconds(0).build())))
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
            release();
            assertThat(codeOf(() -> stub(itself).issueResourcePrincipalToken(request)))
                    .isEqualTo(Status.Code.NOT_FOUND);
        }
    }

    @Test
    void tokensAreForThoseWhoManageTheCluster() {
        KeyPair pair = Signer.rsa(2048);
        SignedApi stranger = user("Strangers", pair);
        Map<String, Object> wish = Map.of("publicKey", Signer.pem(SESSION));

        assertThat(stranger.post(tokens(cluster), wish, Map.of()).status()).isEqualTo(404);
        assertThat(admin.post(tokens(mint.cluster().value()), wish, Map.of()).status())
                .isEqualTo(404);
        Answer without = admin.post(tokens(cluster), Map.of(), Map.of());
        assertThat(without.status()).isEqualTo(400);
        assertThat(without.message()).contains("publicKey");
        Answer weak = admin.post(tokens(cluster), Map.of("publicKey", Signer.pem(Signer.rsa(1024))), Map.of());
        assertThat(weak.status()).isEqualTo(400);
        assertThat(weak.message()).contains("publicKey");
        Answer longLived = admin.post(
                tokens(cluster), Map.of("publicKey", Signer.pem(SESSION), "lifetimeSeconds", 3601), Map.of());
        assertThat(longLived.status()).isEqualTo(400);
        assertThat(longLived.message()).contains("lifetimeSeconds");
    }

    // ---- generate-token ----

    @Test
    void generatedTokenNamesItsUserForFiveMinutes() {
        Instant date = Instant.now().minusSeconds(100);

        AuthenticateResponse answer = access.authenticate(bearer(generated(admin, cluster, HOST, date), cluster));

        assertThat(answer.getPrincipal().getId()).isEqualTo(admin.user().value());
        assertThat(answer.getExpiresAtMillis()).isEqualTo(date.plusSeconds(300).getEpochSecond() * 1_000);
        // Without the padding that the CLI leaves on.
        assertThat(access.authenticate(
                                bearer(generated(admin, cluster, HOST, date).replace("=", ""), cluster))
                        .getPrincipal()
                        .getId())
                .isEqualTo(admin.user().value());
    }

    @Test
    void generatedTokensThatDoNotHold() {
        Instant now = Instant.now();
        String good = generated(admin, cluster, HOST, now);
        String url = new String(Base64.getUrlDecoder().decode(good), StandardCharsets.US_ASCII);
        String other = mint.cluster().value();
        for (String bad : List.of(
                generated(admin, other, HOST, now),
                generated(admin, cluster, HOST, now.minusSeconds(301)),
                generated(admin, cluster, HOST, now.plusSeconds(310)),
                generated(admin, cluster, "containerengine.evil.example.com", now),
                base64(url.replace("us-ashburn-1", "us-phoenix-1")),
                base64(url + "&opc-obo-token=x"),
                base64(url + "&date=x"),
                base64(url.replace("date=", "x-date=")),
                base64(url.replaceFirst("\\?.*", "")),
                base64(url.replaceFirst("\\?.*", "?authorization=%zz&date=x")),
                base64(url.replace("https:", "https:/")),
                base64(url + "#"),
                good + "!",
                "aHR0cHM6Ly" + "A".repeat(9_000),
                generated(new SignedApi(admin.tenancy(), admin.user(), Signer.rsa(2048)), cluster, HOST, now))) {
            StatusRuntimeException refusal =
                    catchThrowableOfType(StatusRuntimeException.class, () -> access.authenticate(bearer(bad, cluster)));
            assertThat(refusal).as(bad).isNotNull();
            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refusal.getStatus().getDescription()).isNull();
        }
        // Shown at another cluster's endpoint.
        assertThat(codeOf(() -> access.authenticate(bearer(good, other)))).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void generatedTokenNeedsTheClustersUseAndEndsWithIt() {
        KeyPair pair = Signer.rsa(2048);
        SignedApi user = user("Kubectl", pair);
        Instant now = Instant.now();
        assertThat(codeOf(() -> access.authenticate(bearer(generated(user, cluster, HOST, now), cluster))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);

        String allowed = id(admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        "kubectl-" + System.nanoTime(),
                        "description",
                        "use of clusters",
                        "statements",
                        List.of("Allow group Kubectl to use clusters in tenancy")),
                Map.of()));
        assertThat(access.authenticate(bearer(generated(user, cluster, HOST, now), cluster))
                        .getPrincipal()
                        .getId())
                .isEqualTo(user.user().value());
        admin.delete("/20160918/policies/" + allowed, Map.of());
        assertThat(codeOf(() -> access.authenticate(bearer(generated(user, cluster, HOST, now), cluster))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        release();
        assertThat(codeOf(() -> access.authenticate(bearer(generated(admin, cluster, HOST, now), cluster))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void clusterDoesNotGenerateTokensOfUsers() {
        String token = admin.post(tokens(cluster), Map.of("publicKey", Signer.pem(SESSION)), Map.of())
                .body()
                .path("token")
                .asText();
        String url = url(new Signer("ST$" + token, SESSION.getPrivate()), cluster, HOST, Instant.now());

        assertThat(codeOf(() -> access.authenticate(bearer(base64(url), cluster))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    // ---- the record ----

    @Test
    void whoAskedForATokenIsOnRecordAndTheTokenIsNot() {
        String byUser = admin.post(tokens(cluster), Map.of("publicKey", Signer.pem(SESSION)), Map.of())
                .body()
                .path("token")
                .asText();
        DevCertificates.Issued own =
                DevCertificates.in(Wire.tls()).issueCluster("recorded-" + System.nanoTime(), cluster);
        IssueResourcePrincipalTokenResponse byItself;
        try (Wire itself = Wire.with(own.certificate().toFile(), own.key().toFile())) {
            byItself = stub(itself)
                    .issueResourcePrincipalToken(IssueResourcePrincipalTokenRequest.newBuilder()
                            .setClusterId(cluster)
                            .setPublicKeyPem(Signer.pem(SESSION))
                            .setLifetimeSeconds(300)
                            .build());
        }
        IssueClusterTokenResponse ofKubectl = access.issueClusterToken(IssueClusterTokenRequest.newBuilder()
                .setPrincipal(Principal.newBuilder()
                        .setType("user")
                        .setId(admin.user().value())
                        .setTenancyId(root))
                .setClusterId(cluster)
                .setLifetimeSeconds(600)
                .build());
        // Refused, so there is nothing to record.
        admin.post(tokens(cluster), Map.of("publicKey", "none"), Map.of());

        try (KeyEvents events = new KeyEvents(Family.IDENTITY.topic())) {
            Await.atMostSeconds(30).until("three tokens", () -> issued(events).size() >= 3);

            List<IdentityEvent> issued = issued(events);
            assertThat(issued).hasSize(3);
            assertThat(issued.get(0)).isInstanceOfSatisfying(ResourcePrincipalTokenIssued.class, it -> {
                assertThat(it.actor()).isEqualTo(admin.user().value());
                assertThat(it.tenancyId()).isEqualTo(admin.tenancy());
                assertThat(it.tokenId()).isEqualTo(claim(byUser, "jti"));
                assertThat(it.expiresAt().getEpochSecond()).isEqualTo(Long.parseLong(claim(byUser, "exp")));
            });
            assertThat(issued.get(1)).isInstanceOfSatisfying(ResourcePrincipalTokenIssued.class, it -> {
                assertThat(it.actor()).isEqualTo(cluster);
                assertThat(it.expiresAt().toEpochMilli()).isEqualTo(byItself.getExpiresAtMillis());
            });
            assertThat(issued.get(2)).isInstanceOfSatisfying(ClusterTokenIssued.class, it -> {
                assertThat(it.userId()).isEqualTo(admin.user());
                assertThat(it.actor()).isEqualTo(admin.user().value());
                assertThat(it.tokenId()).isEqualTo(ofKubectl.getTokenId());
                assertThat(it.expiresAt().toEpochMilli()).isEqualTo(ofKubectl.getExpiresAtMillis());
            });
            for (String token : List.of(byUser, byItself.getToken(), ofKubectl.getToken())) {
                String signature = token.substring(token.lastIndexOf('.') + 1);
                assertThat(events.read()).noneMatch(event -> event.json().contains(signature));
            }
        }
    }

    /** The tokens that were made for the test's cluster. */
    private List<IdentityEvent> issued(KeyEvents events) {
        EventCodec codec = new EventCodec();
        return events.read().stream()
                .map(event -> codec.decode(event.type(), event.json().getBytes(StandardCharsets.UTF_8)))
                .map(IdentityEvent.class::cast)
                .filter(event -> switch (event) {
                    case ResourcePrincipalTokenIssued it ->
                        it.clusterId().value().equals(cluster);
                    case ClusterTokenIssued it -> it.clusterId().value().equals(cluster);
                    default -> false;
                })
                .toList();
    }

    private static String claim(String token, String name) {
        byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.")[1]);
        try {
            return new ObjectMapper().readTree(claims).path(name).asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- helpers ----

    private void release() {
        BindingsGrpc.newBlockingStub(wire.channel())
                .withDeadlineAfter(Duration.ofSeconds(30))
                .release(ReleaseRequest.newBuilder().setBindingId(binding).build());
    }

    private SignedApi user(String group, KeyPair pair) {
        User user = TestUsers.add(identity, mint, admin.tenancy(), group, RsaPublicKey.fromPem(Signer.pem(pair)));
        return new SignedApi(admin.tenancy(), user.id(), pair);
    }

    private static AccessBlockingStub stub(Wire of) {
        return AccessGrpc.newBlockingStub(of.channel()).withDeadlineAfter(Duration.ofSeconds(30));
    }

    private static String tokens(String cluster) {
        return "/v1/clusters/" + cluster + "/resourcePrincipalTokens";
    }

    /** As the CLI makes it. */
    private static String generated(SignedApi user, String cluster, String host, Instant date) {
        return base64(url(user.signer(), cluster, host, date));
    }

    private static String url(Signer signer, String cluster, String host, Instant date) {
        String target = "/cluster_request/" + cluster;
        Map<String, String> headers = Signer.headers("date", date, host, "GET", new byte[0]);
        String authorization = signer.sign("GET", target, headers, Signer.NO_BODY);
        return "https://" + host + target + "?authorization=" + encoded(authorization) + "&date="
                + encoded(headers.get("date"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static AuthenticateRequest bearer(String token, String cluster) {
        return AuthenticateRequest.newBuilder()
                .setClusterToken(ClusterToken.newBuilder().setToken(token).setClusterId(cluster))
                .build();
    }

    private static AuthenticateRequest signed(String keyId, KeyPair pair) {
        Map<String, String> headers =
                new HashMap<>(Signer.headers("date", Instant.now(), "127.0.0.1:8082", "GET", new byte[0]));
        String target = "/20180222/clusters";
        return AuthenticateRequest.newBuilder()
                .setOciSignature(OciSignature.newBuilder()
                        .setMethod("GET")
                        .setTarget(target)
                        .putAllHeaders(headers)
                        .setAuthorization(
                                new Signer(keyId, pair.getPrivate()).sign("GET", target, headers, Signer.NO_BODY))
                        .setContentSha256(SignatureCheck.EMPTY_SHA256))
                .build();
    }

    private static String id(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("id").asText();
    }

    private static int statusOf(ThrowingCallable call) {
        return catchThrowableOfType(BmcException.class, call).getStatusCode();
    }

    private static Status.Code codeOf(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call)
                .getStatus()
                .getCode();
    }

    private static String privatePem() {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(SESSION.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
