package io.holdfast.keyservice.oci.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleTest {
    private final Clock clock = new Clock();
    private final Throttle throttle = new Throttle(clock);

    /** A clock that stands until it is moved, near the end of what nanoseconds count. */
    private static final class Clock implements TimeSource {
        private long nanos = Long.MAX_VALUE - 1_000_000_000L;

        @Override
        public Instant wall() {
            return Instant.parse("2026-11-24T12:00:00Z");
        }

        @Override
        public long monotonicNanos() {
            return nanos;
        }
    }

    @Test
    void secondsAreKeptUntilTheyHavePassed() {
        assertThat(throttle.left()).isZero();
        throttle.asked(" 5 ");
        assertThat(throttle.left()).isEqualTo(Duration.ofSeconds(5));
        clock.nanos += 2_000_000_000L;
        assertThat(throttle.left()).isEqualTo(Duration.ofSeconds(3));
        throttle.asked("1");
        assertThat(throttle.left()).isEqualTo(Duration.ofSeconds(3));
        clock.nanos += 4_000_000_000L;
        assertThat(throttle.left()).isZero();
    }

    @Test
    void aDateIsATimeToo() {
        throttle.asked("Tue, 24 Nov 2026 12:00:30 GMT");
        assertThat(throttle.left()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void nobodyIsSentAwayForDays() {
        throttle.asked("999999999");
        assertThat(throttle.left()).isEqualTo(Throttle.LONGEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "0", "9999999999", "Tue, 24 Nov 2026 11:00:00 GMT"})
    void anythingElseCountsForNothing(String retryAfter) {
        throttle.asked(retryAfter);
        assertThat(throttle.left()).isZero();
    }
}
