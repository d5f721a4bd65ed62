package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.TestStore;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeletionClockTest {
    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    private TestStore etcd;

    @BeforeEach
    void open() {
        etcd = TestStore.open();
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    /** A machine whose clocks the test moves. */
    private static final class Machine implements TimeSource {
        private Instant wall = START;
        private long nanos;

        void run(Duration time) {
            wall = wall.plus(time);
            nanos += time.toNanos();
        }

        void jump(Duration by) {
            wall = wall.plus(by);
        }

        @Override
        public Instant wall() {
            return wall;
        }

        @Override
        public long monotonicNanos() {
            return nanos;
        }
    }

    private DeletionClock clockOf(Machine machine) {
        return new DeletionClock(etcd.store(), machine, HOUR, HOUR);
    }

    @Test
    void aClockThatRunsEvenlyIsBelieved() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        assertThat(clock.believed()).contains(START);
        machine.run(Duration.ofMinutes(59));
        assertThat(clock.believed()).contains(START.plus(Duration.ofMinutes(59)));
        machine.run(Duration.ofMinutes(59));
        assertThat(clock.believed()).isPresent();
    }

    @Test
    void aClockThatJumpedAheadIsNotBelievedUntilItHasSettled() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.believed();

        machine.jump(Duration.ofDays(30));
        assertThat(clock.believed()).isEmpty();
        machine.run(Duration.ofMinutes(59));
        assertThat(clock.believed()).isEmpty();
        machine.run(Duration.ofMinutes(1));
        assertThat(clock.believed()).isPresent();
    }

    @Test
    void aClockThatWasSetRightIsBelievedAtOnce() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.believed();
        machine.jump(Duration.ofDays(30));
        assertThat(clock.believed()).isEmpty();

        machine.jump(Duration.ofDays(-30));

        assertThat(clock.believed()).contains(START);
    }

    @Test
    void aClockThatKeepsJumpingNeverSettles() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.believed();
        for (int i = 0; i < 5; i++) {
            machine.run(Duration.ofMinutes(50));
            machine.jump(Duration.ofHours(2));
            assertThat(clock.believed()).isEmpty();
        }
    }

    @Test
    void aReplicaAgainstTheOthersNeverSettles() {
        Machine right = new Machine();
        Machine wrong = new Machine();
        wrong.jump(Duration.ofHours(3));
        DeletionClock good = clockOf(right);
        DeletionClock bad = clockOf(wrong);
        good.believed();
        for (int minutes = 0; minutes < 180; minutes += 10) {
            right.run(Duration.ofMinutes(10));
            wrong.run(Duration.ofMinutes(10));
            assertThat(good.believed()).isPresent();
            assertThat(bad.believed()).isEmpty();
        }
    }

    @Test
    void aRestartAfterALongPauseHoldsFirst() {
        Machine machine = new Machine();
        clockOf(machine).believed();
        machine.run(Duration.ofHours(5));

        DeletionClock restarted = clockOf(machine);

        assertThat(restarted.believed()).isEmpty();
        machine.run(HOUR);
        assertThat(restarted.believed()).isPresent();
    }
}
