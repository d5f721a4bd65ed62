package io.holdfast.keyservice.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Signs requests as Oracle documents it; written apart from the verifier, from the documentation. */
public final class Signer {
    /** As Python, the CLI and Java sign. */
    public static final List<String> BODY =
            List.of("date", "(request-target)", "host", "content-length", "content-type", "x-content-sha256");

    public static final List<String> NO_BODY = List.of("date", "(request-target)", "host");
    /** As Node signs. */
    public static final List<String> NODE_BODY =
            List.of("x-date", "(request-target)", "host", "Content-Type", "Content-Length", "x-content-sha256");

    private final String keyId;
    private final PrivateKey key;

    public Signer(String keyId, PrivateKey key) {
        this.keyId = keyId;
        this.key = key;
    }

    public static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    public static String date(Instant time) {
        return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC)
                .format(time);
    }

    public static String sha256(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The headers of a request with a date in {@code dateHeader}; a body adds its three. */
    public static Map<String, String> headers(
            String dateHeader, Instant time, String host, String method, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(dateHeader, date(time));
        headers.put("host", host);
        if (method.equals("POST") || method.equals("PUT") || body.length > 0) {
            headers.put("content-length", Integer.toString(body.length));
            headers.put("content-type", "application/json");
            headers.put("x-content-sha256", sha256(body));
        }
        return headers;
    }

    /** The authorization header, parameters in the CLI's order. */
    public String sign(String method, String target, Map<String, String> headers, List<String> names) {
        String text = names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .map(name -> name + ": "
                        + (name.equals("(request-target)")
                                ? method.toLowerCase(Locale.ROOT) + " " + target
                                : headers.get(name)))
                .collect(Collectors.joining("\n"));
        try {
            Signature rsa = Signature.getInstance("SHA256withRSA");
            rsa.initSign(key);
            rsa.update(text.getBytes(StandardCharsets.UTF_8));
            return "Signature algorithm=\"rsa-sha256\",headers=\"" + String.join(" ", names) + "\",keyId=\"" + keyId
                    + "\",signature=\"" + Base64.getEncoder().encodeToString(rsa.sign()) + "\",version=\"1\"";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
