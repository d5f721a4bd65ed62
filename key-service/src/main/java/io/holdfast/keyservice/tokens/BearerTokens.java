package io.holdfast.keyservice.tokens;

import io.holdfast.keyservice.identity.ExternalIdentity;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.IdentitySnapshot;
import io.holdfast.keyservice.oidc.IdentityProvider;
import io.holdfast.keyservice.oidc.IdentityProvider.Named;
import io.holdfast.keyservice.oidc.NotBelieved;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;

/** The users who show tokens of the identity provider. */
@ApplicationScoped
public class BearerTokens {
    private final IdentityProvider provider;
    private final Identity identity;

    BearerTokens(IdentityProvider provider, Identity identity) {
        this.provider = provider;
        this.identity = identity;
    }

    /**
     * Verifies a token against identity as it is now.
     *
     * @throws io.holdfast.kernel.ProblemException SERVICE_UNAVAILABLE when the provider must be asked and does not answer
     */
    Bearer verify(String token) throws TokenRefused {
        return verify(token, identity::find);
    }

    /** As {@link #verify(String)}, against a view of identity that the caller has already. */
    public Bearer verify(String token, IdentitySnapshot seen) throws TokenRefused {
        return verify(token, seen::find);
    }

    private Bearer verify(String token, Function<ExternalIdentity, Optional<User>> users) throws TokenRefused {
        try {
            Named named = provider.verify(token);
            User user = users.apply(new ExternalIdentity(named.tenancy(), named.subject()))
                    .orElseThrow(() -> new TokenRefused("no active user has that external identifier"));
            return new Bearer(IdentitySnapshot.caller(user), named.validity());
        } catch (NotBelieved e) {
            throw new TokenRefused("the identity provider does not stand for the token: " + e.getMessage());
        }
    }
}
