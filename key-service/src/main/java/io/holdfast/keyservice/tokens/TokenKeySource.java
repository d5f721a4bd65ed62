package io.holdfast.keyservice.tokens;

/** The one key that signs tokens, the same in every replica. */
interface TokenKeySource {
    TokenKey key();
}
