package io.holdfast.keyservice.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.Signer;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.eclipse.microprofile.config.ConfigProvider;

/** A caller of the REST API that signs as OCI's clients do. */
final class SignedApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final TenancyId tenancy;
    private final UserId user;
    private final Signer signer;

    SignedApi(TenancyId tenancy, UserId user, KeyPair pair) {
        this(tenancy, user, pair.getPrivate(), RsaPublicKey.fromPem(Signer.pem(pair)));
    }

    private SignedApi(TenancyId tenancy, UserId user, PrivateKey key, RsaPublicKey publicKey) {
        this.tenancy = tenancy;
        this.user = user;
        this.signer = new Signer(tenancy.value() + "/" + user.value() + "/" + publicKey.fingerprint(), key);
    }

    static Path bootstrapFile() {
        return Path.of(ConfigProvider.getConfig().getValue("holdfast.identity.bootstrap-file", String.class));
    }

    static SignedApi administrator() {
        try {
            Properties first = new Properties();
            try (Reader reader = Files.newBufferedReader(bootstrapFile())) {
                first.load(reader);
            }
            PrivateKey key = KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder()
                            .decode(Files.readString(bootstrapFile().resolveSibling("administrator.key")))));
            return new SignedApi(
                    new TenancyId(first.getProperty("tenancy.id")),
                    new UserId(first.getProperty("user.id")),
                    key,
                    RsaPublicKey.fromPem(Files.readString(bootstrapFile().resolveSibling("administrator.pem"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    TenancyId tenancy() {
        return tenancy;
    }

    UserId user() {
        return user;
    }

    Signer signer() {
        return signer;
    }

    record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        String code() {
            return body.path("code").asText();
        }

        String message() {
            return body.path("message").asText();
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    Answer get(String target) {
        return send("GET", target, "", Map.of());
    }

    /** Makes a vault, and tells its OCID. */
    String vault(String compartment, String name) {
        return made(post(
                "/20180608/vaults",
                Map.of("compartmentId", compartment, "displayName", name, "vaultType", "DEFAULT"),
                Map.of()));
    }

    /** Makes an AES key in that vault, and tells its OCID. */
    String masterKey(String compartment, String vault, String name) {
        return made(post(
                "/20180608/keys?vaultId=" + vault,
                Map.of(
                        "compartmentId",
                        compartment,
                        "displayName",
                        name,
                        "protectionMode",
                        "SOFTWARE",
                        "keyShape",
                        Map.of("algorithm", "AES", "length", 32)),
                Map.of()));
    }

    private static String made(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError("not made: " + answer.raw().body());
        }
        return answer.body().path("id").asText();
    }

    Answer delete(String target, Map<String, String> headers) {
        return send("DELETE", target, "", headers);
    }

    Answer post(String target, Object body, Map<String, String> headers) {
        return send("POST", target, json(body), headers);
    }

    Answer put(String target, Object body, Map<String, String> headers) {
        return send("PUT", target, json(body), headers);
    }

    static String json(Object body) {
        return JSON.valueToTree(body).toString();
    }

    Answer send(String method, String target, String body, Map<String, String> more) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String host = "127.0.0.1:" + port();
        Map<String, String> headers = Signer.headers("date", Instant.now(), host, method, bytes);
        List<String> names = headers.containsKey("content-length") ? Signer.BODY : Signer.NO_BODY;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + host + target))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", signer.sign(method, target, headers, names))
                .method(
                        method,
                        bytes.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(bytes));
        headers.forEach((name, value) -> {
            if (!name.equals("host") && !name.equals("content-length")) {
                request.header(name, value);
            }
        });
        more.forEach(request::header);
        return send(request.build());
    }

    static Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static int port() {
        // RestAssured is told the port that the server got.
        return RestAssured.port;
    }
}
