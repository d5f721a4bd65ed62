package io.holdfast.keyservice.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.identity.TokenRevocations;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Makes and verifies kubectl tokens: JWTs (RFC 7519) signed with ES256, for one user and one cluster.
 *
 * <pre>
 * token   = header "." claims "." signature        ; each base64url without padding; at most 2,048 characters
 * header  = {"alg":"ES256","kid":thumbprint,"typ":"JWT"}
 * claims  = {"iss":"holdfast","sub":user OCID,"aud":cluster OCID,"jti":id,"iat":seconds,"exp":seconds}
 * </pre>
 *
 * <p>A token holds when every member is as written here, the algorithm fixed, the signature that of the one key, the time
 * within [iat, exp), the user there and active, and no revocation recorded. Thread safe.
 */
@ApplicationScoped
public class ClusterTokens {
    /** The longest a token lives. */
    public static final Duration MAX_LIFETIME = TokenRevocations.LONGEST_LIFETIME;
    /** What an id looks like; made here with 22 characters. */
    private static final Pattern TOKEN_ID = Pattern.compile("[A-Za-z0-9_-]{16,64}");

    static final String ISSUER = "holdfast";
    static final int MAX_LENGTH = 2_048;
    private static final int ID_BYTES = 16;
    /** How far the clock of another replica may be ahead of this one. */
    private static final Duration CLOCK_TOLERANCE = TokenRevocations.CLOCK_TOLERANCE;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(2)
                            .maxDocumentLength(MAX_LENGTH)
                            .maxStringLength(512)
                            .maxNumberLength(19)
                            .maxNameLength(32)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
            .build();

    private final TokenKeySource keys;
    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();

    @Inject
    ClusterTokens(TokenKeySource keys) {
        this(keys, TimeSource.system());
    }

    ClusterTokens(TokenKeySource keys, TimeSource time) {
        this.keys = keys;
        this.time = time;
    }

    /** A token as made. The text is a credential: it is never logged. */
    public record Issued(String token, String id, Instant expiresAt) {
        @Override
        public String toString() {
            return "Issued[" + id + ", expires " + expiresAt + "]";
        }
    }

    /** Who a token speaks for, and until when. */
    public record Verified(Caller caller, String id, Instant expiresAt) {}

    /** @throws ProblemException INVALID_PARAMETER for a lifetime of less than a second or more than an hour */
    public Issued issue(UserId user, ClusterId cluster, Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(MAX_LIFETIME) > 0) {
            throw ProblemException.invalid("lifetimeSeconds", "must be 1 to " + MAX_LIFETIME.toSeconds());
        }
        TokenKey key = keys.key();
        byte[] idBytes = new byte[ID_BYTES];
        random.nextBytes(idBytes);
        String id = TokenKey.base64(idBytes);
        long issuedAt = time.wall().getEpochSecond();
        long expiresAt = issuedAt + lifetime.toSeconds();
        ObjectNode header =
                JSON.createObjectNode().put("alg", "ES256").put("kid", key.id()).put("typ", "JWT");
        ObjectNode claims = JSON.createObjectNode()
                .put("iss", ISSUER)
                .put("sub", user.value())
                .put("aud", cluster.value())
                .put("jti", id)
                .put("iat", issuedAt)
                .put("exp", expiresAt);
        String signed = encode(header) + "." + encode(claims);
        String signature = TokenKey.base64(key.sign(signed.getBytes(StandardCharsets.US_ASCII)));
        return new Issued(signed + "." + signature, id, Instant.ofEpochSecond(expiresAt));
    }

    /** Verifies a token shown at a cluster's endpoint against identity as it is now. */
    public Verified verify(String token, ClusterId cluster, IdentitySnapshot identity) throws TokenRefused {
        if (token.length() > MAX_LENGTH) {
            throw new TokenRefused("the token is too long");
        }
        String[] parts = token.split("\\.", 4);
        if (parts.length != 3) {
            throw new TokenRefused("the token has not three parts");
        }
        TokenKey key = keys.key();
        requireHeader(parse(parts[0]), key);
        if (!key.verifies((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII), decode(parts[2]))) {
            throw new TokenRefused("the signature does not verify");
        }
        return verifyClaims(parse(parts[1]), cluster, identity);
    }

    private static void requireHeader(JsonNode header, TokenKey key) throws TokenRefused {
        if (!text(header, "alg").equals("ES256")
                || !text(header, "typ").equals("JWT")
                || !text(header, "kid").equals(key.id())
                || header.size() != 3) {
            throw new TokenRefused("the header is not one of ours");
        }
    }

    private Verified verifyClaims(JsonNode claims, ClusterId cluster, IdentitySnapshot identity) throws TokenRefused {
        if (!text(claims, "iss").equals(ISSUER) || !text(claims, "aud").equals(cluster.value())) {
            throw new TokenRefused("the token is for another cluster, or of another issuer");
        }
        String id = requireId(text(claims, "jti"));
        Instant issuedAt = instant(claims, "iat");
        Instant expiresAt = instant(claims, "exp");
        Instant now = time.wall();
        if (!now.isBefore(expiresAt)
                || now.isBefore(issuedAt.minus(CLOCK_TOLERANCE))
                || Duration.between(issuedAt, expiresAt).compareTo(MAX_LIFETIME) > 0) {
            throw new TokenRefused("the token does not hold at this time");
        }
        UserId userId;
        try {
            userId = new UserId(text(claims, "sub"));
        } catch (ProblemException e) {
            throw new TokenRefused("the subject is no user");
        }
        User user = identity.activeUser(userId)
                .orElseThrow(() -> new TokenRefused("the user does not exist or is not active"));
        if (identity.isRevoked(userId, id, issuedAt)) {
            throw new TokenRefused("the token is revoked");
        }
        return new Verified(IdentitySnapshot.caller(user), id, expiresAt);
    }

    /** Whether a text may be a token's id. */
    public static boolean isId(String text) {
        return TOKEN_ID.matcher(text).matches();
    }

    private static String requireId(String id) throws TokenRefused {
        if (!isId(id)) {
            throw new TokenRefused("the token's id is malformed");
        }
        return id;
    }

    private static String encode(ObjectNode node) {
        return TokenKey.base64(node.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode parse(String part) throws TokenRefused {
        try {
            JsonNode node = JSON.readTree(decode(part));
            if (node == null || !node.isObject()) {
                throw new TokenRefused("a part of the token is no JSON object");
            }
            return node;
        } catch (IOException e) {
            throw new TokenRefused("a part of the token is no JSON");
        }
    }

    private static byte[] decode(String part) throws TokenRefused {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            // One token has one spelling: no padding, and no bits set that decode to nothing.
            if (!TokenKey.base64(bytes).equals(part)) {
                throw new TokenRefused("a part of the token is not canonical base64url");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new TokenRefused("a part of the token is not base64url");
        }
    }

    private static String text(JsonNode node, String name) throws TokenRefused {
        JsonNode value = node.get(name);
        if (value == null || !value.isTextual()) {
            throw new TokenRefused("the token lacks " + name);
        }
        return value.textValue();
    }

    private static Instant instant(JsonNode node, String name) throws TokenRefused {
        JsonNode value = node.get(name);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new TokenRefused("the token lacks " + name);
        }
        long seconds = value.longValue();
        if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
            throw new TokenRefused("the token's " + name + " is no time");
        }
        return Instant.ofEpochSecond(seconds);
    }
}
