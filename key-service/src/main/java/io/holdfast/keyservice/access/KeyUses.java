package io.holdfast.keyservice.access;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final TreeSet<Long> underWay = new TreeSet<>();
    private long next;

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
        long number = enter();
        try {
            T answer = use.get();
            if (System.nanoTime() - began >= term.toNanos() / 10 * 9) {
                throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE);
            }
            return answer;
        } finally {
            leave(number);
        }
    }

    /** Waits until every use that began before this call has ended, for a term at most: those give nothing away. */
    public void awaitEarlier() {
        lock.lock();
        try {
            long first = next;
            long left = term.toNanos();
            while (!underWay.isEmpty() && underWay.first() < first && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "The service is stopping.", e);
        } finally {
            lock.unlock();
        }
    }

    private long enter() {
        lock.lock();
        try {
            underWay.add(next);
            return next++;
        } finally {
            lock.unlock();
        }
    }

    private void leave(long number) {
        lock.lock();
        try {
            underWay.remove(number);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
