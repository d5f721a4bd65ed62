package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutstandingTest {
    private final Outstanding outstanding = new Outstanding();

    @Test
    void promisesNothingAtFirst() {
        assertThat(outstanding.latestBelow(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void anEntryAtTheRevisionIsNotBelowIt() {
        outstanding.told(7, 100);

        assertThat(outstanding.latestBelow(7)).isEmpty();
        assertThat(outstanding.latestBelow(8)).hasValue(100);
    }

    @Test
    void laterDeadlineOfTheSameRevisionWins() {
        outstanding.told(7, 100);
        outstanding.told(7, 90);

        assertThat(outstanding.latestBelow(8)).hasValue(100);
        assertThat(outstanding.size()).isEqualTo(1);
    }

    @Test
    void acknowledgementMovesTheDeadlineToTheNewRevision() {
        outstanding.told(7, 100);
        outstanding.acknowledged(9);

        assertThat(outstanding.latestBelow(9)).isEmpty();
        assertThat(outstanding.latestBelow(10)).hasValue(100);
    }

    @Test
    void olderAnswerAfterAnAcknowledgementCountsAgain() {
        outstanding.told(7, 100);
        outstanding.acknowledged(9);
        outstanding.told(8, 110);

        assertThat(outstanding.latestBelow(9)).hasValue(110);
    }

    @Test
    void worksAcrossTheOverflowOfTheMonotonicClock() {
        outstanding.told(1, Long.MAX_VALUE - 5);
        outstanding.told(2, Long.MIN_VALUE + 5);

        assertThat(outstanding.latestBelow(3)).hasValue(Long.MIN_VALUE + 5);
        outstanding.forgetEnded(Long.MAX_VALUE);
        assertThat(outstanding.size()).isEqualTo(1);
    }

    @Test
    void neverPromisesLessThanWhatItWasTold() {
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            Outstanding bounded = new Outstanding();
            Map<Long, Long> all = new HashMap<>();
            for (int i = 0; i < 100; i++) {
                long revision = random.nextInt(80);
                long deadline = random.nextInt(1000);
                bounded.told(revision, deadline);
                all.merge(revision, deadline, Math::max);
            }
            assertThat(bounded.size()).isLessThanOrEqualTo(Outstanding.MAX_ENTRIES);
            for (long below = 0; below <= 81; below++) {
                long asked = below;
                all.entrySet().stream()
                        .filter(it -> it.getKey() < asked)
                        .mapToLong(Map.Entry::getValue)
                        .max()
                        .ifPresent(
                                exact -> assertThat(bounded.latestBelow(asked).orElse(-1))
                                        .isGreaterThanOrEqualTo(exact));
            }
        }
    }
}
