package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.deletion.DeletionClock.Reading.Believed;
import io.holdfast.keyservice.deletion.DeletionClock.Reading.Doubted;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeletionClockTest {
    private static final Instant START = Machine.START;
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

    private DeletionClock clockOf(Machine machine) {
        return new DeletionClock(etcd.store(), machine, HOUR, HOUR);
    }

    @Test
    void aClockThatRunsEvenlyIsBelieved() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        assertThat(clock.read()).isEqualTo(new Believed(START));
        machine.run(Duration.ofMinutes(59));
        assertThat(clock.read()).isEqualTo(new Believed(START.plus(Duration.ofMinutes(59))));
        machine.run(Duration.ofMinutes(59));
        assertThat(clock.read()).isInstanceOf(Believed.class);
    }

    @Test
    void aClockThatJumpedAheadIsNotBelievedUntilItHasSettled() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.read();

        machine.jump(Duration.ofDays(30));
        assertThat(clock.read()).isInstanceOf(Doubted.class);
        machine.run(Duration.ofMinutes(59));
        assertThat(clock.read()).isInstanceOf(Doubted.class);
        machine.run(Duration.ofMinutes(1));
        assertThat(clock.read()).isInstanceOf(Believed.class);
    }

    @Test
    void aClockThatWasSetRightIsBelievedAtOnce() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.read();
        machine.jump(Duration.ofDays(30));
        assertThat(clock.read()).isInstanceOf(Doubted.class);

        machine.jump(Duration.ofDays(-30));

        assertThat(clock.read()).isEqualTo(new Believed(START));
    }

    @Test
    void aClockThatKeepsJumpingNeverSettles() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.read();
        for (int i = 0; i < 5; i++) {
            machine.run(Duration.ofMinutes(50));
            machine.jump(Duration.ofHours(2));
            assertThat(clock.read()).isInstanceOf(Doubted.class);
        }
    }

    @Test
    void aReplicaAgainstTheOthersNeverSettles() {
        Machine right = new Machine();
        Machine wrong = new Machine();
        wrong.jump(Duration.ofHours(3));
        DeletionClock good = clockOf(right);
        DeletionClock bad = clockOf(wrong);
        good.read();
        for (int minutes = 0; minutes < 180; minutes += 10) {
            right.run(Duration.ofMinutes(10));
            wrong.run(Duration.ofMinutes(10));
            assertThat(good.read()).isInstanceOf(Believed.class);
            assertThat(bad.read()).isInstanceOf(Doubted.class);
        }
    }

    @Test
    void aRestartAfterALongPauseHoldsFirst() {
        Machine machine = new Machine();
        clockOf(machine).read();
        machine.run(Duration.ofHours(5));

        DeletionClock restarted = clockOf(machine);

        assertThat(restarted.read()).isInstanceOf(Doubted.class);
        machine.run(HOUR);
        assertThat(restarted.read()).isInstanceOf(Believed.class);
    }

    @Test
    void aDoubtSaysSinceWhenAndAgainstWhat() {
        Machine machine = new Machine();
        DeletionClock clock = clockOf(machine);
        clock.read();
        Instant jumped = START.plus(Duration.ofDays(30));
        machine.jump(Duration.ofDays(30));
        clock.read();
        machine.run(Duration.ofMinutes(10));
        // A second jump begins the settling anew, not the doubt.
        machine.jump(Duration.ofHours(2));

        Doubted doubt = (Doubted) clock.read();

        assertThat(doubt.since()).isEqualTo(jumped);
        assertThat(doubt.wall()).isEqualTo(machine.wall());
        assertThat(doubt.heartbeat().time()).isEqualTo(START);
        assertThat(doubt.lasting()).isEqualTo(Duration.ofMinutes(10));
    }
}
