package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.BearerToken;
import io.holdfast.contracts.access.v1.ClusterToken;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users who show tokens of an identity provider. */
@QuarkusTest
@TestProfile(OidcProfile.class)
class OidcTest {
    private static final String USERS = "/20160918/users";

    TestProvider provider;

    private SignedApi admin;
    private String root;
    private String subject;
    private String user;

    @BeforeEach
    void aFederatedUser() {
        admin = SignedApi.administrator();
        root = admin.tenancy().value();
        subject = "auth0|" + UUID.randomUUID();
        user = id(admin.post(USERS, user("federated-" + System.nanoTime(), subject), Map.of()));
    }

    @Test
    void theUserIsWhomTheTokenNamesAndMayWhatPoliciesGrant() {
        String own = USERS + "/" + user + "/apiKeys";
        assertThat(bearer(token()).get(own).status()).isEqualTo(200);
        assertThat(bearer(token()).get(USERS + "?compartmentId=" + root).status())
                .isEqualTo(404);

        allow("inspect users");

        assertThat(bearer(token()).get(USERS + "?compartmentId=" + root).status())
                .isEqualTo(200);
    }

    @Test
    void theSchemeIsOfAnyCase() {
        assertThat(as("bEARER " + token()).get(USERS + "/" + user + "/apiKeys").status())
                .isEqualTo(200);
    }

    @Test
    void otherServicesLearnTheUserAndTheTokensEnd() {
        NumericDate end = NumericDate.now();
        end.addSeconds(90);
        JwtClaims claims = claims();
        claims.setExpirationTime(end);
        try (Wire wire = Wire.as("cluster-service")) {
            AuthenticateResponse answer = access(wire).authenticate(shown(provider.token(claims)));

            assertThat(answer.getPrincipal().getType()).isEqualTo("user");
            assertThat(answer.getPrincipal().getId()).isEqualTo(user);
            assertThat(answer.getPrincipal().getTenancyId()).isEqualTo(root);
            assertThat(answer.getExpiresAtMillis()).isEqualTo(end.getValueInMillis());
            assertThat(codeOf(wire, shown("nonsense"))).isEqualTo(Status.Code.UNAUTHENTICATED);
            // At a cluster's endpoint it is no token.
            assertThat(codeOf(
                            wire,
                            AuthenticateRequest.newBuilder()
                                    .setClusterToken(ClusterToken.newBuilder()
                                            .setToken(token())
                                            .setClusterId("ocid1.cluster.oc1.iad.x"))
                                    .build()))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void nothingOfTheUserHoldsOnceAnswered() {
        String token = token();
        String own = USERS + "/" + user + "/apiKeys";
        assertThat(bearer(token).get(own).status()).isEqualTo(200);

        assertThat(admin.put(USERS + "/" + user + "/state", Map.of("blocked", true), Map.of())
                        .status())
                .isEqualTo(200);
        refused(bearer(token).get(own));
        assertThat(admin.put(USERS + "/" + user + "/state", Map.of("blocked", false), Map.of())
                        .status())
                .isEqualTo(200);
        assertThat(bearer(token).get(own).status()).isEqualTo(200);

        Answer renamed = admin.put(USERS + "/" + user, Map.of("externalIdentifier", "another" + subject), Map.of());
        assertThat(renamed.body().path("externalIdentifier").asText()).isEqualTo("another" + subject);
        refused(bearer(token).get(own));
        admin.put(USERS + "/" + user, Map.of("externalIdentifier", ""), Map.of());
        JwtClaims another = claims();
        another.setSubject("another" + subject);
        refused(bearer(provider.token(another)).get(own));
    }

    @Test
    void anIdentifierIsOneUsers() {
        Answer second = admin.post(USERS, user("second-" + System.nanoTime(), subject), Map.of());
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.message()).contains("externalIdentifier");
        String other = id(admin.post(USERS, user("other-" + System.nanoTime(), "other" + subject), Map.of()));
        assertThat(admin.put(USERS + "/" + other, Map.of("externalIdentifier", subject), Map.of())
                        .status())
                .isEqualTo(409);
        Answer found = admin.get(USERS + "?compartmentId=" + root + "&externalIdentifier="
                + URLEncoder.encode(subject, StandardCharsets.UTF_8));
        assertThat(found.body()).hasSize(1);
        assertThat(found.body().path(0).path("id").asText()).isEqualTo(user);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "ünicode", "\u007f"})
    void identifiersAreWhatAProviderMayGive(String identifier) {
        Answer answer = admin.post(USERS, user("bad-" + System.nanoTime(), identifier), Map.of());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("InvalidParameter");
        assertThat(answer.message()).contains("externalIdentifier");
    }

