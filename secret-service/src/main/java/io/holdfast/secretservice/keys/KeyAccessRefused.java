package io.holdfast.secretservice.keys;

import io.holdfast.secretservice.domain.Denial;

/** key-service withholds the use of the key. The message is for people: the state, the date, the way back. */
public final class KeyAccessRefused extends RuntimeException {
    private final Denial denial;

    public KeyAccessRefused(Denial denial, String explanation) {
        super(explanation);
        this.denial = denial;
    }

    public Denial denial() {
        return denial;
    }
}
