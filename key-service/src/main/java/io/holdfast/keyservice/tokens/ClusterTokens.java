package io.holdfast.keyservice.tokens;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
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

    private static final TokenFormat FORMAT = new TokenFormat("JWT", MAX_LENGTH, 512);

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
    Issued issue(UserId user, ClusterId cluster, Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(MAX_LIFETIME) > 0) {
            throw ProblemException.invalid("lifetimeSeconds", "must be 1 to " + MAX_LIFETIME.toSeconds());
        }
        TokenKey key = keys.key();
        byte[] idBytes = new byte[ID_BYTES];
        random.nextBytes(idBytes);
        String id = TokenKey.base64(idBytes);
        long issuedAt = time.wall().getEpochSecond();
        long expiresAt = issuedAt + lifetime.toSeconds();
        ObjectNode claims = FORMAT.object()
                .put("iss", ISSUER)
                .put("sub", user.value())
                .put("aud", cluster.value())
                .put("jti", id)
                .put("iat", issuedAt)
                .put("exp", expiresAt);
        return new Issued(FORMAT.write(claims, key), id, Instant.ofEpochSecond(expiresAt));
    }

    /** Verifies a token shown at a cluster's endpoint against identity as it is now. */
    public Verified verify(String token, ClusterId cluster, IdentitySnapshot identity) throws TokenRefused {
        return verifyClaims(FORMAT.read(token, keys.key()), cluster, identity);
    }

    private Verified verifyClaims(JsonNode claims, ClusterId cluster, IdentitySnapshot identity) throws TokenRefused {
        if (!TokenFormat.text(claims, "iss").equals(ISSUER)
                || !TokenFormat.text(claims, "aud").equals(cluster.value())) {
            throw new TokenRefused("the token is for another cluster, or of another issuer");
        }
        String id = requireId(TokenFormat.text(claims, "jti"));
        TokenFormat.Times times = TokenFormat.times(claims);
        times.require(time.wall(), MAX_LIFETIME, CLOCK_TOLERANCE);
        UserId userId;
        try {
            userId = new UserId(TokenFormat.text(claims, "sub"));
        } catch (ProblemException e) {
            throw new TokenRefused("the subject is no user");
        }
        User user = identity.activeUser(userId)
                .orElseThrow(() -> new TokenRefused("the user does not exist or is not active"));
        if (identity.isRevoked(userId, id, times.issuedAt())) {
            throw new TokenRefused("the token is revoked");
        }
        return new Verified(IdentitySnapshot.caller(user), id, times.expiresAt());
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
}
