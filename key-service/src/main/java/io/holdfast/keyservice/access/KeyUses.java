package io.holdfast.keyservice.access;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The uses of keys that this very process has under way. They have no access session; so disable and scheduleDeletion wait
 * for those that began before the change, and a use that took so long that another replica may have stopped waiting gives
 * nothing away.
 *
 * <p>Thread safe.
 */
@ApplicationScoped
public class KeyUses {
    /** Of a term, how long what a use rests on may have been read before the use began. */
    private static final int HELD_TENTHS = 1;
    /** A client's clock may be slower than ours by the last tenth, and so may another replica's. */
    private static final int MOST_TENTHS = 9;

    private final Duration term;
    private final Duration most;
    private final TimeSource time;
    /** Ended by {@link #awaitEarlier} and not yet empty. */
    private final Set<Generation> ending = ConcurrentHashMap.newKeySet();

    private volatile Generation current = new Generation();

    private final ReentrantLock replacing = new ReentrantLock();

    /** The uses that began between two ends of access. */
    private static final class Generation {
        /** And one for as long as uses may begin. */
        private final AtomicInteger underWay = new AtomicInteger(1);

        private final CountDownLatch empty = new CountDownLatch(1);

        /** Whether the use was let in. */
        boolean enter() {
            return underWay.getAndUpdate(uses -> uses == 0 ? 0 : uses + 1) > 0;
        }

        void leave() {
            if (underWay.decrementAndGet() == 0) {
                empty.countDown();
            }
        }
    }

    @Inject
    KeyUses(AccessConfig config) {
        this(config.term(), TimeSource.system());
    }

    KeyUses(Duration term, TimeSource time) {
        this.term = term;
        this.time = time;
        this.most = term.dividedBy(10).multipliedBy(MOST_TENTHS - HELD_TENTHS);
    }

    /** How long a replica may go on using a state revision that it has read, from the beginning of the read on. */
    static Duration heldFor(Duration term) {
        return term.dividedBy(10).multipliedBy(HELD_TENTHS);
    }

    /**
     * Runs a use of a key, from the reading of the key's state to the finished answer. The state may be as old as
     * {@link StateRevision#held} allows.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when it took eight tenths of a term: what it rests on may be over
     */
    public <T> T run(Supplier<T> use) {
        long began = time.monotonicNanos();
        Instant beganAt = time.wall();
        Generation mine = enter();
        try {
            T answer = use.get();
            // By both clocks: the monotonic one of some systems stands still while the machine sleeps.
            if (time.monotonicNanos() - began >= most.toNanos()
                    || Duration.between(beganAt, time.wall()).compareTo(most) >= 0) {
                throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE);
            }
            return answer;
        } finally {
            mine.leave();
        }
    }

    /** Waits until every use that began before this call has ended, for a term at most: those give nothing away. */
    public void awaitEarlier() {
        List<Generation> began;
        replacing.lock();
        try {
            Generation last = current;
            ending.add(last);
            // Those of others who wait as well, and none that is ended after this one.
            began = List.copyOf(ending);
            current = new Generation();
            last.leave();
        } finally {
            replacing.unlock();
        }
        long end = System.nanoTime() + term.toNanos();
        try {
            for (Generation earlier : began) {
                if (earlier.empty.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    ending.remove(earlier);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "The service is stopping.", e);
        }
    }

    private Generation enter() {
        while (true) {
            Generation now = current;
            if (now.enter()) {
                return now;
            }
        }
    }
}
