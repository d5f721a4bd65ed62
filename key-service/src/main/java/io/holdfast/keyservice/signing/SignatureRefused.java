package io.holdfast.keyservice.signing;

/**
 * A signature that does not hold. The reason is for the debug log of this service and never for the caller: it would tell
 * an attacker which check to work on next.
 */
public final class SignatureRefused extends Exception {
    SignatureRefused(String reason) {
        super(reason);
    }
}
