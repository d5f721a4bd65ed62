package io.holdfast.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a condition with a bound, and says what it waited for and what it last saw when the bound passes.
 *
 * <p>An exception or an {@link AssertionError} from the condition means "not yet"; the last one becomes the cause of
 * the failure.
 */
public final class Await {
    private static final long POLL_MILLIS = 20;
    private final Duration bound;

    private Await(Duration bound) {
        this.bound = bound;
    }

    /** Waits at most {@code bound}, measured on the monotonic clock. */
    public static Await atMost(Duration bound) {
        return new Await(bound);
    }

    /** Waits at most {@code seconds} seconds. */
    public static Await atMostSeconds(long seconds) {
        return new Await(Duration.ofSeconds(seconds));
    }

    /**
     * Returns when {@code condition} is true.
     *
     * @param what what is waited for, as a reader of the failure would say it
     * @throws AssertionError when the bound has passed
     */
    public void until(String what, Callable<Boolean> condition) {
        value(what, condition, seen -> seen);
    }

    /** Returns when {@code assertion} passes without throwing; the last failure is the cause of this one. */
    public void untilAsserted(String what, Assertion assertion) {
        value(
                what,
                () -> {
                    assertion.check();
                    return true;
                },
                seen -> seen);
    }

    /** Returns the first value of {@code source} that {@code accepted} accepts. */
    public <T> T value(String what, Callable<T> source, Predicate<? super T> accepted) {
        long deadline = System.nanoTime() + bound.toNanos();
        Throwable lastFailure = null;
        String lastSeen = "nothing";
        while (true) {
            try {
                T seen = source.call();
                if (accepted.test(seen)) {
                    return seen;
                }
                lastSeen = String.valueOf(seen);
                lastFailure = null;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw failure("Interrupted while waiting for " + what, interrupted);
            } catch (Exception | AssertionError notYet) {
                lastFailure = notYet;
                lastSeen = String.valueOf(notYet.getMessage());
            }
            if (System.nanoTime() - deadline >= 0) {
                throw failure("Not within " + bound + ": " + what + " (last seen: " + lastSeen + ")", lastFailure);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw failure("Interrupted while waiting for " + what, interrupted);
            }
        }
    }

    private static AssertionError failure(String message, @Nullable Throwable cause) {
        return new AssertionError(message, cause);
    }

    /** Something that passes or throws. */
    @FunctionalInterface
    public interface Assertion {
        void check() throws Exception;
    }
}
