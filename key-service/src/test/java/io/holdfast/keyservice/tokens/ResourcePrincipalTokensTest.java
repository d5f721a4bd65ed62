package io.holdfast.keyservice.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Snapshots;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.SessionToken;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.platform.http.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ResourcePrincipalTokensTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final String PEM = Signer.pem(Signer.rsa(2048));
    private static final Caller CLUSTER = cluster(MINT.cluster().value());

    private final TokenKey key = TokenKey.generate();
    private Instant now = START;
    private Optional<Caller> alive = Optional.of(CLUSTER);
    private final TimeSource time = new TimeSource() {
        @Override
        public Instant wall() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };
    private final ResourcePrincipalTokens tokens = new ResourcePrincipalTokens(
            () -> key, id -> alive.filter(it -> it.id().equals(id.value())), time);
    private final ClusterTokens kubectl = new ClusterTokens(() -> key, time);

    @Test
    void holdsForItsClusterWithItsSessionKey() throws Exception {
        String token = token();

        SigningKeys.Owned owned = tokens.verify(new SessionToken(token));

        assertThat(owned.owner()).isEqualTo(CLUSTER);
        assertThat(owned.key().fingerprint())
                .isEqualTo(RsaPublicKey.fromPem(PEM).fingerprint());
        assertThat(owned.validity()).isEqualTo(Validity.until(START.plus(Duration.ofMinutes(20))));
    }

    /** What Oracle's clients read. */
    @Test
    void claimsAreThoseOfAResourcePrincipal() throws Exception {
        JsonNode claims = part(token(), 1);

        assertThat(claims.path("ptype").asText()).isEqualTo("resource");
        assertThat(claims.path("res_type").asText()).isEqualTo("cluster");
        assertThat(claims.path("res_id").asText()).isEqualTo(CLUSTER.id());
        assertThat(claims.path("res_tenant").asText())
                .isEqualTo(CLUSTER.tenancyId().value());
        assertThat(claims.path("res_compartment").asText()).isEqualTo(CLUSTER.compartmentId());
        assertThat(claims.path("jwk").isTextual()).isTrue();
        assertThat(JSON.readTree(claims.path("jwk").asText()).path("kty").asText())
                .isEqualTo("RSA");
    }

    @Test
    void endsAtItsTime() throws Exception {
        String token = token();

        now = START.plusSeconds(1_199);
        assertThat(tokens.verify(new SessionToken(token))).isNotNull();
        now = START.plusSeconds(1_200);
        refused(token);
    }

    @Test
    void endsWithItsCluster() throws Exception {
        String token = token();
        assertThat(tokens.verify(new SessionToken(token))).isNotNull();

        alive = Optional.empty();

        refused(token);
    }

    @Test
    void tenancyAndCompartmentAreTheClustersOfNow() throws Exception {
        String token = token();
        Caller moved = cluster(CLUSTER.id());
        alive = Optional.of(moved);

        assertThat(tokens.verify(new SessionToken(token)).owner()).isEqualTo(moved);
    }

    /** Both kinds are signed by one key. */
    @Test
    void noKindOfTokenStandsInForTheOther() {
        User alice = new User(MINT.user(), MINT.tenancy(), "alice", "Alice", true, START);
        Ocid.ClusterId id = new Ocid.ClusterId(CLUSTER.id());
        String ofKubectl = kubectl.issue(alice.id(), id, Duration.ofMinutes(10)).token();

        refused(ofKubectl);
        assertThatThrownBy(() -> kubectl.verify(token(), id, Snapshots.of(List.of(alice), List.of())))
                .isInstanceOf(TokenRefused.class);
        // Nor with the claims of one under the header of the other.
        refused(resigned("JWT", claims -> {}));
        assertThatThrownBy(() -> kubectl.verify(
                        resigned(
                                "JWT",
                                claims -> claims.put("sub", alice.id().value()).put("aud", id.value())),
                        id,
                        Snapshots.of(List.of(alice), List.of())))
                .isInstanceOf(TokenRefused.class);
        assertThat(part(ofKubectl, 0).path("typ")).isNotEqualTo(part(token(), 0).path("typ"));
        assertThat(part(ofKubectl, 1).path("iss")).isNotEqualTo(part(token(), 1).path("iss"));
    }

    @Test
    void signedBadClaims() throws Exception {
        assertThat(tokens.verify(new SessionToken(resigned(ResourcePrincipalTokens.TYPE, claims -> {}))))
                .isNotNull();
        for (Consumer<ObjectNode> bad : List.<Consumer<ObjectNode>>of(
                claims -> claims.put("iss", ClusterTokens.ISSUER),
                claims -> claims.put("ptype", "user"),
                claims -> claims.put("res_type", "instance"),
                claims -> claims.put("res_id", MINT.user().value()),
                claims -> claims.put("res_id", MINT.cluster().value()),
                claims -> claims.put("sub", MINT.cluster().value()),
                claims -> claims.remove("jwk"),
                claims -> claims.put("jwk", "{}"),
                claims -> claims.put("jwk", "{\"kty\":\"oct\",\"k\":\"AAAA\"}"),
                claims -> claims.put("jwk", "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"),
                claims -> claims.set("jwk", JSON.createObjectNode().put("kty", "RSA")),
                claims -> claims.put("exp", START.plusSeconds(3_601).getEpochSecond()),
                claims -> claims.put("iat", START.plusSeconds(60).getEpochSecond()))) {
            refused(resigned(ResourcePrincipalTokens.TYPE, bad));
        }
    }

    @Test
    void anotherKeysSignatureAndOtherAlgorithms() {
        ResourcePrincipalTokens others = new ResourcePrincipalTokens(TokenKey::generate, id -> alive, time);
        refused(others.issue(CLUSTER, PEM, Duration.ofMinutes(10)).token());
        String[] parts = token().split("\\.");
        refused(base64("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2]);
        refused(parts[0] + "." + parts[1] + ".AAAA");
    }

    @Test
    void everyFlippedCharacterIsRefused() throws Exception {
        String token = token();
        // Known as verified: what is remembered is this very text.
        assertThat(tokens.verify(new SessionToken(token))).isNotNull();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            refused(token.substring(0, i) + other + token.substring(i + 1));
        }
    }

    @Test
    void whatMayBeAskedForIsBounded() {
        for (Duration bad : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(3_601))) {
            assertThatThrownBy(() -> tokens.issue(CLUSTER, PEM, bad))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("lifetimeSeconds");
        }
        for (String bad : List.of("", "no PEM", Signer.pem(Signer.rsa(1024)), Signer.pem(Signer.rsa(4104)))) {
            assertThatThrownBy(() -> tokens.issue(CLUSTER, bad, Duration.ofMinutes(1)))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("publicKey");
        }
    }

    @Test
    void longestFitsIntoAHeader() throws Exception {
        ResourcePrincipalTokens.Issued longest =
                tokens.issue(CLUSTER, Signer.pem(Signer.rsa(4096)), Duration.ofHours(1));

        assertThat(longest.token()).hasSizeLessThan(SessionToken.MAX_LENGTH);
        assertThat(tokens.verify(new SessionToken(longest.token()))
                        .key()
                        .modulus()
                        .bitLength())
                .isEqualTo(4096);
        assertThat(longest.toString()).doesNotContain(longest.token());
        assertThat(new SessionToken(longest.token()).toString()).doesNotContain(longest.token());
    }

    private static Caller cluster(String id) {
        return new Caller("cluster", id, id, MINT.tenancy(), MINT.compartment().value());
    }

    private String token() {
        return tokens.issue(CLUSTER, PEM, ResourcePrincipalTokens.USUAL_LIFETIME)
                .token();
    }

    private String resigned(String type, Consumer<ObjectNode> change) {
        ObjectNode claims = (ObjectNode) part(token(), 1);
        change.accept(claims);
        return new TokenFormat(type, SessionToken.MAX_LENGTH, 1_024).write(claims, key);
    }

    private void refused(String token) {
        assertThatThrownBy(() -> tokens.verify(new SessionToken(token))).isInstanceOf(TokenRefused.class);
    }

    private static JsonNode part(String token, int number) {
        try {
            return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[number]));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
