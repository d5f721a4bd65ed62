package io.holdfast.keyservice.tokens;

import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.SessionToken;
import io.holdfast.keyservice.signing.SigningKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/** All that requests are signed with: API keys of users, session keys of clusters. */
@ApplicationScoped
public class Credentials {
    private static final Logger LOG = Logger.getLogger(Credentials.class);

    private final ResourcePrincipalTokens tokens;

    Credentials(ResourcePrincipalTokens tokens) {
        this.tokens = tokens;
    }

    /**
     * The keys by a view of identity that the caller has already, so that the answer belongs to that view's revision. Whether
     * a cluster exists is read at the question, so it is never older than the view.
     */
    public SigningKeys at(IdentitySnapshot seen) {
        return id -> switch (id) {
            case KeyReference reference -> seen.find(reference);
            case SessionToken token -> session(token);
        };
    }

    /** A session key of a cluster that exists now: it does not rest on a view. */
    Optional<SigningKeys.Owned> session(SessionToken token) {
        try {
            return Optional.of(tokens.verify(token));
        } catch (TokenRefused e) {
            LOG.debugv("A session token was refused. reason={0}", e.getMessage());
            return Optional.empty();
        }
    }
}
