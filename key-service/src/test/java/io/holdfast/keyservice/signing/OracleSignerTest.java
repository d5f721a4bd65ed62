package io.holdfast.keyservice.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.bmc.auth.SimpleAuthenticationDetailsProvider;
import com.oracle.bmc.http.signing.DefaultRequestSigner;
import com.oracle.bmc.http.signing.RequestSigner;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Caller;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the OCI Java SDK signs, verified here. */
class OracleSignerTest {
    private static final KeyPair PAIR = Signer.rsa(2048);
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final RsaPublicKey KEY = RsaPublicKey.fromPem(Signer.pem(PAIR));
    private static final KeyReference REFERENCE = new KeyReference(MINT.tenancy(), MINT.user(), KEY.fingerprint());
    private static final Caller OWNER = new Caller("user", REFERENCE.user().value(), "alice", REFERENCE.tenancy(), "");
    private static final SigningKeys KEYS = reference ->
            reference.equals(REFERENCE) ? Optional.of(new SigningKeys.Owned(KEY, OWNER)) : Optional.empty();

    private final SignatureCheck check = new SignatureCheck(TimeSource.system());
    private final RequestSigner oracle =
            DefaultRequestSigner.createRequestSigner(SimpleAuthenticationDetailsProvider.builder()
                    .tenantId(REFERENCE.tenancy().value())
                    .userId(REFERENCE.user().value())
                    .fingerprint(REFERENCE.fingerprint())
                    .privateKeySupplier(() -> new ByteArrayInputStream(privatePem()))
                    .build());

    @Test
    void get() throws Exception {
        SignedRequest request = signed("GET", "/20160918/policies?compartmentId=a&name=a%20b", null);

        assertThat(check.verify(request, KEYS)).isEqualTo(OWNER);
        assertThatThrownBy(() -> check.verify(
                        new SignedRequest(
                                "GET",
                                "/20160918/policies?compartmentId=b",
                                request.headers(),
                                request.authorization(),
                                request.contentSha256()),
                        KEYS))
                .isInstanceOf(SignatureRefused.class);
    }

    @Test
    void post() throws Exception {
        assertThat(check.verify(signed("POST", "/20160918/policies", "{\"name\":\"p\"}"), KEYS))
                .isEqualTo(OWNER);
    }

    @Test
    void put() throws Exception {
        assertThat(check.verify(signed("PUT", "/20160918/policies/x", "{\"description\":\"é\"}"), KEYS))
                .isEqualTo(OWNER);
    }

    private SignedRequest signed(String method, String target, String body) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("host", List.of("127.0.0.1:8081"));
        if (body != null) {
            headers.put("content-type", List.of("application/json"));
        }
        Map<String, String> made =
                oracle.signRequest(URI.create("http://127.0.0.1:8081" + target), method, headers, body);
        Map<String, String> received = new HashMap<>();
        headers.forEach((name, values) -> received.put(name, values.getFirst()));
        made.forEach((name, value) -> received.put(name.toLowerCase(Locale.ROOT), value));
        return new SignedRequest(
                method,
                target,
                received,
                received.getOrDefault("authorization", ""),
                Signer.sha256((body == null ? "" : body).getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] privatePem() {
        return ("-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(PAIR.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
