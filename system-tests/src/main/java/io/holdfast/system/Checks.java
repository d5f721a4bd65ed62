package io.holdfast.system;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Conditions and bounded waiting. */
public final class Checks {
    private static final Duration POLL = Duration.ofMillis(100);

    private Checks() {}

    /** Fails the step unless it holds. */
    public static void that(boolean holds, String what) {
        if (!holds) {
            throw new StepFailed(what);
        }
    }

    /** Asks again and again until there is an answer, for at most {@code bound}. */
    public static <T> T eventually(String what, Duration bound, Supplier<Optional<T>> question) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() > deadline) {
                throw new StepFailed(what + " did not happen within " + bound.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
