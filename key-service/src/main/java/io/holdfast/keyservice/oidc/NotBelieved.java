package io.holdfast.keyservice.oidc;

/** A token that the identity provider does not stand for. The reason is for the debug log and never for the caller. */
public final class NotBelieved extends Exception {
    NotBelieved(String reason) {
        super(reason);
    }
}
