package io.holdfast.testkit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Pieces of work that last until this is closed: they fill whatever is bounded. */
public final class HeldWork implements AutoCloseable {
    private static final int MOST_SECONDS = 60;

    private final CountDownLatch begun;
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch ended;

    private HeldWork(int pieces) {
        this.begun = new CountDownLatch(pieces);
        this.ended = new CountDownLatch(pieces);
    }

    /**
     * Returns when all are under way.
     *
     * @param start runs a piece of work on another thread, soon
     * @throws TestkitException when some did not begin within a minute
     */
    public static HeldWork start(int pieces, Consumer<Runnable> start) {
        HeldWork work = new HeldWork(pieces);
        try {
            for (int i = 0; i < pieces; i++) {
                start.accept(work::last);
            }
            require(work.begun, "begin");
            return work;
        } catch (RuntimeException e) {
            work.release.countDown();
            throw e;
        }
    }

    private void last() {
        begun.countDown();
        require(release, "be released");
        ended.countDown();
    }

    /** Ends them all, and waits for that. */
    @Override
    public void close() {
        release.countDown();
        require(ended, "end");
    }

    private static void require(CountDownLatch latch, String what) {
        try {
            if (!latch.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                throw new TestkitException("some of the work did not " + what);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted before all of the work did " + what, e);
        }
    }
}
