package io.holdfast.system.load;

import io.holdfast.system.Checks;
import io.holdfast.system.StepFailed;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Keeps a number of asynchronous operations in flight for a stretch of time, and measures. */
final class Meter {
    private final int inFlight;
    private final ProcessHandle server;

    /** @param server whose CPU time is measured beside this process's own */
    Meter(int inFlight, ProcessHandle server) {
        this.inFlight = inFlight;
        this.server = server;
    }

    /** One operation: starts it and returns; {@code done} takes null when it went well, or what went wrong. */
    @FunctionalInterface
    interface Operation {
        void start(Done done);
    }

    @FunctionalInterface
    interface Done {
        void ended(@Nullable Throwable failure);
    }

    /**
     * @param clientShare of all the machine's cores, used by this process
     * @param serverShare the same of the server
     */
    record Measured(double perSecond, double clientShare, double serverShare) {
        private static final int CORES = Runtime.getRuntime().availableProcessors();

        /** Also the server's CPU time for one operation: it says something on a busy machine too, where rates do not. */
        String shares(String server) {
            return "client %.0f %%, %s %.0f %% of %d cores; %.0f us of %s's CPU time each"
                    .formatted(100 * clientShare, server, 100 * serverShare, CORES, serverMicros(), server);
        }

        double serverMicros() {
            return serverShare * CORES / perSecond * 1e6;
        }
    }

    /**
     * Starts a new operation whenever one has ended, until the stretch is over, and waits for the last.
     *
     * @throws StepFailed when one failed: a rate with refusals in it means nothing
     */
    Measured measure(Duration stretch, Operation operation) throws InterruptedException {
        Run run = new Run(operation, System.nanoTime() + stretch.toNanos());
        Cpu cpu = Cpu.start(server);
        for (int slot = 0; slot < inFlight; slot++) {
            run.slots.acquire();
            run.next();
        }
        run.slots.acquire(inFlight);
        Measured measured = cpu.measured(run.count.sum());
        Throwable failure = run.failure.get();
        Checks.that(failure == null, "an operation failed: " + failure);
        return measured;
    }

    private final class Run {
        private final Operation operation;
        private final long until;
        private final Semaphore slots = new Semaphore(inFlight);
        private final LongAdder count = new LongAdder();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        private Run(Operation operation, long until) {
            this.operation = operation;
            this.until = until;
        }

        private void next() {
            operation.start(this::ended);
        }

        private void ended(@Nullable Throwable failed) {
            if (failed != null) {
                failure.compareAndSet(null, failed);
                slots.release();
                return;
            }
            count.increment();
            if (System.nanoTime() < until && failure.get() == null) {
                next();
            } else {
                slots.release();
            }
        }
    }
}
