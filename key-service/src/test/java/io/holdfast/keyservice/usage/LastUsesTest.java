package io.holdfast.keyservice.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.store.LastUseStore;
import io.holdfast.keyservice.store.LastUseStore.By;
import io.holdfast.keyservice.store.LastUseStore.Use;
import io.holdfast.keyservice.usage.LastUses.Known;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LastUsesTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration INTERVAL = Duration.ofMinutes(2);
    private static final KeyId KEY = Samples.MINT.key(Samples.VAULT);
    private static final KeyVersionId FIRST = Samples.MINT.keyVersion(Samples.VAULT);
    private static final KeyVersionId SECOND = Samples.MINT.keyVersion(Samples.VAULT);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TestStore etcd;
    private LastUseStore store;

    @BeforeEach
    void open() {
        etcd = TestStore.open();
        store = new LastUseStore(etcd.store());
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    private final class Replica implements TimeSource {
        private final LastUses uses = new LastUses(store, this, INTERVAL, meters);
        private Instant now = NOON;

        Replica at(Instant time) {
            now = time;
            return this;
        }

        @Override
        public Instant wall() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    }

    @Test
    void theLatestOfEachVersionAndKindOfUserIsKnownToTheMinute() {
        Replica replica = new Replica();
        replica.at(NOON).uses.note(KEY, FIRST, By.CLUSTERS);
        replica.at(NOON.plusSeconds(100)).uses.note(KEY, FIRST, By.CLUSTERS);
        replica.uses.note(KEY, SECOND, By.CLIENTS);
        replica.uses.note(Samples.MINT.key(Samples.VAULT), SECOND, By.CLUSTERS);

        assertKnown(replica.uses.of(KEY));
        replica.uses.record();
        assertKnown(replica.uses.of(KEY));
        assertKnown(new Replica().at(replica.now).uses.of(KEY));
        assertThat(etcd.store().get(StateRevision.KEY)).isEmpty();
    }

    private static void assertKnown(Known known) {
        Instant minute = NOON.plusSeconds(60);
        assertThat(known.uses())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(new Use(KEY, FIRST, By.CLUSTERS), minute, new Use(KEY, SECOND, By.CLIENTS), minute));
        assertThat(known.of(KEY, FIRST, By.CLIENTS)).isNull();
        assertThat(known.by(By.CLUSTERS)).isEqualTo(minute);
        assertThat(known.completeUntil())
                .isEqualTo(NOON.plusSeconds(100).minus(INTERVAL).minus(LastUses.GRAIN));
    }

    @Test
    void usesAreNotedInMemoryOnly() {
        Replica replica = new Replica();
        long before = etcd.store().revision();
        for (int i = 0; i < 10_000; i++) {
            replica.uses.note(KEY, FIRST, By.CLUSTERS);
        }
        assertThat(etcd.store().revision()).isEqualTo(before);
        replica.uses.record();
        assertThat(etcd.store().revision()).isEqualTo(before + 1);
        // The same minute again is nothing new.
        replica.uses.note(KEY, FIRST, By.CLUSTERS);
        replica.uses.record();
        assertThat(etcd.store().revision()).isEqualTo(before + 1);
    }

    @Test
    void anEarlierUseOfAnotherReplicaChangesNothing() {
        Replica late = new Replica().at(NOON.plus(Duration.ofMinutes(10)));
        Replica early = new Replica();
        early.uses.note(KEY, FIRST, By.CLIENTS);
        late.uses.note(KEY, FIRST, By.CLIENTS);

        late.uses.record();
        early.uses.record();

        assertThat(early.uses.of(KEY).by(By.CLIENTS)).isEqualTo(late.now);
    }

    @Test
    void aTimeThatAWrongClockRecordedGivesWay() {
        Replica wrong = new Replica().at(NOON.plus(Duration.ofDays(30)));
        wrong.uses.note(KEY, FIRST, By.CLIENTS);
        wrong.uses.record();
        Replica right = new Replica();
        right.uses.note(KEY, FIRST, By.CLIENTS);
        right.uses.record();
        assertThat(right.uses.of(KEY).by(By.CLIENTS)).isEqualTo(NOON);
    }

    @Test
    void replicasThatRecordAtOnceLoseNothing() throws Exception {
        List<KeyVersionId> versions = new ArrayList<>();
        for (int i = 0; i < LastUseStore.MOST_AT_ONCE + 20; i++) {
            versions.add(Samples.MINT.keyVersion(Samples.VAULT));
        }
        Map<Use, Instant> latest = new HashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Void>> replicas = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Replica replica = new Replica().at(NOON.plus(Duration.ofMinutes(i)));
                versions.forEach(version -> {
                    replica.uses.note(KEY, version, By.CLUSTERS);
                    latest.put(new Use(KEY, version, By.CLUSTERS), replica.now);
                });
                replicas.add(() -> {
                    // A lost race is tried again at the next interval; three of them can't lose more often.
                    for (int tries = 0; tries < 10; tries++) {
                        replica.uses.record();
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(replicas)) {
                done.get();
            }
        }
        assertThat(store.of(KEY)).containsExactlyInAnyOrderEntriesOf(latest);
    }

    @Test
    void whatIsNotedIsBounded() {
        Replica replica = new Replica();
        for (int i = 0; i < LastUses.MOST_NOTED + 3; i++) {
            replica.uses.note(KEY, Samples.MINT.keyVersion(Samples.VAULT), By.CLUSTERS);
        }
        assertThat(meters.counter("holdfast.keys.last.uses.missed").count()).isEqualTo(3);
    }

    @Test
    void anIntervalOutsideItsBoundsStopsTheStart() {
        assertThatThrownBy(() -> new LastUses(store, TimeSource.system(), Duration.ofHours(2), meters))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 s to 1 h");
    }
}
