package io.holdfast.keyservice.http.identity;

/** Where the retry tokens of identity stand: outside identity's own prefix, which is read whole. */
final class RetryPrefix {
    static final String VALUE = "/holdfast/keys/retry-identity/";

    private RetryPrefix() {}
}
