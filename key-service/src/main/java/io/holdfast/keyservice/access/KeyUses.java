package io.holdfast.keyservice.access;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
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
    private final Duration term;
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
        this(config.term());
    }

    KeyUses(Duration term) {
        this.term = term;
    }

    /**
     * Runs a use of a key, from the reading of the key's state to the finished answer.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when it took nine tenths of a term: what it rests on may be over
     */
    public <T> T run(Supplier<T> use) {
        long began = System.nanoTime();
        Generation mine = enter();
        try {
            T answer = use.get();
            if (System.nanoTime() - began >= term.toNanos() / 10 * 9) {
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
