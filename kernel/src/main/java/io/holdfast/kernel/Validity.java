package io.holdfast.kernel;

import java.time.Instant;
import java.util.Optional;

/**
 * How long an answer about access holds: until the state revision that it was made at moves, and never past its end where
 * it has one. A denial has an end as well as a permission: what a condition of time forbids now, it may allow later.
 *
 * <p>The end is compared with the wall clock of whoever uses the answer.
 *
 * @param end the first moment at which the answer no longer holds
 */
public record Validity(Optional<Instant> end) {
    /** Nothing but a change of state ends it. */
    public static final Validity UNTIL_CHANGE = new Validity(Optional.empty());

    public static Validity until(Instant end) {
        return new Validity(Optional.of(end));
    }

    /** From the contracts' form: epoch milliseconds, 0 for {@link #UNTIL_CHANGE}. */
    public static Validity ofMillis(long millis) {
        return millis == 0 ? UNTIL_CHANGE : until(Instant.ofEpochMilli(millis));
    }

    /** In the contracts' form; a fraction of a millisecond is cut off, so that it never lasts longer. */
    public long millis() {
        return end.map(Instant::toEpochMilli).orElse(0L);
    }

    public boolean isOverAt(Instant now) {
        return end.isPresent() && !now.isBefore(end.get());
    }

    /** Of an answer that rests on two: the one that ends first. */
    public Validity and(Validity other) {
        if (end.isEmpty()) {
            return other;
        }
        return other.end.isPresent() && other.end.get().isBefore(end.get()) ? other : this;
    }
}
