package io.holdfast.secretservice.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GrantEndsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration TICK = Duration.ofSeconds(30);

    private Instant now = NOON;
    private final GrantEnds ends = new GrantEnds(new TimeSource() {
        @Override
        public Instant wall() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return Duration.between(NOON, now).toNanos();
        }
    });

    @Test
    void theFirstEndShortensThePause() {
        ends.note(Validity.until(NOON.plusSeconds(20)));
        ends.note(Validity.until(NOON.plusSeconds(10)));
        ends.note(Validity.UNTIL_CHANGE);

        assertThat(ends.atMost(TICK)).isEqualTo(Duration.ofMillis(10_001));
        now = NOON.plusSeconds(11);
        assertThat(ends.atMost(TICK)).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void withoutAnEndOrWithOneFarAwayTheTickComesFirst() {
        assertThat(ends.atMost(TICK)).isEqualTo(TICK);
        ends.note(Validity.until(NOON.plusSeconds(3600)));
        assertThat(ends.atMost(TICK)).isEqualTo(TICK);
    }

    @Test
    void anEndIsForgottenOnlyWhenItHasPassed() {
        ends.note(Validity.until(NOON.plusSeconds(10)));
        ends.forgetPassed();
        assertThat(ends.atMost(TICK)).isLessThan(TICK);

        now = NOON.plusSeconds(10);
        ends.forgetPassed();
        assertThat(ends.atMost(TICK)).isEqualTo(TICK);
    }
}
