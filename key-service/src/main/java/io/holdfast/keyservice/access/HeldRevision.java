package io.holdfast.keyservice.access;

import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * This replica's session with itself: the state revision as a linearizable read found it, used for a moment from when that
 * read began, and not once a newer one is known. As in a client's session both clocks must agree on how long ago that was,
 * since the monotonic one of some systems stands still while the machine sleeps.
 *
 * <p>While it is in use the next read begins before the moment is over, so that nobody waits for it. When etcd is away for
 * longer, every call reads for itself, and fails.
 *
 * <p>Thread safe.
 */
final class HeldRevision {
    private static final Logger LOG = Logger.getLogger(HeldRevision.class);
    /** The clocks may differ by so much of what is held. */
    private static final int DIVERGENCE = 2;

    private final LongSupplier known;
    private final long forNanos;
    private final TimeSource time;
    private final SharedRead<Held> shared;
    private final AtomicReference<@Nullable Held> held = new AtomicReference<>();
    private final AtomicBoolean renewing = new AtomicBoolean();

    private record Held(long revision, long since, Instant wall) {}

    /**
     * @param read of the state revision, linearizable
     * @param known the newest revision that this process has heard of
     * @param moment for which a revision is held from the beginning of its read on
     */
    HeldRevision(LongSupplier read, LongSupplier known, Duration moment, TimeSource time) {
        this.known = known;
        this.forNanos = moment.toNanos();
        this.time = time;
        this.shared = new SharedRead<>(() -> read(read));
    }

    /** Read from etcd after this call began. */
    long read() {
        return shared.get().revision();
    }

    /** Held, or else read. */
    long get() {
        return atHand().orElseGet(this::read);
    }

    /** Held; empty when it would have to be read. */
    OptionalLong atHand() {
        Held now = held.get();
        if (now == null || now.revision() < known.getAsLong()) {
            return OptionalLong.empty();
        }
        long age = time.monotonicNanos() - now.since();
        if (age >= forNanos || !clocksAgree(now, age)) {
            return OptionalLong.empty();
        }
        if (age >= forNanos / 2 && renewing.compareAndSet(false, true)) {
            Thread.ofVirtual().name("held-revision").start(this::renew);
        }
        return OptionalLong.of(now.revision());
    }

    private void renew() {
        try {
            long revision = read();
            LOG.tracev("Holding a state revision. revision={0}", revision);
        } catch (StoreUnavailable e) {
            LOG.debugv("The state revision was not read ahead. cause={0}", e.toString());
        } finally {
            renewing.set(false);
        }
    }

    private Held read(LongSupplier read) {
        long since = time.monotonicNanos();
        Instant wall = time.wall();
        Held fresh = new Held(read.getAsLong(), since, wall);
        held.set(fresh);
        return fresh;
    }

    private boolean clocksAgree(Held now, long age) {
        long wall = Duration.between(now.wall(), time.wall()).toNanos();
        return Math.abs(wall - age) <= forNanos / DIVERGENCE;
    }
}
