package io.holdfast.keyservice.identity;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.platform.http.RetryTokens;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** A creation that a client may repeat with its retry token: the second time it answers what the first one made. */
final class Creation {
    private Creation() {}

    /**
     * Creates, or answers what the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @param id of what is made, remembered with the token
     * @param decide throws to refuse
     * @param made finds what an earlier request made, by its id
     * @throws ProblemException LIMIT_EXCEEDED when the installation is full, INVALIDATED_RETRY_TOKEN when what the token
     *     created is gone, or what {@code decide} throws
     */
    static <T> Versioned<T> once(
            Identity identity,
            Supplier<RetryTokens.Attempt> retry,
            String id,
            Function<IdentitySnapshot, Identity.Change<Versioned<T>>> decide,
            BiFunction<IdentitySnapshot, String, Optional<Versioned<T>>> made) {
        return identity.<Versioned<T>>change(view -> {
                    RetryTokens.Attempt attempt = retry.get();
                    if (attempt.replay().isPresent()) {
                        return Optional.empty();
                    }
                    requireRoom(view.identity());
                    return Optional.of(decide.apply(view.identity()).and(attempt.record(id)));
                })
                .orElseGet(() -> retry.get()
                        .replay()
                        .flatMap(earlier -> made.apply(identity.current().identity(), earlier))
                        .orElseThrow(() -> new ProblemException(ProblemCode.INVALIDATED_RETRY_TOKEN)));
    }

    /** Identity is read whole: with more records than are read, nobody could do anything. */
    private static void requireRoom(IdentitySnapshot identity) {
        if (identity.size() >= Identity.MOST_RECORDS) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "The installation has at most " + Identity.MOST_RECORDS + " records of identity.");
        }
    }
}
