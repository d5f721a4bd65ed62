package io.holdfast.keyservice.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.Snapshots;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.platform.http.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A token that the real CLI made ({@code oci ce cluster generate-token}, oci-cli 3.89.3). */
class KubectlTokensTest {
    private static final Instant MADE = Instant.parse("2026-11-28T22:26:15Z");
    private static final TenancyId TENANCY = new TenancyId("ocid1.tenancy.oc1..aaaaaaaatesttenancy");
    private static final UserId USER = new UserId("ocid1.user.oc1..aaaaaaaatestuser");
    private static final ClusterId CLUSTER = new ClusterId("ocid1.cluster.oc1.iad.aaaaaaaatestcluster");
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final String token = resource("generated-token.txt");
    private Instant now = MADE.plusSeconds(3);
    private Optional<Caller> cluster =
            Optional.of(new Caller("cluster", CLUSTER.value(), CLUSTER.value(), TENANCY, TENANCY.value()));
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
    private final TokenKey key = TokenKey.generate();
    private final KubectlTokens tokens = new KubectlTokens(
            new ClusterTokens(() -> key, time),
            new Credentials(new ResourcePrincipalTokens(() -> key, id -> cluster, time)),
            new SignatureCheck(time),
            id -> cluster);

    @Test
    void namesItsUserUntilFiveMinutesAfterItsDate() throws Exception {
        Bearer bearer = tokens.verify(token, CLUSTER, view("use", true));

        assertThat(bearer.caller()).isEqualTo(new Caller("user", USER.value(), "alice", TENANCY, ""));
        assertThat(bearer.validity()).isEqualTo(Validity.until(MADE.plusSeconds(300)));
        now = MADE.plusSeconds(301);
        refused(token, CLUSTER, "use", true);
    }

    @Test
    void needsTheUseOfTheCluster() throws Exception {
        refused(token, CLUSTER, "read", true);
        assertThat(tokens.verify(token, CLUSTER, view("manage", true))).isNotNull();
    }

    @Test
    void endsWithItsUserAndItsCluster() {
        refused(token, CLUSTER, "use", false);
        cluster = Optional.empty();
        refused(token, CLUSTER, "use", true);
    }

    @Test
    void isForOneCluster() {
        refused(token, MINT.cluster(), "use", true);
    }

    /** Some have a second spelling, as the case of a percent-encoded letter; none says anything else. */
    @Test
    void changedCharactersNameNobodyElse() {
        Identity.View view = view("use", true);
        Bearer alice = new Bearer(
                new Caller("user", USER.value(), "alice", TENANCY, ""), Validity.until(MADE.plusSeconds(300)));
        int refused = 0;
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String changed = token.substring(0, i) + other + token.substring(i + 1);
            try {
                assertThat(tokens.verify(changed, CLUSTER, view)).as(changed).isEqualTo(alice);
            } catch (TokenRefused e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(token.length() * 9 / 10);
    }

    private void refused(String bad, ClusterId at, String verb, boolean active) {
        Identity.View view = view(verb, active);
        assertThatThrownBy(() -> tokens.verify(bad, at, view)).as(bad).isInstanceOf(TokenRefused.class);
    }

    private static Identity.View view(String verb, boolean active) {
        String pem = resource("generated-token.pem");
        return new Identity.View(
                Snapshots.of(
                        new Tenancy(TENANCY, "acme", "a tenancy", MADE),
                        new User(USER, TENANCY, "alice", "Alice", active, MADE),
                        new ApiKey(TENANCY, USER, RsaPublicKey.fromPem(pem).fingerprint(), pem, MADE),
                        new StoredPolicy(
                                MINT.policy(),
                                TENANCY,
                                TENANCY.rootCompartment(),
                                "p",
                                "a policy",
                                List.of("Allow any-user to " + verb + " clusters in tenancy"),
                                null,
                                false,
                                MADE,
                                Map.of(),
                                Map.of())),
                1);
    }

    private static String resource(String name) {
        try (InputStream in = KubectlTokensTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
