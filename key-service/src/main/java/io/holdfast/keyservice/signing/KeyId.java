package io.holdfast.keyservice.signing;

/** What names the key of a signature: an API key of a user, or a token that carries the key itself. */
public sealed interface KeyId permits KeyReference, SessionToken {

    static KeyId parse(String keyId) throws SignatureRefused {
        return keyId.startsWith(SessionToken.PREFIX) ? SessionToken.parse(keyId) : KeyReference.parse(keyId);
    }
}
