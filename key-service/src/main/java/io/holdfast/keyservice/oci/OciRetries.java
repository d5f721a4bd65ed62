package io.holdfast.keyservice.oci;

import com.oracle.bmc.model.BmcException;
import com.oracle.bmc.retrier.RetryConfiguration;
import com.oracle.bmc.waiter.MaxAttemptsTerminationStrategy;
import io.holdfast.keyservice.oci.http.Throttle;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Which calls are worth another try, and when. */
final class OciRetries {
    /** The longest that a caller is kept waiting between two tries; when the vault wants more, the caller is told so. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private static final long FIRST_WAIT_MILLIS = 100;
    private static final int TOO_MANY_REQUESTS = 429;

    private OciRetries() {}

    /** @param attempts in all, the first included */
    static RetryConfiguration configuration(int attempts, Throttle throttle) {
        return RetryConfiguration.builder()
                .terminationStrategy(new MaxAttemptsTerminationStrategy(attempts))
                .delayStrategy(context -> delayMillis(context.getAttemptsMade(), throttle.left()))
                .retryCondition(
                        failure -> isWorthAnother(failure) && throttle.left().compareTo(LONGEST_WAIT) <= 0)
                .build();
    }

    /** Twice as long each time, half of it by chance, so that many callers do not come back at once. */
    static long delayMillis(int attemptsMade, Duration asked) {
        int doublings = Math.min(Math.max(attemptsMade - 1, 0), Long.SIZE / 4);
        long most = Math.min(FIRST_WAIT_MILLIS << doublings, LONGEST_WAIT.toMillis());
        long backoff = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
        // A millisecond more, as what is left was rounded down.
        return asked.isZero() ? backoff : Math.max(backoff, asked.toMillis() + 1);
    }

    private static boolean isWorthAnother(BmcException failure) {
        return isOutage(failure) || failure.getStatusCode() == TOO_MANY_REQUESTS;
    }

    /** No answer, or one that says that the service is not well. */
    static boolean isOutage(Throwable failure) {
        if (failure instanceof BmcException answered && !answered.isClientSide()) {
            return switch (answered.getStatusCode()) {
                case 500, 502, 503, 504 -> true;
                default -> false;
            };
        }
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof IOException) {
                return true;
            }
        }
        return false;
    }
}
