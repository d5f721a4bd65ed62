package io.holdfast.keyservice.store;

import java.util.Optional;

/**
 * What a change made of a vault or key.
 *
 * @param stateRevision the state revision that the change raised, or a later one
 * @param replayed the result of the earlier request with the same retry token, when there was one
 */
public record Changed<T>(Stored<T> stored, long stateRevision, Optional<String> replayed) {
    public T value() {
        return stored.value();
    }
}
