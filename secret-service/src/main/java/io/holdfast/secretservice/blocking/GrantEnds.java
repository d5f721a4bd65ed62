package io.holdfast.secretservice.blocking;

import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * When the first of key-service's answers that fences stand on comes to its end: nothing tells of it, so the fences are
 * brought in line then. Thread safe.
 */
public final class GrantEnds {
    private final TimeSource time;
    private final AtomicReference<Validity> first = new AtomicReference<>(Validity.UNTIL_CHANGE);

    public GrantEnds(TimeSource time) {
        this.time = time;
    }

    void note(Validity answer) {
        var unused = first.accumulateAndGet(answer, Validity::and);
    }

    boolean isOver(Validity answer) {
        return answer.isOverAt(time.wall());
    }

    /** To be called before all fences are brought in line, which notes the ends that are still to come. */
    void forgetPassed() {
        var unused = first.updateAndGet(end -> isOver(end) ? Validity.UNTIL_CHANGE : end);
    }

    /** How long until the next end; at least a millisecond. */
    Duration atMost(Duration most) {
        return Objects.requireNonNull(first.get())
                .end()
                .map(end -> Duration.between(time.wall(), end).plusMillis(1))
                .filter(left -> left.compareTo(most) < 0)
                .map(left -> left.isPositive() ? left : Duration.ofMillis(1))
                .orElse(most);
    }
}