    @Test
    void whoMayUpdateUsersDoesNotBecomeAnAdministrator() {
        allow("use users");
        String other = id(admin.post(USERS, user("plain-" + System.nanoTime(), "plain" + subject), Map.of()));

        assertThat(bearer(token())
                        .put(USERS + "/" + other, Map.of("externalIdentifier", "changed" + subject))
                        .status())
                .isEqualTo(200);
        assertThat(bearer(token())
                        .put(USERS + "/" + admin.user().value(), Map.of("externalIdentifier", "mine" + subject))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aNewKeyOfTheProviderIsBelievedAndTheOldOneNoMore() {
        String before = token();
        provider.rotate("next-" + System.nanoTime());

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(bearer(token())
                                .get(USERS + "/" + user + "/apiKeys")
                                .status())
                        .isEqualTo(200));
        refused(before);
    }

    // ---- what is not believed ----

    @Test
    void unknownKeysAreNotAskedForEachTime() {
        int before = provider.looks();
        RsaJsonWebKey unknown = TestProvider.newKey("unknown");
        long began = System.nanoTime();
        for (int i = 0; i < 30; i++) {
            refused(TestProvider.token(claims(), unknown));
        }
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();

        // One each second here, and one that was due already.
        assertThat(provider.looks() - before).isLessThanOrEqualTo((int) seconds + 2);
    }

    @Test
    void tokensOfOthersAreRefused() {
        refused(TestProvider.token(claims(), TestProvider.newKey(provider.key().getKeyId())));
        refused(TestProvider.token(claims(), TestProvider.newKey("unknown")));
    }

    @Test
    void tokensForOthersAreRefused() {
        JwtClaims claims = claims();
        claims.setAudience("somebody-else");
        refused(provider.token(claims));
        claims = claims();
        claims.unsetClaim("aud");
        refused(provider.token(claims));
        claims = claims();
        claims.setIssuer("https://issuer.example");
        refused(provider.token(claims));
        claims = claims();
        claims.unsetClaim("iss");
        refused(provider.token(claims));
    }

    @Test
    void tokensAtAnotherTimeAreRefused() {
        JwtClaims claims = claims();
        claims.setExpirationTimeMinutesInTheFuture(-5);
        refused(provider.token(claims));
        claims = claims();
        claims.unsetClaim("exp");
        refused(provider.token(claims));
        claims = claims();
        claims.setNotBeforeMinutesInThePast(-10);
        refused(provider.token(claims));
    }

    @Test
    void tokensThatNameNobodyHereAreRefused() {
        JwtClaims claims = claims();
        claims.setSubject("nobody");
        refused(provider.token(claims));
        claims = claims();
        claims.unsetClaim("sub");
        refused(provider.token(claims));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "a.b.c",
                "..",
                // {"alg":"none"} . {"sub":"x"}
                "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA",
                "ünicode"
            })
    void whatIsNoTokenIsRefused(String text) {
        try (Wire wire = Wire.as("cluster-service")) {
            assertThat(codeOf(wire, shown(text))).isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void longTokensAreRefusedUnread() {
        try (Wire wire = Wire.as("cluster-service")) {
            assertThat(codeOf(wire, shown("x".repeat(8_193)))).isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    // ---- helpers ----

    /** Lets the user do something in the tenancy, as the member of a new group. */
    private void allow(String what) {
        String name = "federated-" + System.nanoTime();
        String group = id(admin.post(
                "/20160918/groups", Map.of("compartmentId", root, "name", name, "description", "d"), Map.of()));
        id(admin.post("/20160918/userGroupMemberships", Map.of("userId", user, "groupId", group), Map.of()));
        id(admin.post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        name,
                        "description",
                        "d",
                        "statements",
                        List.of("Allow group id " + group + " to " + what + " in tenancy")),
                Map.of()));
    }

    private JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(provider.issuer());
        claims.setAudience(OidcProfile.AUDIENCE);
        claims.setSubject(subject);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(5);
        return claims;
    }

    private String token() {
        return provider.token(claims());
    }

    private Map<String, String> user(String name, String identifier) {
        return Map.of("compartmentId", root, "name", name, "description", "d", "externalIdentifier", identifier);
    }

    private static AuthenticateRequest shown(String token) {
        return AuthenticateRequest.newBuilder()
                .setBearerToken(BearerToken.newBuilder().setToken(token))
                .build();
    }

    private static AccessGrpc.AccessBlockingStub access(Wire wire) {
        return AccessGrpc.newBlockingStub(wire.channel()).withDeadlineAfter(Duration.ofSeconds(30));
    }

    private static Status.Code codeOf(Wire wire, AuthenticateRequest request) {
        return catchThrowableOfType(
                        StatusRuntimeException.class, () -> access(wire).authenticate(request))
                .getStatus()
                .getCode();
    }

    private void refused(String token) {
        refused(bearer(token).get(USERS + "/" + user + "/apiKeys"));
    }

    private static void refused(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(401);
        assertThat(answer.message())
                .isEqualTo("The required information to complete authentication was not provided or was incorrect.");
    }

    private static String id(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body().path("id").asText();
    }

    private static Sender bearer(String token) {
        return as("Bearer " + token);
    }

    private static Sender as(String authorization) {
        return (method, target, body) ->
                SignedApi.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + SignedApi.port() + target))
                        .timeout(Duration.ofSeconds(30))
                        .header("authorization", authorization)
                        .header("content-type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    /** Sends requests with one authorization header. */
    private interface Sender {
        Answer send(String method, String target, String body);

        default Answer get(String target) {
            return send("GET", target, "");
        }

        default Answer put(String target, Object body) {
            return send("PUT", target, SignedApi.json(body));
        }
    }
}
