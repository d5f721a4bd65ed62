package io.holdfast.keyservice.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.SessionToken;
import io.holdfast.keyservice.signing.SigningKeys.Owned;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes and verifies the tokens by which a cluster signs requests as itself ({@code ST$<token>}; Oracle's clients call it a
 * resource principal's session token, RPST). The bearer signs with a session key of its own, of which the token holds the
 * public half; the token alone opens nothing.
 *
 * <pre>
 * header  = {"alg":"ES256","kid":thumbprint,"typ":"rpst+jwt"}
 * claims  = {"iss":"holdfast/resource-principals","sub":cluster OCID,"ptype":"resource","res_type":"cluster",
 *            "res_id":cluster OCID,"res_tenant":tenancy OCID,"res_compartment":compartment OCID,
 *            "jwk":JSON text {"kty":"RSA","n":..,"e":..},"jti":id,"iat":seconds,"exp":seconds}
 * </pre>
 *
 * <p>A token holds when the form and the signature are right, the time is within [iat, exp), and the cluster exists: it ends
 * with its cluster. Tenancy and compartment are those of the cluster as it is known here; the claims that name them are for
 * clients. Thread safe.
 */
@ApplicationScoped
public class ResourcePrincipalTokens {
    /** The longest a token lives. */
    public static final Duration MAX_LIFETIME = Duration.ofHours(1);
    /** When whoever asks for a token names nothing. */
    public static final Duration USUAL_LIFETIME = Duration.ofMinutes(20);
    /** A longer session key would not fit into a header beside its signature. */
    public static final int MAX_KEY_BITS = 4_096;

    static final String TYPE = "rpst+jwt";
    static final String ISSUER = "holdfast/resource-principals";
    private static final String RESOURCE = "resource";
    private static final String CLUSTER = "cluster";
    private static final int ID_BYTES = 16;
    /** How far the clock of another replica may be ahead of this one. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
    /** Tokens whose signatures are not verified a second time. With more of them all are forgotten, which costs time only. */
    private static final int MAX_READ = 1_024;

    private static final TokenFormat FORMAT = new TokenFormat(TYPE, SessionToken.MAX_LENGTH, 1_024);
    private static final Logger LOG = Logger.getLogger(ResourcePrincipalTokens.class);

    private final TokenKeySource keys;
    private final LiveClusters clusters;
    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();
    private final Map<SessionToken, Read> read = new ConcurrentHashMap<>();

    @Inject
    ResourcePrincipalTokens(TokenKeySource keys, LiveClusters clusters) {
        this(keys, clusters, TimeSource.system());
    }

    ResourcePrincipalTokens(TokenKeySource keys, LiveClusters clusters, TimeSource time) {
        this.keys = keys;
        this.clusters = clusters;
        this.time = time;
    }

    /** A token as made. */
    public record Issued(String token, String id, Instant expiresAt) {
        @Override
        public String toString() {
            return "Issued[" + id + ", expires " + expiresAt + "]";
        }
    }

    /** What a token of ours says: true for as long as its times say so, whatever becomes of the cluster. */
    private record Read(ClusterId cluster, RsaPublicKey key, TokenFormat.Times times) {}

    /**
     * @param cluster as it is known now
     * @param publicKey PEM of the session key's public half
     * @throws ProblemException INVALID_PARAMETER for a lifetime of less than a second or more than an hour, or a session key
     *     that is weak or has more than {@value #MAX_KEY_BITS} bits
     */
    Issued issue(Caller cluster, String publicKey, Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(MAX_LIFETIME) > 0) {
            throw ProblemException.invalid("lifetimeSeconds", "must be 1 to " + MAX_LIFETIME.toSeconds());
        }
        RsaPublicKey sessionKey = sessionKey(publicKey);
        if (sessionKey.modulus().bitLength() > MAX_KEY_BITS) {
            throw ProblemException.invalid("publicKey", "must have at most " + MAX_KEY_BITS + " bits");
        }
        byte[] idBytes = new byte[ID_BYTES];
        random.nextBytes(idBytes);
        String id = TokenKey.base64(idBytes);
        long issuedAt = time.wall().getEpochSecond();
        long expiresAt = issuedAt + lifetime.toSeconds();
        ObjectNode claims = FORMAT.object()
                .put("iss", ISSUER)
                .put("sub", cluster.id())
                .put("ptype", RESOURCE)
                .put("res_type", CLUSTER)
                .put("res_id", cluster.id())
                .put("res_tenant", cluster.tenancyId().value())
                .put("res_compartment", cluster.compartmentId())
                .put("jwk", jwk(sessionKey))
                .put("jti", id)
                .put("iat", issuedAt)
                .put("exp", expiresAt);
        return new Issued(FORMAT.write(claims, keys.key()), id, Instant.ofEpochSecond(expiresAt));
    }

    private static RsaPublicKey sessionKey(String pem) {
        try {
            return RsaPublicKey.fromPem(pem);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid("publicKey", String.valueOf(e.getMessage()));
        }
    }

    /** The session key of a token that holds now, and its cluster. */
    Owned verify(SessionToken token) throws TokenRefused {
        Read found = read(token);
        found.times().require(time.wall(), MAX_LIFETIME, CLOCK_TOLERANCE);
        Caller cluster = clusters.find(found.cluster())
                .orElseThrow(() -> new TokenRefused("the cluster does not exist, or not any more"));
        return new Owned(found.key(), cluster, Validity.until(found.times().expiresAt()));
    }

    private Read read(SessionToken token) throws TokenRefused {
        @Nullable Read known = read.get(token);
        if (known != null) {
            return known;
        }
        Read fresh = parse(FORMAT.read(token.token(), keys.key()));
        if (read.size() >= MAX_READ) {
            LOG.debugv("Forgot {0} tokens that were read", read.size());
            read.clear();
        }
        read.put(token, fresh);
        return fresh;
    }

    private static Read parse(JsonNode claims) throws TokenRefused {
        if (!TokenFormat.text(claims, "iss").equals(ISSUER)
                || !TokenFormat.text(claims, "ptype").equals(RESOURCE)
                || !TokenFormat.text(claims, "res_type").equals(CLUSTER)) {
            throw new TokenRefused("the token is of another issuer, or for no cluster");
        }
        try {
            ClusterId cluster = new ClusterId(TokenFormat.text(claims, "res_id"));
            if (!TokenFormat.text(claims, "sub").equals(cluster.value())) {
                throw new TokenRefused("the token speaks for two");
            }
            return new Read(cluster, key(TokenFormat.text(claims, "jwk")), TokenFormat.times(claims));
        } catch (ProblemException e) {
            throw new TokenRefused("the resource is no cluster");
        }
    }

    /** The key as a JWK (RFC 7517), as text: Oracle's clients want a string. */
    private static String jwk(RsaPublicKey key) {
        return FORMAT.object()
                .put("kty", "RSA")
                .put("n", unsigned(key.modulus()))
                .put("e", unsigned(key.exponent()))
                .toString();
    }

    private static RsaPublicKey key(String jwk) throws TokenRefused {
        JsonNode parsed = FORMAT.parse(jwk.getBytes(StandardCharsets.UTF_8));
        if (!TokenFormat.text(parsed, "kty").equals("RSA")) {
            throw new TokenRefused("the session key is no RSA key");
        }
        try {
            return RsaPublicKey.of(number(parsed, "n"), number(parsed, "e"));
        } catch (IllegalArgumentException e) {
            throw new TokenRefused("the session key is too weak");
        }
    }

    private static BigInteger number(JsonNode jwk, String name) throws TokenRefused {
        return new BigInteger(1, TokenFormat.decode(TokenFormat.text(jwk, name)));
    }

    private static String unsigned(BigInteger value) {
        byte[] bytes = value.toByteArray();
        return TokenKey.base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }
}
