package io.holdfast.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ValidityTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void isOverFromItsEndOn() {
        Validity untilNoon = Validity.until(NOON);

        assertThat(untilNoon.isOverAt(NOON.minusNanos(1))).isFalse();
        assertThat(untilNoon.isOverAt(NOON)).isTrue();
        assertThat(Validity.UNTIL_CHANGE.isOverAt(Instant.MAX)).isFalse();
    }

    @Test
    void theFirstEndOfTwoCounts() {
        Validity untilNoon = Validity.until(NOON);
        Validity untilOne = Validity.until(NOON.plusSeconds(3600));

        assertThat(untilNoon.and(untilOne)).isEqualTo(untilNoon);
        assertThat(untilOne.and(untilNoon)).isEqualTo(untilNoon);
        assertThat(untilNoon.and(Validity.UNTIL_CHANGE)).isEqualTo(untilNoon);
        assertThat(Validity.UNTIL_CHANGE.and(untilNoon)).isEqualTo(untilNoon);
    }

    @Test
    void travelsAsMillisecondsAndNeverLastsLonger() {
        assertThat(Validity.ofMillis(0)).isEqualTo(Validity.UNTIL_CHANGE);
        assertThat(Validity.UNTIL_CHANGE.millis()).isZero();
        assertThat(Validity.ofMillis(Validity.until(NOON.plusNanos(999_999)).millis()))
                .isEqualTo(Validity.until(NOON));
        // Whatever a peer says: an end long past is one.
        assertThat(Validity.ofMillis(-1).isOverAt(NOON)).isTrue();
    }
}
