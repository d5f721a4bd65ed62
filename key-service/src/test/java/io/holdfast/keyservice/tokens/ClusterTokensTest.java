package io.holdfast.keyservice.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.RevokedToken;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.identity.Snapshots;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterTokensTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    private static final User ALICE = new User(MINT.user(), MINT.tenancy(), "alice", "Alice", true, START);
    private static final ClusterId CLUSTER = MINT.cluster();

    private final TokenKey key = TokenKey.generate();
    private Instant now = START;
    private final ClusterTokens tokens = new ClusterTokens(() -> key, new TimeSource() {
        @Override
        public Instant wall() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    });
    private IdentitySnapshot identity = Snapshots.of(List.of(ALICE), List.of());

    @Test
    void holdsForItsUserAndCluster() throws Exception {
        ClusterTokens.Issued issued = tokens.issue(ALICE.id(), CLUSTER, Duration.ofMinutes(10));

        ClusterTokens.Verified verified = tokens.verify(issued.token(), CLUSTER, identity);

        assertThat(verified.caller().id()).isEqualTo(ALICE.id().value());
        assertThat(verified.caller().tenancyId()).isEqualTo(ALICE.tenancyId());
        assertThat(verified.id()).isEqualTo(issued.id()).hasSize(22);
        assertThat(verified.expiresAt()).isEqualTo(START.plus(Duration.ofMinutes(10)));
        assertThat(issued.toString()).doesNotContain(issued.token());
    }

    @Test
    void lifetimeIsBounded() {
        assertThatThrownBy(() -> tokens.issue(ALICE.id(), CLUSTER, Duration.ofSeconds(3601)))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> tokens.issue(ALICE.id(), CLUSTER, Duration.ZERO))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void endsAtItsTime() throws Exception {
        String token = tokens.issue(ALICE.id(), CLUSTER, Duration.ofSeconds(60)).token();

        now = START.plusMillis(59_999);
        assertThat(tokens.verify(token, CLUSTER, identity)).isNotNull();
        now = START.plusSeconds(60);
        refused(token);
    }

    @Test
    void doesNotHoldBeforeItWasMade() {
        String token = tokens.issue(ALICE.id(), CLUSTER, Duration.ofSeconds(60)).token();

        now = START.minusSeconds(6);
        refused(token);
    }

    @Test
    void doesNotHoldAtAnotherCluster() {
        String token = token();

        assertThatThrownBy(() -> tokens.verify(token, MINT.cluster(), identity)).isInstanceOf(TokenRefused.class);
    }

    @Test
    void endsWithItsUser() {
        String token = token();

        identity = Snapshots.of(List.of(), List.of());
        refused(token);
        identity = Snapshots.of(
                List.of(new User(ALICE.id(), ALICE.tenancyId(), "alice", "Alice", false, START)), List.of());
        refused(token);
    }

    @Test
    void endsWhenRevoked() {
        ClusterTokens.Issued issued = tokens.issue(ALICE.id(), CLUSTER, Duration.ofMinutes(10));
        identity = Snapshots.of(List.of(ALICE), List.of(new RevokedToken(ALICE.id(), issued.id(), issued.expiresAt())));

        refused(issued.token());
    }

    @Test
    void anotherKeysSignature() {
        ClusterTokens others = new ClusterTokens(TokenKey::generate, TimeSource.system());

        refused(others.issue(ALICE.id(), CLUSTER, Duration.ofMinutes(10)).token());
    }

    @Test
    void algorithmIsFixed() {
        for (String alg : List.of("none", "HS256", "RS256", "es256", "ES384", "")) {
            refused(sign(header(Map.of("alg", alg, "kid", key.id(), "typ", "JWT")), claims(Map.of())));
        }
        String[] parts = token().split("\\.");
        refused(parts[0] + "." + parts[1] + ".");
        refused(base64("{\"alg\":\"none\"}") + "." + parts[1] + ".");
    }

    @Test
    void unknownHeaderMembersAreRefused() {
        refused(sign(header(Map.of("alg", "ES256", "kid", key.id(), "typ", "JWT", "crit", "x")), claims(Map.of())));
        refused(sign(header(Map.of("alg", "ES256", "typ", "JWT")), claims(Map.of())));
        refused(sign(header(Map.of("alg", "ES256", "kid", "other", "typ", "JWT")), claims(Map.of())));
    }

    @Test
    void signedBadClaims() throws Exception {
        assertThat(tokens.verify(sign(header(), claims(Map.of())), CLUSTER, identity))
                .isNotNull();
        for (Map.Entry<String, String> bad : List.of(
                Map.entry("iss", "\"other\""),
                Map.entry("sub", "\"" + CLUSTER.value() + "\""),
                Map.entry("sub", "17"),
                Map.entry("aud", "[\"" + CLUSTER.value() + "\"]"),
                Map.entry("aud", "null"),
                Map.entry("jti", "\"short\""),
                Map.entry("jti", "\"" + "a".repeat(65) + "\""),
                Map.entry("jti", "\"aaaaaaaaaaaaaaaaaaaa/..\""),
                Map.entry("exp", "\"1795608000\""),
                Map.entry("exp", "1e12"),
                Map.entry("exp", "-1"),
                Map.entry("exp", "9223372036854775807"),
                Map.entry("exp", Long.toString(START.getEpochSecond() + 3601)),
                Map.entry("iat", Long.toString(START.getEpochSecond() + 60)),
                Map.entry("iat", "null"))) {
            refused(sign(header(), claims(Map.of(bad.getKey(), bad.getValue()))));
        }
    }

    @Test
    void duplicateMembersAreRefused() {
        String text = claims(Map.of());
        refused(sign(
                header(),
                text.substring(0, text.length() - 1) + ",\"sub\":\""
                        + ALICE.id().value() + "\"}"));
    }

    @Test
    void malformedTokens() {
        String token = token();
        for (String bad : List.of(
                "",
                ".",
                "..",
                "a.b",
                token + ".x",
                token + "=",
                " " + token,
                token.substring(0, token.length() - 2),
                base64("[]") + "." + base64("{}") + ".AAAA",
                base64("[".repeat(500)) + "." + base64("{}") + ".AAAA",
                "é.é.é",
                "a".repeat(3000))) {
            refused(bad);
        }
    }

    @Test
    void otherSpellingOfTheSameSignatureIsRefused() {
        String token = token();
        // 64 bytes leave 4 unused bits in the last character.
        char last = token.charAt(token.length() - 1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char twin = alphabet.charAt(alphabet.indexOf(last) ^ 1);

        refused(token.substring(0, token.length() - 1) + twin);
    }

    @Test
    void everyFlippedCharacterIsRefused() {
        String token = token();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            refused(token.substring(0, i) + other + token.substring(i + 1));
        }
    }

    @Test
    void keySurvivesItsStoredForm() {
        TokenKey again = TokenKey.of(key.spki(), key.pkcs8());
        byte[] message = {1, 2, 3};

        assertThat(again.id()).isEqualTo(key.id()).hasSize(43);
        assertThat(key.verifies(message, again.sign(message))).isTrue();
        assertThat(key.verifies(message, new byte[TokenKey.SIGNATURE])).isFalse();
    }

    private String token() {
        return tokens.issue(ALICE.id(), CLUSTER, Duration.ofMinutes(10)).token();
    }

    private void refused(String token) {
        assertThatThrownBy(() -> tokens.verify(token, CLUSTER, identity)).isInstanceOf(TokenRefused.class);
    }

    private String header() {
        return header(Map.of("alg", "ES256", "kid", key.id(), "typ", "JWT"));
    }

    private static String header(Map<String, String> members) {
        StringBuilder json = new StringBuilder("{");
        members.forEach((name, value) -> json.append(json.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":\"")
                .append(value)
                .append('"'));
        return json.append('}').toString();
    }

    private static String claims(Map<String, String> changed) {
        Map<String, String> members = new java.util.TreeMap<>(Map.of(
                "iss",
                "\"holdfast\"",
                "sub",
                "\"" + ALICE.id().value() + "\"",
                "aud",
                "\"" + CLUSTER.value() + "\"",
                "jti",
                "\"aaaaaaaaaaaaaaaaaaaaaa\"",
                "iat",
                Long.toString(START.getEpochSecond()),
                "exp",
                Long.toString(START.getEpochSecond() + 600)));
        members.putAll(changed);
        StringBuilder json = new StringBuilder("{");
        members.forEach((name, value) -> json.append(json.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":")
                .append(value));
        return json.append('}').toString();
    }

    private String sign(String header, String claims) {
        String signed = base64(header) + "." + base64(claims);
        return signed + "." + TokenKey.base64(key.sign(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
