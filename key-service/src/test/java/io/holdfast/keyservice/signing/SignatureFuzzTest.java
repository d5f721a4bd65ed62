package io.holdfast.keyservice.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is read of a request before anyone knows who sent it, and the keys that users bring. */
class SignatureFuzzTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final RsaPublicKey KEY = RsaPublicKey.fromPem(Signer.pem(Signer.rsa(2048)));
    private static final Caller OWNER = new Caller("user", MINT.user().value(), "alice", MINT.tenancy(), "");
    /** The time in the seeds. */
    private static final Instant NOW = Instant.parse("2026-11-24T21:40:24Z");

    private final SignatureCheck check = new SignatureCheck(new TimeSource() {
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
    void anAuthorizationHeaderIsWithinItsBoundsOrRefused(byte[] utf8) {
        AuthorizationHeader header;
        try {
            header = AuthorizationHeader.parse(new String(utf8, StandardCharsets.UTF_8));
        } catch (SignatureRefused refused) {
            return;
        }
        assertThat(header.signedNames())
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(name).isEqualTo(name.toLowerCase(Locale.ROOT)))
                .hasSizeBetween(1, AuthorizationHeader.MAX_NAMES);
        assertThat(header.signature()).isNotEmpty();
    }

    /**
     * Nobody but the holder of the private half makes a signature that holds, and the fuzzer is not it.
     *
     * @param utf8 a request: method and target, then a header a line
     */
    @FuzzTest
    void aForgedRequestIsRefused(byte[] utf8) {
        List<String> lines = new String(utf8, StandardCharsets.UTF_8).lines().toList();
        String[] first = (lines.isEmpty() ? "" : lines.getFirst()).split(" ", 2);
        Map<String, String> headers = new HashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                headers.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        SignedRequest request = new SignedRequest(
                first[0],
                first.length == 2 ? first[1] : "",
                headers,
                headers.getOrDefault("authorization", ""),
                headers.getOrDefault("x-content-sha256", SignatureCheck.EMPTY_SHA256));
        assertThatThrownBy(() -> check.verify(request, any -> Optional.of(new SigningKeys.Owned(KEY, OWNER))))
                .isInstanceOf(SignatureRefused.class);
    }

    @FuzzTest
    void anApiKeyIsReadBackFromItsCanonicalPem(byte[] utf8) {
        RsaPublicKey key;
        try {
            key = RsaPublicKey.fromPem(new String(utf8, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException refused) {
            return;
        }
        RsaPublicKey again = RsaPublicKey.fromPem(key.toPem());
        assertThat(again.toPem()).isEqualTo(key.toPem());
        assertThat(again.fingerprint()).isEqualTo(key.fingerprint());
    }

    /** DER that reaches the parser without the PEM around it. */
    @FuzzTest
    void aPublicKeyInDerIsAnRsaKeyOfItsBoundsOrRefused(byte[] der) {
        try {
            assertThat(RsaPublicKey.fromDer(der).fingerprint()).hasSize(47);
        } catch (IllegalArgumentException | java.security.spec.InvalidKeySpecException refused) {
            // No key, or one that is too weak.
        }
    }
}
