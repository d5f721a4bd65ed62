package io.holdfast.keyservice.signing;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Verifies request signatures against the keys that this service knows. Every refusal looks the same to the caller. */
@ApplicationScoped
class LocalAuthenticator implements Authenticator {
    private static final Logger LOG = Logger.getLogger(LocalAuthenticator.class);

    private final SigningKeys keys;
    private final SignatureCheck check;

    @Inject
    LocalAuthenticator(SigningKeys keys, SignatureCheck check) {
        this.keys = keys;
        this.check = check;
    }

    @Override
    public Caller authenticate(SignedRequest request) {
        try {
            return check.verify(request, keys);
        } catch (SignatureRefused e) {
            LOG.debugv("A signature was refused. reason={0}", e.getMessage());
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
    }
}
