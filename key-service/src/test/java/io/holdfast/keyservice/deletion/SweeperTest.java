package io.holdfast.keyservice.deletion;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.health.ClockReadiness;
import io.holdfast.keyservice.rotate.AutomaticRotation;
import io.holdfast.keyservice.service.Api;
import io.holdfast.keyservice.service.KeyEvents;
import io.holdfast.keyservice.service.KeyServiceProfile;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.testkit.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

/** Several replicas' sweepers at once; the service's own runs too. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class SweeperTest {
    @Inject
    KeyStore store;

    @Inject
    KeyValueStore etcd;

    @Inject
    Completion completion;

    @Inject
    DeletionNotices notices;

    @Inject
    DueDeletions due;

    @Inject
    HoldNotices holds;

    @Inject
    AutomaticRotation rotations;

    @Inject
    Destroyer destroyer;

    private Sweeper replica(TimeSource time) {
        return replica(time, notices, new SimpleMeterRegistry());
    }

    private Sweeper replica(TimeSource time, DeletionNotices notices, MeterRegistry meters) {
        return new Sweeper(
                completion,
                notices,
                holds,
                rotations,
                destroyer,
                new DeletionClock(etcd, time, Duration.ofHours(1), Duration.ofHours(1)),
                Duration.ofSeconds(1),
                meters);
    }

    @Test
    void anErrorKeepsNothingElseFromBeingDoneAndIsCounted() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        List<Instant> tried = new ArrayList<>();
        Sweeper sweeper = replica(
                TimeSource.system(),
                new DeletionNotices(due) {
                    @Override
                    void give(Instant now) {
                        tried.add(now);
                        throw new NoClassDefFoundError("a test");
                    }
                },
                meters);
        sweeper.sweep();
        sweeper.sweep();

        assertThat(tried).hasSize(2);
        assertThat(meters.get("holdfast.keys.deletions")
                        .tag("outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aClockInDoubtIsSaidAndTakesNoTrafficAway() {
        Instant[] now = {Instant.now()};
        Sweeper sweeper = replica(new TimeSource() {
            @Override
            public Instant wall() {
                return now[0];
            }

            @Override
            public long monotonicNanos() {
                return 0;
            }
        });
        sweeper.sweep();
        assertThat(new ClockReadiness(sweeper).call().getData()).isEmpty();

        now[0] = now[0].plus(Duration.ofHours(3));
        sweeper.sweep();

        HealthCheckResponse held = new ClockReadiness(sweeper).call();
        assertThat(held.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(held.getData()).contains(Map.of("trouble", "CLOCK_NOT_TRUSTED"));
    }

    @Test
    void ofManyReplicasOneDeletesAndOneEventTellsIt() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            keys.add(schedule(Duration.ofSeconds(5)));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> replicas = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Sweeper sweeper = replica(TimeSource.system());
                replicas.add(() -> {
                    Await.atMostSeconds(30).until("all keys are deleted", () -> {
                        sweeper.sweep();
                        return keys.stream().allMatch(this::isDeleted);
                    });
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(replicas)) {
                done.get();
            }
        }
        try (KeyEvents events = new KeyEvents()) {
            for (String key : keys) {
                List<String> expected = List.of("KeyCreated", "KeyScheduledForDeletion", "KeyDeleted");
                Await.atMostSeconds(30)
                        .until("the events of " + key, () -> events.typesOf(key).size() >= expected.size());
                assertThat(events.typesOf(key)).isEqualTo(expected);
            }
        }
    }

    @Test
    void aReplicaWhoseClockRanAheadDeletesNothing() {
        String key = schedule(Duration.ofDays(20));
        Sweeper wrong = replica(new TimeSource() {
            @Override
            public Instant wall() {
                return Instant.now().plus(Duration.ofDays(25));
            }

            @Override
            public long monotonicNanos() {
                return System.nanoTime();
            }
        });

        // The service's own sweeper has recorded the time, or the wrong one would have nothing to disagree with.
        Await.atMostSeconds(10)
                .until(
                        "the heartbeat",
                        () -> etcd.get(io.holdfast.keyservice.store.Layout.HEARTBEAT)
                                .isPresent());
        assertThat(wrong.sweep()).isZero();
        assertThat(Api.state(key)).isEqualTo("PENDING_DELETION");
    }

    private String schedule(Duration from) {
        String key = Api.key();
        given().header("authorization", "administrator")
                .contentType("application/json")
                .body(Map.of("timeOfDeletion", Instant.now().plus(from).toString()))
                .post("/20180608/keys/" + key + "/actions/scheduleDeletion")
                .then()
                .statusCode(200);
        return key;
    }

    private boolean isDeleted(String key) {
        return store.key(new KeyId(key)).orElseThrow().value() instanceof MasterKey.Deleted;
    }
}
