package io.holdfast.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Sends requests signed as OCI clients sign them (OCI documentation, "Request Signatures"). */
public final class OciClient {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private final Clock clock;
    private final OciProfile profile;
    private final HttpClient http;
    private final ObjectMapper json = new ObjectMapper();

    public OciClient(StackEnvironment stack) {
        this(stack, Clock.systemUTC());
    }

    /** @param clock that dates the signatures */
    public OciClient(StackEnvironment stack, Clock clock) {
        this.clock = clock;
        this.profile = OciProfile.read(stack.ociConfig());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .sslContext(trusting(stack.certificateAuthority()))
                .build();
    }

    public OciProfile profile() {
        return profile;
    }

    /** An answer: its status, its JSON (missing when empty) and its headers. */
    public record Answer(int status, JsonNode body, HttpResponse<byte[]> raw) {
        /** The header's value, empty when absent. */
        public String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }

        public String text() {
            return new String(raw.body(), StandardCharsets.UTF_8);
        }

        /** This answer, if the status is 2xx. */
        public Answer expectSuccess(String what) {
            if (status / 100 != 2) {
                throw new StepFailed(what + " was answered " + status + " " + text());
            }
            return this;
        }
    }

    public Answer get(URI base, String target) {
        return send("GET", base, target, (String) null);
    }

    public Answer post(URI base, String target, @Nullable Object body) {
        return send("POST", base, target, body == null ? "" : write(body));
    }

    public Answer put(URI base, String target, Object body) {
        return send("PUT", base, target, write(body));
    }

    public Answer delete(URI base, String target) {
        return send("DELETE", base, target, (String) null);
    }

    /**
     * Sends the bytes of a body as they are, signed.
     *
     * @param method one with a body, as POST or PUT
     */
    public Answer sendRaw(String method, URI base, String target, byte[] body) {
        return send(method, base, target, body);
    }

    private Answer send(String method, URI base, String target, @Nullable String body) {
        return send(method, base, target, body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A request with its signature, to be sent within five minutes.
     *
     * @param target path and query
     * @param headers without {@code host} and {@code content-length}, which the connection writes
     * @param body empty for none
     */
    public record Signed(String method, URI uri, String target, Map<String, String> headers, byte[] body) {
        public Signed {
            headers = Map.copyOf(headers);
        }
    }

    /** Signs a request with a body and does not send it. */
    public Signed sign(String method, URI base, String target, byte[] body) {
        return signed(method, base, target, body);
    }

    private Signed signed(String method, URI base, String target, byte @Nullable [] bytes) {
        URI uri = base.resolve(target);
        String path = uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
        String date = DATE.format(ZonedDateTime.now(clock));
        Map<String, String> headers = new HashMap<>();
        headers.put("date", date);
        StringBuilder signing = new StringBuilder("date: " + date + "\n(request-target): "
                + method.toLowerCase(Locale.ROOT) + " " + path + "\nhost: " + uri.getRawAuthority());
        String names = "date (request-target) host";
        if (bytes != null) {
            String hash = sha256(bytes);
            headers.put("content-type", "application/json");
            headers.put("x-content-sha256", hash);
            signing.append("\ncontent-length: ").append(bytes.length);
            signing.append("\ncontent-type: application/json\nx-content-sha256: ")
                    .append(hash);
            names += " content-length content-type x-content-sha256";
        }
        headers.put(
                "authorization",
                "Signature version=\"1\",keyId=\"" + profile.tenancy() + "/" + profile.user() + "/"
                        + profile.fingerprint() + "\",algorithm=\"rsa-sha256\",headers=\"" + names + "\",signature=\""
                        + sign(signing.toString()) + "\"");
        return new Signed(method, uri, path, headers, bytes == null ? new byte[0] : bytes);
    }

    private Answer send(String method, URI base, String target, byte @Nullable [] bytes) {
        Signed signed = signed(method, base, target, bytes);
        URI uri = signed.uri();
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        bytes == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(bytes));
        signed.headers().forEach(request::header);
        try {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), parse(response), response);
        } catch (IOException e) {
            throw new StepFailed(method + " " + uri + " got no answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed(method + " " + uri + " was interrupted");
        }
    }

    private JsonNode parse(HttpResponse<byte[]> response) throws IOException {
        boolean isJson =
                response.headers().firstValue("content-type").orElse("").startsWith("application/json");
        return isJson && response.body().length > 0 ? json.readTree(response.body()) : MissingNode.getInstance();
    }

    private String write(Object body) {
        try {
            return json.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private String sign(String text) {
        try {
            Signature rsa = Signature.getInstance("SHA256withRSA");
            rsa.initSign(profile.key());
            rsa.update(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(rsa.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A TLS context that trusts this certificate authority and no other. */
    static SSLContext trusting(Path authority) {
        try (var pem = Files.newInputStream(authority)) {
            KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
            trust.load(null, null);
            trust.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trust);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot trust " + authority, e);
        }
    }
}
