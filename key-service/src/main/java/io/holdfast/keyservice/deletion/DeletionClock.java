package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the wall clock may be believed when keys are deleted by it: a deletion can't be taken back, and one wrong clock
 * must not empty a vault.
 *
 * <p>Replicas record the wall time that they see in etcd (the heartbeat). A clock that agrees with the newest heartbeat
 * within the tolerance is believed. One that does not (it jumped, or the service was down for longer) is not, until it has
 * run evenly with the monotonic clock for the settling time while no other replica recorded another heartbeat, or until an
 * operator has confirmed it, which records a heartbeat too: see {@link ClockConfirmation}.
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

    /** What the clock is worth now. */
    sealed interface Reading {
        /** It is right, and was recorded. */
        record Believed(Instant wall) implements Reading {}

        /**
         * Deletions must be held.
         *
         * @param since the wall time that was seen when the doubt against this heartbeat began
         * @param lasting how long that is by the monotonic clock. As long as any replica believes its own clock it records
         *     new heartbeats and this stays short.
         */
        record Doubted(Instant since, Instant wall, Heartbeat heartbeat, Duration lasting) implements Reading {}
    }

    /**
     * Since when this process doubts its clock.
     *
     * @param revision of the heartbeat that it doubts it against
     * @param evenFrom from when on the clock has run evenly
     */
    private record Doubt(long revision, Shown began, Shown evenFrom) {}

    /** Both clocks at one moment. */
    private record Shown(Instant wall, long monotonic) {
        Duration ranUntil(Shown later) {
            return Duration.ofNanos(later.monotonic - monotonic);
        }

        boolean evenUntil(Shown later) {
            Duration shown = Duration.between(wall, later.wall);
            return shown.minus(ranUntil(later)).abs().compareTo(EVEN) <= 0;
        }
    }

    DeletionClock(KeyValueStore store, TimeSource time, Duration tolerance, Duration settle) {
        this.store = store;
        this.time = time;
        this.tolerance = tolerance;
        this.settle = settle;
    }

    /** Reads the clock, and records it when it is believed. */
    Reading read() {
        Shown now = new Shown(time.wall(), time.monotonicNanos());
        Optional<Heartbeat> recorded = Heartbeat.read(store);
        if (recorded.isEmpty()) {
            return believe(Transaction.builder().ifAbsent(Layout.HEARTBEAT), now);
        }
        Heartbeat heartbeat = recorded.get();
        if (heartbeat.agreesWith(now.wall(), tolerance)) {
            return believe(Transaction.builder().ifUnchanged(heartbeat.stored()), now);
        }
        Doubt since = doubtAgainst(heartbeat, now);
        doubt = since;
        return since.evenFrom().ranUntil(now).compareTo(settle) >= 0
                ? believe(Transaction.builder().ifUnchanged(heartbeat.stored()), now)
                : new Reading.Doubted(
                        since.began().wall(),
                        now.wall(),
                        heartbeat,
                        since.began().ranUntil(now));
    }

    private Doubt doubtAgainst(Heartbeat heartbeat, Shown now) {
        long revision = heartbeat.stored().modRevision();
        Doubt since = doubt;
        if (since == null || since.revision() != revision) {
            return new Doubt(revision, now, now);
        }
        return since.evenFrom().evenUntil(now) ? since : new Doubt(revision, since.began(), now);
    }

    private Reading believe(Transaction.Builder condition, Shown now) {
        boolean recorded =
                store.commit(condition.with(Heartbeat.put(now.wall())).build()).committed();
        if (!recorded) {
            // Another replica, or an operator, was faster: what they say counts, not what was read before.
            Heartbeat theirs = Heartbeat.read(store).orElseThrow();
            if (!theirs.agreesWith(now.wall(), tolerance)) {
                Doubt since = doubtAgainst(theirs, now);
                doubt = since;
                return new Reading.Doubted(
                        since.began().wall(), now.wall(), theirs, since.began().ranUntil(now));
            }
        }
        doubt = null;
        return new Reading.Believed(now.wall());
    }
}
