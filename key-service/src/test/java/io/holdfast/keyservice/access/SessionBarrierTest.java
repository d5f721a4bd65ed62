package io.holdfast.keyservice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionBarrierTest {
    private static final Duration TERM = Duration.ofSeconds(5);
    private static final String OTHER = ReplicaPresence.PREFIX + "other";

    private final ManualTime time = new ManualTime();
    private final Presences store = new Presences();
    private final SessionRegistry registry = new SessionRegistry(time, TERM, 10);
    private final ReplicaPresence presence = new ReplicaPresence(store, time, TERM);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void wakeOnMove() {
        time.onMove(registry::timeMoved);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void predecessorsSessionsAreWaitedOut() throws Exception {
        Future<?> barrier = awaiting(barrier(TERM));

        time.advance(TERM.minusMillis(1));
        assertStillWaiting(barrier);
        time.advance(Duration.ofMillis(1));

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void nothingToWaitForOnceThePredecessorsTermIsOver() {
        time.advance(TERM);

        barrier(TERM).awaitEnded(10);
    }

    @Test
    void withAnotherReplicaItTakesATermFromNow() throws Exception {
        time.advance(Duration.ofMinutes(1));
        store.put(OTHER);
        Future<?> barrier = awaiting(barrier(TERM));

        time.advance(TERM.minusMillis(1));
        assertStillWaiting(barrier);
        time.advance(Duration.ofMillis(1));

        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void replicaThatWentCountsForATermMore() throws Exception {
        time.advance(Duration.ofMinutes(1));
        store.put(OTHER);
        presence.caughtUp();
        store.remove(OTHER);
        presence.changed(new WatchListener.Change.Deleted(OTHER, 3, null));
        time.advance(Duration.ofSeconds(2));
        Future<?> barrier = awaiting(barrier(TERM));

        time.advance(Duration.ofMillis(2_999));
        assertStillWaiting(barrier);
        time.advance(Duration.ofMillis(1));

        barrier.get(5, TimeUnit.SECONDS);
        barrier(TERM).awaitEnded(11);
    }

    @Test
    void replicaCountsUntilTheWatchHasToldThatItWent() throws Exception {
        time.advance(Duration.ofMinutes(1));
        store.put(OTHER);
        presence.caughtUp();
        store.remove(OTHER);
        Future<?> barrier = awaiting(barrier(TERM));

        assertStillWaiting(barrier);
        time.advance(TERM);
        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void replicaThatWentWhileNobodyWatched() throws Exception {
        time.advance(Duration.ofMinutes(1));
        store.put(OTHER);
        presence.caughtUp();
        store.remove(OTHER);
        presence.caughtUp();
        Future<?> barrier = awaiting(barrier(TERM));

        assertStillWaiting(barrier);
        time.advance(TERM);
        barrier.get(5, TimeUnit.SECONDS);
        barrier(TERM).awaitEnded(11);
    }

    @Test
    void assumesOthersWhenEtcdDoesNotSay() throws Exception {
        time.advance(Duration.ofMinutes(1));
        store.away = true;
        Future<?> barrier = awaiting(barrier(TERM));

        assertStillWaiting(barrier);
        time.advance(TERM);
        barrier.get(5, TimeUnit.SECONDS);
    }

    @Test
    void ownKeyIsNotAnother() {
        time.advance(Duration.ofMinutes(1));
        assertThat(presence.readRevision()).isZero();

        barrier(TERM).awaitEnded(10);
    }

    @Test
    void noRevisionForAReplicaThatTheOthersDoNotSee() {
        assertThat(presence.readRevision()).isZero();
        store.values.clear();

        // Present again before it reads again.
        assertThat(presence.readRevision()).isZero();
        assertThat(store.values).hasSize(1);

        store.forgetful = true;
        assertThatThrownBy(presence::readRevision).isInstanceOf(StoreUnavailable.class);
    }

    @Test
    void interruptionIsNotAnEnd() throws Exception {
        Future<?> barrier = awaiting(barrier(TERM));

        threads.shutdownNow();

        assertThatThrownBy(() -> barrier.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(ProblemException.class);
    }

    private SessionBarrier barrier(Duration predecessorEnds) {
        return new SessionBarrier(registry, presence, predecessorEnds.toNanos(), new SimpleMeterRegistry());
    }

    private Future<?> awaiting(SessionBarrier barrier) {
        Future<?> waiting = threads.submit(() -> barrier.awaitEnded(10));
        await().until(() -> registry.waiting() == 1);
        return waiting;
    }

    private void assertStillWaiting(Future<?> barrier) {
        await().during(Duration.ofMillis(40)).atMost(Duration.ofSeconds(30)).until(() -> !barrier.isDone());
        assertThat(barrier.isDone()).isFalse();
    }

    /** Keys and their presence; all that is asked of a store here. */
    private static final class Presences implements KeyValueStore {
        private final Map<String, StoredValue> values = new ConcurrentSkipListMap<>();
        private volatile boolean away;
        /** Keeps nothing. */
        private volatile boolean forgetful;

        void put(String key) {
            values.put(key, new StoredValue(key, Bytes.copyOf(new byte[0]), 1, 1));
        }

        void remove(String key) {
            values.remove(key);
        }

        @Override
        public Page scan(Scan scan) {
            if (away) {
                throw new StoreUnavailable("etcd is away", null);
            }
            TreeMap<String, StoredValue> found = new TreeMap<>(values);
            found.keySet().removeIf(key -> !key.startsWith(scan.prefix()));
            return new Page(found.values().stream().toList(), 1, false, found.size());
        }

        @Override
        public TransactionResult commit(Transaction transaction) {
            transaction.writes().forEach(write -> put(write.key()));
            if (forgetful) {
                values.clear();
            }
            return new TransactionResult.Committed(
                    1,
                    transaction.reads().stream()
                            .filter(values::containsKey)
                            .map(values::get)
                            .toList());
        }

        @Override
        public long expiringLease(Duration timeToLive) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Lease lease(Duration timeToLive) {
            assertThat(timeToLive).isGreaterThan(TERM.multipliedBy(2));
            return new Lease() {
                @Override
                public long id() {
                    return 7;
                }

                @Override
                public boolean alive() {
                    return true;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Optional<StoredValue> get(String key) {
            return Optional.ofNullable(values.get(key));
        }

        @Override
        public long count(String prefix) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long revision() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Watch watch(String prefix, long fromRevision, WatchListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
