package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.KeyEvent.DeletionClockConfirmed;
import io.holdfast.events.KeyEvent.DeletionsHeld;
import io.holdfast.events.KeyEvent.DeletionsResumed;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.deletion.DeletionClock.Reading.Believed;
import io.holdfast.keyservice.deletion.DeletionClock.Reading.Doubted;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Count;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.HoldStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.TestKeys;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told while a clock is doubted, and how an operator ends it. Every replica has clocks of its own. */
class HeldDeletionsTest {
    private static final Instant START = Machine.START;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    /** After which a doubt is told. */
    private static final Duration PATIENCE = INTERVAL.multipliedBy(3);

    private static final Duration JUMP = Duration.ofDays(30);
    private static final Caller OPERATOR =
            new Caller("user", Samples.MINT.user().value(), "operator", Samples.TENANCY, "");
    private static final String EVENTS = "/events/";

    private final List<DomainEvent> staged = new ArrayList<>();
    private TestStore etcd;

    @BeforeEach
    void open() {
        etcd = TestStore.open();
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    private final class Replica {
        private final Machine machine = new Machine();
        private final DueDeletions due = new DueDeletions(etcd.store(), outbox());
        private final HoldStore holds = new HoldStore(etcd.store(), outbox());
        private final DeletionClock clock = new DeletionClock(etcd.store(), machine, HOUR, HOUR);
        private final HoldNotices notices = new HoldNotices(holds, due);
        private final ClockConfirmation confirmation =
                new ClockConfirmation(etcd.store(), outbox(), due, holds, machine, HOUR);

        /** What a sweep does first. */
        DeletionClock.Reading sweep() {
            DeletionClock.Reading reading = clock.read();
            switch (reading) {
                case Believed believed -> notices.resumed(believed.wall());
                case Doubted doubted -> notices.held(doubted, INTERVAL);
            }
            return reading;
        }

        DeletionClock.Reading sweepAfter(Duration time) {
            machine.run(time);
            return sweep();
        }

        void jump() {
            machine.jump(JUMP);
        }
    }

    /** Records which of the staged events were committed. */
    private Outbox outbox() {
        return events -> transaction -> {
            for (DomainEvent event : events) {
                int number;
                synchronized (staged) {
                    number = staged.size();
                    staged.add(event);
                }
                transaction.put("%s%06d".formatted(EVENTS, number), Bytes.takeOwnershipOf(new byte[0]));
            }
        };
    }

    private List<DomainEvent> told() {
        return etcd.store().scan(Scan.of(EVENTS, 100)).values().stream()
                .map(value -> staged.get(Integer.parseInt(Layout.last(value.key()))))
                .toList();
    }

    private void schedule(Duration... fromStart) {
        for (Duration each : fromStart) {
            MasterKey key = Samples.enabledKey();
            etcd.store()
                    .commit(Transaction.builder()
                            .put(Layout.key(key.id()), TestKeys.key(key))
                            .with(DueDeletions.put(new DueKey(key.id(), START.plus(each), START)))
                            .build());
        }
    }

    @Test
    void aTenancyIsToldOnceThatItsDeletionsAreHeldAndOnceThatTheyGoOn() {
        schedule(Duration.ofDays(8), Duration.ofDays(29), Duration.ofDays(40));
        Replica first = new Replica();
        Replica second = new Replica();
        first.sweep();
        Stream.of(first, second).forEach(Replica::jump);
        Instant jumped = START.plus(JUMP);

        for (int sweeps = 0; sweeps < 5; sweeps++) {
            assertThat(first.sweepAfter(PATIENCE)).isInstanceOf(Doubted.class);
            assertThat(second.sweepAfter(PATIENCE)).isInstanceOf(Doubted.class);
        }
        // A restart tells nothing anew.
        Replica restarted = new Replica();
        restarted.jump();
        restarted.sweep();
        restarted.sweepAfter(PATIENCE);

        Instant seen = jumped.plus(PATIENCE);
        assertThat(told()).containsExactly(new DeletionsHeld(Samples.TENANCY, seen, seen.plus(PATIENCE), START, 2, 3));

        assertThat(first.sweepAfter(HOUR)).isInstanceOf(Believed.class);
        second.sweepAfter(HOUR);
        assertThat(told().getLast()).isEqualTo(new DeletionsResumed(Samples.TENANCY, seen, first.machine.wall()));
        assertThat(told()).hasSize(2);
    }

    @Test
    void ofReplicasThatTellAtOnceOneDoes() throws Exception {
        schedule(Duration.ofDays(8));
        List<Replica> replicas = Stream.generate(Replica::new).limit(4).toList();
        replicas.getFirst().sweep();
        replicas.forEach(Replica::jump);
        try (ExecutorService threads = Executors.newFixedThreadPool(replicas.size())) {
            List<Callable<DeletionClock.Reading>> sweeps = new ArrayList<>();
            for (Replica replica : replicas) {
                replica.sweep();
                sweeps.add(() -> replica.sweepAfter(PATIENCE));
            }
            for (Future<DeletionClock.Reading> done : threads.invokeAll(sweeps)) {
                done.get();
            }
        }
        assertThat(told()).hasSize(1);
    }

    @Test
    void whereNothingIsScheduledNothingIsToldUntilSomethingIs() {
        Replica replica = new Replica();
        replica.sweep();
        replica.jump();
        replica.sweep();
        replica.sweepAfter(PATIENCE);
        assertThat(told()).isEmpty();

        schedule(Duration.ofDays(37));
        replica.sweepAfter(Duration.ofMinutes(1));

        Instant jumped = START.plus(JUMP);
        assertThat(told())
                .containsExactly(new DeletionsHeld(Samples.TENANCY, jumped, replica.machine.wall(), START, 0, 1));
    }

    @Test
    void ofAClockThatWasSetBackItIsToldWhatIsDueByTheHeartbeat() {
        schedule(Duration.ofMinutes(-1), Duration.ofDays(8));
        Replica replica = new Replica();
        replica.sweep();
        replica.machine.jump(JUMP.negated());

        replica.sweep();
        replica.sweepAfter(PATIENCE);

        Instant back = START.minus(JUMP);
        assertThat(told()).containsExactly(new DeletionsHeld(Samples.TENANCY, back, back.plus(PATIENCE), START, 1, 2));
    }

    @Test
    void aReplicaThatIsAloneWithItsDoubtTellsNobody() {
        schedule(Duration.ofDays(8));
        Replica right = new Replica();
        Replica wrong = new Replica();
        right.sweep();
        wrong.jump();
        for (int sweeps = 0; sweeps < 10; sweeps++) {
            assertThat(right.sweepAfter(INTERVAL)).isInstanceOf(Believed.class);
            assertThat(wrong.sweepAfter(INTERVAL)).isInstanceOf(Doubted.class);
        }
        assertThat(told()).isEmpty();
    }

    @Test
    void aConfirmedClockIsBelievedByEveryReplicaThatShowsTheSame() {
        schedule(Duration.ofDays(8));
        Replica first = new Replica();
        Replica second = new Replica();
        Replica wrong = new Replica();
        first.sweep();
        Stream.of(first, second).forEach(Replica::jump);
        wrong.machine.jump(JUMP.multipliedBy(2));
        Stream.of(first, second, wrong).forEach(Replica::sweep);
        Stream.of(first, second).forEach(replica -> replica.sweepAfter(PATIENCE));
        Instant jumped = START.plus(JUMP);
        Instant now = jumped.plus(PATIENCE);

        assertThat(first.confirmation.standing(Samples.TENANCY))
                .isEqualTo(new ClockConfirmation.Standing(
                        now, Optional.of(START), false, HOUR, new Count(1, 1), Optional.of(jumped)));
        first.confirmation.confirm(now.minusSeconds(20), ChangeRequest.ofItsOwn(OPERATOR));
        // The same request again, by way of another replica.
        second.confirmation.confirm(now.minusSeconds(20), ChangeRequest.ofItsOwn(OPERATOR));

        assertThat(second.sweep()).isInstanceOf(Believed.class);
        assertThat(first.sweep()).isInstanceOf(Believed.class);
        assertThat(wrong.sweep()).isInstanceOf(Doubted.class);
        assertThat(first.confirmation.standing(Samples.TENANCY).believed()).isTrue();
        assertThat(told())
                .containsExactly(
                        new DeletionsHeld(Samples.TENANCY, jumped, now, START, 1, 1),
                        new DeletionClockConfirmed(Samples.TENANCY, now, START, OPERATOR.id()),
                        new DeletionsResumed(Samples.TENANCY, jumped, now));
    }

    @Test
    void aTimeThatTheServiceDoesNotShowIsNotConfirmed() {
        Replica replica = new Replica();
        replica.sweep();
        replica.jump();

        // The operator's watch is right, the service's clock is not.
        assertThatThrownBy(() -> replica.confirmation.confirm(START, ChangeRequest.ofItsOwn(OPERATOR)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ProblemCode.CONFLICT));
        assertThatThrownBy(() -> replica.confirmation.confirm(
                        replica.machine.wall().plus(ClockConfirmation.CLOSE).plusMillis(1),
                        ChangeRequest.ofItsOwn(OPERATOR)))
                .isInstanceOf(ProblemException.class);

        assertThat(replica.sweep()).isInstanceOf(Doubted.class);
        assertThat(told()).isEmpty();
    }

    @Test
    void whereTheClockIsBelievedAConfirmationDoesNothing() {
        Replica replica = new Replica();
        replica.sweep();
        replica.confirmation.confirm(replica.machine.wall(), ChangeRequest.ofItsOwn(OPERATOR));
        assertThat(told()).isEmpty();
    }

    @Test
    void everyTenancyWithAScheduledDeletionIsConcerned() {
        Replica replica = new Replica();
        assertThat(replica.confirmation.concerned()).isEmpty();
        schedule(Duration.ofDays(8));
        assertThat(replica.confirmation.concerned()).containsExactly(Samples.TENANCY);
    }
}
