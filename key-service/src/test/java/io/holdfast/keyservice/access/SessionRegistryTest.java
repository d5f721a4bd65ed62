package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionRegistryTest {
    private static final Duration TERM = Duration.ofSeconds(5);

    private final ManualTime time = new ManualTime();
    private final SessionRegistry registry = new SessionRegistry(time, TERM, 3);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Long> hints = new ArrayList<>();

    @BeforeEach
    void wakeOnMove() {
        time.onMove(registry::timeMoved);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void nobodyToWaitFor() throws Exception {
        registry.awaitEnded(10, time.monotonicNanos());
    }

    @Test
    void acknowledgementEndsTheWait() throws Exception {
        SessionRegistry.Session session = told(5);
        Future<?> barrier = awaiting(10);

        session.acknowledge(10);

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void olderAcknowledgementDoesNot() throws Exception {
        SessionRegistry.Session session = told(5);
        Future<?> barrier = awaiting(10);

        session.acknowledge(9);

        assertStillWaiting(barrier);
        time.advance(TERM);
        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void absurdAcknowledgementHoldsOnlyForWhatIsKnown() throws Exception {
        SessionRegistry.Session session = told(5);
        registry.announce(6);
        session.acknowledge(Long.MAX_VALUE);

        registry.awaitEnded(6, time.monotonicNanos());
        Future<?> barrier = awaiting(10);

        assertStillWaiting(barrier);
        session.acknowledge(10);
        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void sessionThatIsGoneCountsUntilItsDeadline() throws Exception {
        SessionRegistry.Session session = told(5);
        time.advance(Duration.ofSeconds(2));
        session.disconnected();
        Future<?> barrier = awaiting(10);

        time.advance(Duration.ofMillis(2_999));
        assertStillWaiting(barrier);
        time.advance(Duration.ofMillis(1));

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void disconnectionDuringTheWaitDoesNotEndIt() throws Exception {
        SessionRegistry.Session session = told(5);
        Future<?> barrier = awaiting(10);

        session.disconnected();
        // Late: the connection is gone, so nobody can know that its client has seen it.
        assertStillWaiting(barrier);

        time.advance(TERM);
        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void acknowledgedBeforeItDisconnected() throws Exception {
        SessionRegistry.Session session = told(5);
        registry.announce(10);
        session.acknowledge(10);
        session.disconnected();

        registry.awaitEnded(10, time.monotonicNanos());

        Future<?> next = awaiting(11);
        assertStillWaiting(next);
        time.advance(TERM);
        next.get(5, TimeUnit.SECONDS);
    }

    @Test
    void deadlineIsNotExtendedByPongsThatCarryTheNewRevision() throws Exception {
        SessionRegistry.Session session = told(5);
        Future<?> barrier = awaiting(10);

        for (int i = 0; i < 4; i++) {
            time.advance(Duration.ofSeconds(1));
            session.reading(time.monotonicNanos());
            assertThat(session.answered(10)).isTrue();
        }
        assertStillWaiting(barrier);
        time.advance(Duration.ofSeconds(1));

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void readThatBeganBeforeTheChangeIsWaitedFor() throws Exception {
        SessionRegistry.Session session = registry.open(hints::add).orElseThrow();
        session.reading(time.monotonicNanos());
        Future<?> barrier = awaiting(10);
        assertStillWaiting(barrier);

        assertThat(session.answered(9)).isTrue();
        assertStillWaiting(barrier);
        session.acknowledge(10);

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void readThatFailsLeavesNothingBehind() throws Exception {
        SessionRegistry.Session session = registry.open(hints::add).orElseThrow();
        session.reading(time.monotonicNanos());
        Future<?> barrier = awaiting(10);

        session.unanswered();

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void readThatBeginsAfterTheChangeIsNotWaitedFor() throws Exception {
        SessionRegistry.Session session = registry.open(hints::add).orElseThrow();
        registry.announce(10);
        session.reading(time.monotonicNanos());

        registry.awaitEnded(10, time.monotonicNanos());
    }

    @Test
    void noPongForASessionThatEndedWhileItsReadWasUnderWay() throws Exception {
        SessionRegistry.Session session = registry.open(hints::add).orElseThrow();
        session.reading(time.monotonicNanos());
        session.disconnected();

        assertThat(session.answered(5)).isFalse();
        registry.awaitEnded(10, time.monotonicNanos());
    }

    @Test
    void waitsForItsEarliestTimeEvenWithoutSessions() throws Exception {
        long notBefore = time.monotonicNanos() + TERM.toNanos();
        Future<?> barrier = threads.submit(() -> {
            registry.awaitEnded(10, notBefore);
            return null;
        });
        await().until(() -> registry.waiting() == 1);

        time.advance(TERM.minusNanos(1));
        assertStillWaiting(barrier);
        time.advance(Duration.ofNanos(1));

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void hintsGoToAllLiveSessionsOnceAndToNoneThatIsGone() {
        SessionRegistry.Session first = registry.open(hints::add).orElseThrow();
        SessionRegistry.Session second = registry.open(hints::add).orElseThrow();
        second.disconnected();

        registry.announce(10);
        registry.announce(10);
        registry.announce(9);
        first.reading(time.monotonicNanos());
        assertThat(first.answered(12)).isTrue();
        registry.announce(12);

        assertThat(hints).containsExactly(10L);
    }

    @Test
    void sessionsAreBounded() {
        List<SessionRegistry.Session> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(registry.open(hints::add).orElseThrow());
        }

        assertThat(registry.open(hints::add)).isEmpty();
        open.getFirst().disconnected();
        open.getFirst().disconnected();
        assertThat(registry.open(hints::add)).isPresent();
        assertThat(registry.open()).isEqualTo(3);
    }

    @Test
    void refusesATermOutOfBounds() {
        assertThatThrownBy(() -> new SessionRegistry(time, Duration.ofMillis(999), 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A session whose client was told the revision just now. */
    private SessionRegistry.Session told(long revision) {
        SessionRegistry.Session session = registry.open(hints::add).orElseThrow();
        session.reading(time.monotonicNanos());
        assertThat(session.answered(revision)).isTrue();
        return session;
    }

    private Future<?> awaiting(long revision) {
        Future<?> barrier = threads.submit(() -> {
            registry.awaitEnded(revision, time.monotonicNanos());
            return null;
        });
        await().until(() -> registry.waiting() == 1);
        return barrier;
    }

    /** A waiter close to its end leaves the queue and comes back; only its own end tells that it was let go. */
    private void assertStillWaiting(Future<?> barrier) {
        await().during(Duration.ofMillis(40)).atMost(Duration.ofSeconds(30)).until(() -> !barrier.isDone());
    }
}
