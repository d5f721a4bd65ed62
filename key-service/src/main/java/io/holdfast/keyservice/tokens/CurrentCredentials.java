package io.holdfast.keyservice.tokens;

import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.signing.KeyId;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.SessionToken;
import io.holdfast.keyservice.signing.SigningKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The credentials by identity as it is at each question. */
@ApplicationScoped
class CurrentCredentials implements SigningKeys {
    private final Identity identity;
    private final Credentials credentials;

    CurrentCredentials(Identity identity, Credentials credentials) {
        this.identity = identity;
        this.credentials = credentials;
    }

    @Override
    public Optional<Owned> find(KeyId id) {
        return switch (id) {
            case KeyReference reference -> identity.find(reference);
            case SessionToken token -> credentials.session(token);
        };
    }

    /** A key that is held is found without a read, and one that is not there never is. */
    @Override
    public void beforeRefusal(KeyId id) {
        if (id instanceof KeyReference) {
            identity.current();
        }
    }
}
