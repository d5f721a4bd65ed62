package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the wall clock may be believed when keys are deleted by it: a deletion can't be taken back, and one wrong clock
 * must not empty a vault.
 *
 * <p>Replicas record the wall time that they see in etcd (the heartbeat). A clock that agrees with the newest heartbeat
 * within the tolerance is believed. One that does not (it jumped, or the service was down for longer) is not, until it has
 * run evenly with the monotonic clock for the settling time while no other replica recorded another heartbeat.
 *
 * <p>Used by one thread.
 */
final class DeletionClock {
    private static final Duration EVEN = Duration.ofMinutes(1);

    private final KeyValueStore store;
    private final TimeSource time;
    private final Duration tolerance;
    private final Duration settle;
    private @Nullable Doubt doubt;

    /** Since when, and against which heartbeat, this process doubts its clock. */
    private record Doubt(Instant heartbeat, Instant wall, long monotonic) {}

    DeletionClock(KeyValueStore store, TimeSource time, Duration tolerance, Duration settle) {
        this.store = store;
        this.time = time;
        this.tolerance = tolerance;
        this.settle = settle;
    }

    /** The wall time if it may be believed, after recording it; empty when deletions must be held. */
    Optional<Instant> believed() {
        Instant now = time.wall();
        Optional<StoredValue> recorded = store.get(Layout.HEARTBEAT);
        if (recorded.isEmpty()) {
            record(Transaction.builder().ifAbsent(Layout.HEARTBEAT), now);
            doubt = null;
            return Optional.of(now);
        }
        Instant heartbeat = parse(recorded.get());
        if (Duration.between(heartbeat, now).abs().compareTo(tolerance) <= 0 || settled(heartbeat, now)) {
            // A lost race means that another replica has just recorded its own; this clock is believed all the same.
            record(Transaction.builder().ifUnchanged(recorded.get()), now);
            doubt = null;
            return Optional.of(now);
        }
        return Optional.empty();
    }

    private boolean settled(Instant heartbeat, Instant now) {
        long monotonic = time.monotonicNanos();
        Doubt since = doubt;
        if (since == null || !since.heartbeat().equals(heartbeat)) {
            doubt = new Doubt(heartbeat, now, monotonic);
            return false;
        }
        Duration ran = Duration.ofNanos(monotonic - since.monotonic());
        Duration shown = Duration.between(since.wall(), now);
        if (shown.minus(ran).abs().compareTo(EVEN) > 0) {
            doubt = new Doubt(heartbeat, now, monotonic);
            return false;
        }
        return ran.compareTo(settle) >= 0;
    }

    private void record(Transaction.Builder condition, Instant now) {
        store.commit(condition
                .put(Layout.HEARTBEAT, Bytes.takeOwnershipOf(now.toString().getBytes(StandardCharsets.US_ASCII)))
                .build());
    }

    private static Instant parse(StoredValue value) {
        try {
            return Instant.parse(new String(value.value().toArray(), StandardCharsets.US_ASCII));
        } catch (DateTimeParseException e) {
            // Not a time: nothing agrees with it, so deletions are held and the settling time begins.
            return Instant.EPOCH;
        }
    }
}
