package io.holdfast.keyservice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RotationScheduleTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static Instant nextAfter(String now) {
        return RotationSchedule.of(60, START, START).rotated(Instant.parse(now)).next();
    }

    @Test
    void theNextIsTheFirstDayOfTheRhythmStillToCome() {
        assertThat(nextAfter("2025-12-31T23:59:59Z")).isEqualTo(START);
        assertThat(nextAfter("2026-01-01T00:00:00Z")).isEqualTo("2026-03-02T00:00:00Z");
        assertThat(nextAfter("2026-03-01T23:59:59.999Z")).isEqualTo("2026-03-02T00:00:00Z");
        assertThat(nextAfter("2026-03-02T00:00:00Z")).isEqualTo("2026-05-01T00:00:00Z");
    }

    @Test
    void aStartLongAgoTakesNoLonger() {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        Instant next = RotationSchedule.of(60, Instant.parse("-999999999-01-01T00:00:00Z"), now)
                .next();
        assertThat(next).isAfter(now).isBeforeOrEqualTo(now.plusSeconds(60L * 86_400));
    }

    @Test
    void aNewOneIsNotDueForDaysThatHavePassed() {
        assertThat(RotationSchedule.of(60, START, Instant.parse("2025-06-01T00:00:00Z"))
                        .next())
                .isEqualTo("2026-03-02T00:00:00Z");
        assertThat(RotationSchedule.of(60, START, START).next()).isEqualTo("2026-03-02T00:00:00Z");
        assertThat(RotationSchedule.of(60, START, Instant.parse("2026-03-02T00:00:00Z"))
                        .next())
                .isEqualTo("2026-05-01T00:00:00Z");
    }

    @Test
    void whatRepeatsItChangesNothing() {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        RotationSchedule failed = RotationSchedule.of(60, START, START).failed(now, "for a test");

        assertThat(failed.changed(60, START.plusSeconds(5), now.plusSeconds(60)))
                .isSameAs(failed);
        RotationSchedule longer = failed.changed(90, START, now);
        assertThat(longer.next()).isEqualTo("2026-12-27T00:00:00Z");
        assertThat(longer.last()).isEqualTo(failed.last());
    }
}
