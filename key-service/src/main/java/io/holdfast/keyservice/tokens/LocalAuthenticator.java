package io.holdfast.keyservice.tokens;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.SignatureRefused;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Verifies the requests to this service itself, by the keys that it knows and the identity provider that it believes. Every
 * refusal looks the same to the caller.
 */
@ApplicationScoped
class LocalAuthenticator implements Authenticator {
    private static final Logger LOG = Logger.getLogger(LocalAuthenticator.class);

    private final SigningKeys keys;
    private final SignatureCheck check;
    private final BearerTokens bearers;

    LocalAuthenticator(SigningKeys keys, SignatureCheck check, BearerTokens bearers) {
        this.keys = keys;
        this.check = check;
        this.bearers = bearers;
    }

    @Override
    public Caller authenticate(SignedRequest request) {
        try {
            Optional<String> token = request.bearerToken();
            return token.isPresent() ? bearers.verify(token.get()).caller() : check.verify(request, keys);
        } catch (SignatureRefused | TokenRefused e) {
            LOG.debugv("A credential was refused. reason={0}", e.getMessage());
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
    }
}
