package io.holdfast.keyservice.oidc;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.config.OidcConfig;
import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.OIDCException;
import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.TimeoutException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;

/**
 * Asks whom a token of the identity provider names. Quarkus verifies it by the keys that the provider publishes: signature
 * (asymmetric algorithms only), issuer, audience, {@code exp}, {@code nbf} (RFC 7519, section 4.1). Nothing is asked of the
 * provider about a single token, so one that it withdraws holds until its end.
 */
@ApplicationScoped
public class IdentityProvider {
    /** What fits into an HTTP header here. */
    static final int MAX_LENGTH = 8_192;

    private static final Logger LOG = Logger.getLogger(IdentityProvider.class);
    /** What Quarkus takes for "do not compare". */
    private static final String ANY = "any";

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    private final OidcConfig config;
    private final TenantIdentityProvider verifier;

    IdentityProvider(OidcConfig config, TenantIdentityProvider verifier) {
        this.config = config;
        this.verifier = verifier;
    }

    /**
     * Whom a token names.
     *
     * @param subject its {@code sub}
     * @param validity until its {@code exp}
     */
    public record Named(TenancyId tenancy, String subject, Validity validity) {}

    void start(@Observes StartupEvent event) {
        if (config.enabled()) {
            requireUsable(config);
            LOG.infov(
                    "Tokens of an identity provider are believed. issuer={0} tenancy={1}",
                    config.issuer().orElseThrow(),
                    config.tenancy().orElseThrow().value());
        }
    }

    /** @throws IllegalStateException when a token would be believed that should not be */
    static void requireUsable(OidcConfig config) {
        String issuer = required(config.issuer(), "issuer");
        URI url = URI.create(issuer);
        boolean secret = "https".equals(url.getScheme());
        if (url.getHost() == null || !(secret || "http".equals(url.getScheme()) && LOOPBACK.contains(url.getHost()))) {
            throw new IllegalStateException(
                    "holdfast.oidc.issuer must be an https URL: who can change what it answers can be anybody");
        }
        String audience = required(config.audience(), "audience");
        if (audience.equals(ANY)) {
            throw new IllegalStateException(
                    "holdfast.oidc.audience must be the name of this installation at the provider");
        }
        required(config.tenancy(), "tenancy");
    }

    private static <T> T required(Optional<T> value, String name) {
        return value.orElseThrow(
                () -> new IllegalStateException("holdfast.oidc." + name + " is required with holdfast.oidc.enabled"));
    }

    /**
     * Verifies a token.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when the provider's keys are needed and it does not answer
     */
    public Named verify(String token) throws NotBelieved {
        if (!config.enabled()) {
            throw new NotBelieved("tokens of an identity provider are not accepted");
        }
        if (token.isEmpty() || token.length() > MAX_LENGTH) {
            throw new NotBelieved("the token has no acceptable length");
        }
        SecurityIdentity identity;
        try {
            identity = verifier.authenticate(new AccessTokenCredential(token))
                    .await()
                    .atMost(config.timeout());
        } catch (TimeoutException | OIDCException | CompletionException e) {
            LOG.warnv("The identity provider can''t be asked. cause={0}", e.toString());
            throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE);
        } catch (RuntimeException e) {
            // Mostly AuthenticationFailedException, but what is no JWT at all fails in other ways, too.
            throw new NotBelieved(String.valueOf(e.getCause() == null ? e : e.getCause()));
        }
        if (!(identity.getPrincipal() instanceof JsonWebToken jwt) || jwt.getSubject() == null) {
            throw new NotBelieved("the token names nobody");
        }
        return new Named(
                config.tenancy().orElseThrow(),
                jwt.getSubject(),
                Validity.until(Instant.ofEpochSecond(jwt.getExpirationTime())));
    }
}
