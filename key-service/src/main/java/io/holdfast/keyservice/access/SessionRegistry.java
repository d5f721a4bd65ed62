package io.holdfast.keyservice.access;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this process, and what each of their clients may still be using.
 *
 * <p>A client may use an answer until it learns of a newer state revision, and no longer than a term (less a tenth)
 * after it sent its newest answered Ping. This side counts the term from the receipt of the Ping, which is later, so a
 * client has always stopped when its deadline here has passed. A session that disconnects stays counted until its
 * deadline: its client may not have noticed, or serve on under what it has.
 *
 * <p>The order that closes the race with a change: a Ping is marked as <i>reading</i> before the read of etcd begins that
 * its Pong rests on, and stands for the newest revision known at that moment until the read's answer is recorded. Whoever
 * waits for a revision R has committed R before; so either its check sees the mark, or the read begins after R was
 * committed and answers no less than R.
 *
 * <p>Thread safe; nothing here blocks but {@link #awaitEnded}.
 */
public final class SessionRegistry {
    private final TimeSource time;
    private final long termNanos;
    private final int maxSessions;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Set<Session> sessions = new LinkedHashSet<>();
    /** What clients may be using whose sessions are gone. */
    private final Outstanding departed = new Outstanding();
    /** The newest state revision that this process knows of. */
    private volatile long known;

    public SessionRegistry(TimeSource time, Duration term, int maxSessions) {
        if (maxSessions < 1 || maxSessions > 10_000 || term.toMillis() < 1_000 || term.toMillis() > 60_000) {
            throw new IllegalArgumentException(
                    "an access session term of " + term + " with at most " + maxSessions + " sessions");
        }
        this.time = time;
        this.termNanos = term.toNanos();
        this.maxSessions = maxSessions;
    }

    /** One client's session. */
    public final class Session {
        private final LongConsumer changed;
        private final Outstanding outstanding = new Outstanding();
        private boolean connected = true;
        /** Receipt time of the Ping whose read is under way. */
        private @Nullable Long readingSince;
        /** The newest revision known when that read began: it can answer nothing older. */
        private long readingFrom;

        private long told;

        private Session(LongConsumer changed) {
            this.changed = changed;
        }

        /**
         * The client has dropped everything older than the revision. A revision that this process has not heard of counts
         * as the newest it has: a wrong one can't acknowledge what comes later.
         */
        public void acknowledge(long revision) {
            lock.lock();
            try {
                outstanding.acknowledged(Math.min(revision, known));
                moved.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Marks that a read begins which will answer a Ping received at this monotonic time. */
        public void reading(long receivedNanos) {
            lock.lock();
            try {
                readingSince = receivedNanos;
                readingFrom = known;
            } finally {
                lock.unlock();
            }
        }

        /**
         * The read is done: from now on the client may be using this revision, until the receipt of its Ping plus a term.
         *
         * @return false when the session has ended meanwhile, and the Pong must not be sent
         */
        public boolean answered(long revision) {
            lock.lock();
            try {
                Long received = readingSince;
                readingSince = null;
                moved.signalAll();
                if (!connected || received == null) {
                    return false;
                }
                known = Math.max(known, revision);
                told = Math.max(told, revision);
                outstanding.forgetEnded(time.monotonicNanos());
                outstanding.told(revision, received + termNanos);
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** The read failed: there will be no Pong, and the client gained nothing. */
        public void unanswered() {
            lock.lock();
            try {
                readingSince = null;
                moved.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** The connection is gone; idempotent. What the client may be using stays counted. */
        public void disconnected() {
            lock.lock();
            try {
                if (connected) {
                    connected = false;
                    sessions.remove(this);
                    departed.forgetEnded(time.monotonicNanos());
                    departed.addAll(outstanding);
                    moved.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Opens a session.
     *
     * @param changed tells the client that the state has moved to a revision; must not block and not throw
     * @return empty when there are too many
     */
    public Optional<Session> open(LongConsumer changed) {
        lock.lock();
        try {
            if (sessions.size() >= maxSessions) {
                return Optional.empty();
            }
            Session session = new Session(changed);
            sessions.add(session);
            return Optional.of(session);
        } finally {
            lock.unlock();
        }
    }

    /** Tells every live session at once that the state has moved; each revision once. */
    public void announce(long revision) {
        List<Session> toTell = new ArrayList<>();
        lock.lock();
        try {
            known = Math.max(known, revision);
            for (Session session : sessions) {
                if (session.told < revision) {
                    session.told = revision;
                    toTell.add(session);
                }
            }
        } finally {
            lock.unlock();
        }
        toTell.forEach(session -> session.changed.accept(revision));
    }

    /**
     * Returns when no client of this process may be using an answer older than the revision, and the monotonic time
     * {@code notBefore} has come. The revision must be committed. Takes at most a term and the read under way, or until
     * {@code notBefore}.
     *
     * @throws InterruptedException when interrupted; access may then not have ended
     */
    public void awaitEnded(long revision, long notBefore) throws InterruptedException {
        lock.lock();
        try {
            known = Math.max(known, revision);
            while (true) {
                long now = time.monotonicNanos();
                long left = Math.max(notBefore - now, left(revision, now));
                if (left <= 0) {
                    return;
                }
                // Woken early by every acknowledgement, answer and disconnection; this is the longest it can take.
                long unused = moved.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds until the last deadline below the revision; 0 or less when there is none. Called under the lock. */
    private long left(long revision, long now) {
        long left = left(departed.latestBelow(revision), now);
        for (Session session : sessions) {
            Long reading = session.readingSince;
            if (reading != null && session.readingFrom < revision) {
                left = Math.max(left, reading + termNanos - now);
            }
            left = Math.max(left, left(session.outstanding.latestBelow(revision), now));
        }
        return left;
    }

    private static long left(OptionalLong deadline, long now) {
        return deadline.isPresent() ? deadline.getAsLong() - now : 0;
    }

    /** The newest state revision that this process has heard of, by a read, a watch, or a change of its own. */
    long known() {
        return known;
    }

    /** Sessions open now. */
    public int open() {
        lock.lock();
        try {
            return sessions.size();
        } finally {
            lock.unlock();
        }
    }

    long termMillis() {
        return TimeUnit.NANOSECONDS.toMillis(termNanos);
    }

    /** For a clock that a test moves. */
    void timeMoved() {
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many wait in {@link #awaitEnded}; for tests. */
    int waiting() {
        lock.lock();
        try {
            return lock.getWaitQueueLength(moved);
        } finally {
            lock.unlock();
        }
    }
}
