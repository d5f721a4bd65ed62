package io.holdfast.platform.access;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a session knows and what follows from it; no network. Thread safe.
 *
 * <p>Every Ping keeps the clocks of the moment before it was sent. Its Pong carries from there, not from its arrival: an
 * answer that was held up for a minute carries nothing. The monotonic clock of some systems stands still while the machine
 * sleeps, so a Pong counts, and goes on counting, only while both clocks agree on how long ago its Ping was.
 */
final class SessionState {
    private static final Logger LOG = Logger.getLogger(SessionState.class);
    private static final long MOST_DIVERGENCE_NANOS = Duration.ofMillis(500).toNanos();
    private static final int MOST_OUTSTANDING = 32;
    private static final int NONCE_BYTES = 16;
    private static final Duration LONGEST_TERM = Duration.ofMinutes(1);

    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Bytes, Sent> outstanding = new LinkedHashMap<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private @Nullable Held held;
    private long revision;

    SessionState(TimeSource time) {
        this.time = time;
    }

    /** @param knownRevision what the session had seen when it sent the Ping */
    private record Sent(long monotonic, Instant wall, long knownRevision) {}

    private record Held(Sent since, long forNanos) {}

    private record Delivery(long revision, Sent since, long forNanos) {}

    /** A Ping to send now. */
    record Ping(Bytes nonce, long acknowledgedRevision) {}

    Ping ping() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        Bytes key = Bytes.takeOwnershipOf(nonce);
        lock.lock();
        try {
            while (outstanding.size() >= MOST_OUTSTANDING) {
                outstanding.remove(outstanding.keySet().iterator().next());
            }
            // The clocks are read before the Ping can leave.
            outstanding.put(key, new Sent(time.monotonicNanos(), time.wall(), revision));
            return new Ping(key, acknowledgeable());
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the revision grew */
    boolean pong(Bytes nonce, long stateRevision, Duration term) {
        lock.lock();
        try {
            Sent sent = outstanding.remove(nonce);
            if (sent == null || term.isNegative() || term.compareTo(LONGEST_TERM) > 0) {
                return false;
            }
            if (stateRevision < sent.knownRevision()) {
                // A linearizable read never goes back: key-service was restored from a backup. What this process holds
                // was made by another history, so nothing of it may be used.
                held = null;
                LOG.errorf(
                        "key-service answered state revision %d after %d: it was restored; restart this service",
                        stateRevision, sent.knownRevision());
                return false;
            }
            if (!clocksAgree(sent)) {
                return false;
            }
            long carries = term.toNanos() / 10 * 9;
            if (held == null || held.since().monotonic() + held.forNanos() - (sent.monotonic() + carries) < 0) {
                held = new Held(sent, carries);
            }
            return grow(stateRevision);
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the revision grew */
    boolean changed(long stateRevision) {
        lock.lock();
        try {
            return grow(stateRevision);
        } finally {
            lock.unlock();
        }
    }

    private boolean grow(long stateRevision) {
        if (stateRevision <= revision) {
            return false;
        }
        revision = stateRevision;
        return true;
    }

    /** The stream broke: Pongs of its Pings cannot come any more. What is held stays held until its time is over. */
    void streamLost() {
        lock.lock();
        try {
            outstanding.clear();
        } finally {
            lock.unlock();
        }
    }

    boolean live() {
        lock.lock();
        try {
            return isLive();
        } finally {
            lock.unlock();
        }
    }

    boolean admits(long stateRevision) {
        lock.lock();
        try {
            return isLive() && stateRevision >= revision;
        } finally {
            lock.unlock();
        }
    }

    long revision() {
        lock.lock();
        try {
            return revision;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param ended runs when the delivery has ended
     * @return whether it ran
     */
    boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery, Runnable ended) {
        Delivery running;
        lock.lock();
        try {
            Held until = held;
            if (!isLive() || until == null || stateRevision < revision) {
                return false;
            }
            running = new Delivery(stateRevision, until.since(), until.forNanos());
            deliveries.add(running);
        } finally {
            lock.unlock();
        }
        Runnable over = () -> {
            over(running);
            ended.run();
        };
        CompletionStage<?> leaving;
        try {
            leaving = delivery.get();
        } catch (RuntimeException e) {
            over.run();
            throw e;
        }
        leaving.whenComplete((nothing, failure) -> over.run());
        return true;
    }

    private void over(Delivery delivery) {
        lock.lock();
        try {
            deliveries.remove(indexOf(delivery));
        } finally {
            lock.unlock();
        }
    }

    private int indexOf(Delivery running) {
        for (int i = 0; i < deliveries.size(); i++) {
            if (deliveries.get(i) == running) {
                return i;
            }
        }
        throw new IllegalStateException("a delivery that never started");
    }

    /** Whether a delivery of an older revision holds back an acknowledgement. */
    boolean holdsBack() {
        lock.lock();
        try {
            return acknowledgeable() < revision;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The newest revision whose predecessors are no longer being handed out. A delivery counts until the session it
     * started under would have ended: key-service waits no longer than that for anybody.
     */
    private long acknowledgeable() {
        long newest = revision;
        for (Delivery delivery : deliveries) {
            boolean within = time.monotonicNanos() - delivery.since().monotonic() < delivery.forNanos();
            if (within && delivery.revision() < newest) {
                newest = delivery.revision();
            }
        }
        return newest;
    }

    private boolean isLive() {
        Held until = held;
        if (until == null) {
            return false;
        }
        if (!clocksAgree(until.since())) {
            LOG.warn("Wall and monotonic clock have drifted apart: the access session is dropped");
            held = null;
            outstanding.clear();
            return false;
        }
        return time.monotonicNanos() - until.since().monotonic() < until.forNanos();
    }

    private boolean clocksAgree(Sent sent) {
        long monotonic = time.monotonicNanos() - sent.monotonic();
        long wall = Duration.between(sent.wall(), time.wall()).toNanos();
        return Math.abs(wall - monotonic) <= MOST_DIVERGENCE_NANOS;
    }
}
