package io.holdfast.platform.outbox;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Where a source's number line stands.
 *
 * @param epoch raised by one when the state is restored from a backup: numbers may then repeat
 * @param next the number of the next event, 1 for the first
 */
record NumberLine(
        @JsonProperty("epoch") long epoch,
        @JsonProperty("next") long next) {
    static final NumberLine START = new NumberLine(1, 1);

    NumberLine advancedBy(int events) {
        return new NumberLine(epoch, next + events);
    }
}
