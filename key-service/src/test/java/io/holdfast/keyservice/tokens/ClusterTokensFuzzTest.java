package io.holdfast.keyservice.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.identity.Snapshots;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Tokens as they are shown at a cluster's endpoint, with and without a signature that holds. */
class ClusterTokensFuzzTest {
    /** What the seeds name. */
    private static final ClusterId CLUSTER = new ClusterId("ocid1.cluster.oc1.iad.aaaaaaaacluster");

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final User ALICE = new User(
            new UserId("ocid1.user.oc1..aaaaaaaaalice"), new Ocid.Mint("oc1", "iad").tenancy(), "alice", "", true, NOW);
    private static final IdentitySnapshot IDENTITY = Snapshots.of(List.of(ALICE), List.of());
    private static final TokenKey KEY = TokenKey.generate();
    private static final String HEADER = part("{\"alg\":\"ES256\",\"kid\":\"" + KEY.id() + "\",\"typ\":\"JWT\"}");

    private final ClusterTokens tokens = new ClusterTokens(() -> KEY, new TimeSource() {
        @Override
        public Instant wall() {
            return NOW;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    });

    @FuzzTest
    void aForgedTokenIsRefused(byte[] utf8) {
        String token = new String(utf8, StandardCharsets.UTF_8);
        assertThatThrownBy(() -> tokens.verify(token, CLUSTER, IDENTITY)).isInstanceOf(TokenRefused.class);
    }

    /** Whatever was signed, it is the claims that decide. */
    @FuzzTest
    void signedClaimsHoldForTheirUserAndTimeOrAreRefused(byte[] claims) {
        String signed = HEADER + "." + TokenKey.base64(claims);
        String token = signed + "." + TokenKey.base64(KEY.sign(signed.getBytes(StandardCharsets.US_ASCII)));
        ClusterTokens.Verified verified;
        try {
            verified = tokens.verify(token, CLUSTER, IDENTITY);
        } catch (TokenRefused refused) {
            return;
        }
        assertThat(verified.caller().id()).isEqualTo(ALICE.id().value());
        assertThat(verified.expiresAt()).isAfter(NOW).isBefore(NOW.plus(ClusterTokens.MAX_LIFETIME.multipliedBy(2)));
        assertThat(ClusterTokens.isId(verified.id())).isTrue();
    }

    /** A header that was signed, too. */
    @FuzzTest
    void aSignedHeaderIsTheOneOrRefused(byte[] header) {
        String claims = "{\"iss\":\"holdfast\",\"sub\":\"" + ALICE.id().value() + "\",\"aud\":\"" + CLUSTER.value()
                + "\",\"jti\":\"aaaaaaaaaaaaaaaaaaaaaa\",\"iat\":" + NOW.getEpochSecond() + ",\"exp\":"
                + NOW.plusSeconds(60).getEpochSecond() + "}";
        String signed = TokenKey.base64(header) + "." + part(claims);
        String token = signed + "." + TokenKey.base64(KEY.sign(signed.getBytes(StandardCharsets.US_ASCII)));
        try {
            tokens.verify(token, CLUSTER, IDENTITY);
        } catch (TokenRefused refused) {
            return;
        }
        assertThat(new String(header, StandardCharsets.UTF_8)).contains("ES256", KEY.id());
    }

    private static String part(String json) {
        return TokenKey.base64(json.getBytes(StandardCharsets.UTF_8));
    }
}
