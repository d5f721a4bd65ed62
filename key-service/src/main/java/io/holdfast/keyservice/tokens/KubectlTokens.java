package io.holdfast.keyservice.tokens;

import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.LocalAuthorizer;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.SignatureRefused;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bearer tokens that kubectl shows: {@link ClusterTokens} made here, and those of {@code oci ce cluster generate-token},
 * which are made without any service:
 *
 * <pre>
 * token = base64url of "https://containerengine." region ".oraclecloud.com/cluster_request/" cluster OCID
 *         "?authorization=" header "&amp;date=" date           ; in any order, percent-encoded
 * </pre>
 *
 * <p>In these, the user has signed a GET of the URL without its query. The host is Oracle's whatever service is meant, so it
 * is not compared with any of ours; what ties the token to a cluster is the OCID in the path. A token of this kind ends five
 * minutes after its date, or with the API key that signed it. As nothing was asked when it was made, the permission that a
 * kubeconfig takes (CLUSTER_USE) is asked when it is shown.
 */
@ApplicationScoped
public class KubectlTokens {
    /** Base64 of {@code https://}. */
    private static final String SIGNED_URL = "aHR0cHM6Ly";

    private static final int MAX_LENGTH = 8_192;
    private static final Pattern URL = Pattern.compile("https://(containerengine\\.[a-z0-9-]{1,63}\\.oraclecloud\\.com)"
            + "(/cluster_request/([A-Za-z0-9._-]{1,255}))\\?([\\x21-\\x7E&&[^#?]]+)");
    private static final String AUTHORIZATION = "authorization";
    private static final String DATE = "date";

    private final ClusterTokens made;
    private final Credentials credentials;
    private final SignatureCheck signatures;
    private final LiveClusters clusters;

    KubectlTokens(ClusterTokens made, Credentials credentials, SignatureCheck signatures, LiveClusters clusters) {
        this.made = made;
        this.credentials = credentials;
        this.signatures = signatures;
        this.clusters = clusters;
    }

    /** Verifies a token shown at a cluster's endpoint against identity as it is now. */
    public Bearer verify(String token, ClusterId cluster, Identity.View view) throws TokenRefused {
        if (token.startsWith(SIGNED_URL)) {
            return signedUrl(token, cluster, view);
        }
        ClusterTokens.Verified verified = made.verify(token, cluster, view.identity());
        return new Bearer(verified.caller(), Validity.until(verified.expiresAt()));
    }

    private Bearer signedUrl(String token, ClusterId cluster, Identity.View view) throws TokenRefused {
        Matcher url = URL.matcher(decoded(token));
        if (!url.matches()) {
            throw new TokenRefused("the URL is not one of generate-token");
        }
        if (!url.group(3).equals(cluster.value())) {
            throw new TokenRefused("the URL is for another cluster");
        }
        Map<String, String> query = query(url.group(4));
        if (query.size() != 2 || !query.containsKey(AUTHORIZATION) || !query.containsKey(DATE)) {
            throw new TokenRefused("the URL must have authorization and date, and nothing else");
        }
        SignatureCheck.Signed signed = signed(
                new SignedRequest(
                        "GET",
                        url.group(2),
                        Map.of(DATE, query.getOrDefault(DATE, ""), "host", url.group(1)),
                        query.getOrDefault(AUTHORIZATION, ""),
                        SignatureCheck.EMPTY_SHA256),
                view);
        if (!signed.by().type().equals(Principal.USER)) {
            throw new TokenRefused("the URL was signed by no user");
        }
        Decision use = mayUse(signed.by(), cluster, view);
        if (!use.allowed()) {
            throw new TokenRefused("the user may not use the cluster: " + use.reason());
        }
        Validity ofSignature = Validity.until(signed.at().plus(SignatureCheck.MAX_SKEW));
        return new Bearer(signed.by(), ofSignature.and(signed.validity()).and(use.holdsUntil()));
    }

    private SignatureCheck.Signed signed(SignedRequest request, Identity.View view) throws TokenRefused {
        try {
            return signatures.signed(request, credentials.at(view.identity()));
        } catch (SignatureRefused e) {
            throw new TokenRefused("the URL's signature does not hold: " + e.getMessage());
        }
    }

    private Decision mayUse(Caller user, ClusterId id, Identity.View view) throws TokenRefused {
        Caller cluster = clusters.find(id).orElseThrow(() -> new TokenRefused("there is no such cluster"));
        return LocalAuthorizer.decide(
                view,
                user,
                "CreateKubeconfig",
                List.of("CLUSTER_USE"),
                new CompartmentId(cluster.compartmentId()),
                Map.of("target.cluster.id", id.value()));
    }

    private static String decoded(String token) throws TokenRefused {
        if (token.length() > MAX_LENGTH) {
            throw new TokenRefused("the token is too long");
        }
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw new TokenRefused("the token is not base64url");
        }
    }

    private static Map<String, String> query(String text) throws TokenRefused {
        Map<String, String> found = new HashMap<>();
        for (String pair : text.split("&", 4)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new TokenRefused("a parameter of the URL has no value");
            }
            try {
                String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                if (found.put(pair.substring(0, equals), value) != null) {
                    throw new TokenRefused("a parameter of the URL is given twice");
                }
            } catch (IllegalArgumentException e) {
                throw new TokenRefused("a parameter of the URL is not percent-encoded");
            }
        }
        return found;
    }
}
