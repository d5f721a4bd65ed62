package io.holdfast.keyservice.tokens;

/** A token that does not hold. The reason is for the debug log and never for the caller. */
public final class TokenRefused extends Exception {
    TokenRefused(String reason) {
        super(reason);
    }
}
