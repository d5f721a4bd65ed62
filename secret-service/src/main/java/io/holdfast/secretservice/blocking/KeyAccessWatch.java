package io.holdfast.secretservice.blocking;

import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.secretservice.keys.KeyServiceUnavailable;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the chores that keep clusters in line: after every change of the access state, when an answer of key-service has
 * come to its end, on request, and on a slow tick. One run at a time; wishes that come during a run are served by the next.
 */
public final class KeyAccessWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KeyAccessWatch.class);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final AccessSession session;
    private final Duration tick;
    private final GrantEnds ends;
    private final Chore chore;
    private final Semaphore woken = new Semaphore(0);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private @Nullable Thread thread;

    /** What a run does. */
    @FunctionalInterface
    public interface Chore {
        /**
         * @param whole everything is due, because the tick has come; otherwise only what a changed access state asks for
         * @return whether all is in line; false to be run again soon
         */
        boolean run(boolean whole);
    }

    public KeyAccessWatch(AccessSession session, Duration tick, GrantEnds ends, Chore chore) {
        this.session = session;
        this.tick = tick;
        this.ends = ends;
        this.chore = chore;
    }

    public void start() {
        session.onChange(this::wake);
        Thread started = Thread.ofVirtual().name("key-access-watch").unstarted(this::follow);
        thread = started;
        started.start();
    }

    public void wake() {
        woken.release();
    }

    private void follow() {
        long wholeAt = 0;
        boolean first = true;
        try {
            while (!stopping.get()) {
                boolean whole = first || System.nanoTime() - wholeAt >= tick.toNanos();
                ends.forgetPassed();
                boolean inLine = runOnce(whole);
                if (whole && inLine) {
                    first = false;
                    wholeAt = System.nanoTime();
                }
                Duration pause = inLine ? ends.atMost(tick) : tick.compareTo(RETRY) < 0 ? tick : RETRY;
                woken.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
                woken.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean runOnce(boolean whole) {
        if (!session.live()) {
            // Without a session nothing may be opened, and nothing can be read: there is no hurry to block.
            return true;
        }
        try {
            return chore.run(whole);
        } catch (KeyServiceUnavailable | StoreUnavailable | StoreFull | OutcomeUnknown e) {
            LOG.warnf("Clusters could not be brought in line with their keys yet: %s", e.getMessage());
            return false;
        } catch (RuntimeException e) {
            LOG.errorf(e, "Bringing clusters in line with their keys stopped on an error; the next tick tries again");
            return true;
        }
    }

    @Override
    public void close() {
        stopping.set(true);
        if (thread != null) {
            thread.interrupt();
        }
    }
}
