package io.holdfast.secretservice.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import io.holdfast.testkit.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyAccessReconcilerTest {
    private Stack stack;
    private Opened c;

    @BeforeEach
    void start() {
        stack = new Stack();
        c = stack.open();
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void aWithdrawnKeyBlocksOnceAndAGrantOpensOnce() {
        stack.keys.deny(c.key(), Denial.KEY_DISABLED);
        stack.reconciler.ofKey(c.key(), "KeyDisabled");
        long blockedAt = stack.fence(c).revision();
        stack.reconciler.ofKey(c.key(), "KeyDisabled");
        assertThat(stack.fence(c).revision()).isEqualTo(blockedAt);

        stack.keys.allow(c.key());
        stack.reconciler.ofKey(c.key(), "KeyEnabled");
        stack.reconciler.ofKey(c.key(), "KeyEnabled");

        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.eventTypes(c))
                .containsExactly("ClusterEndpointOpened", "ClusterKeyAccessLost", "ClusterKeyAccessRestored");
    }

    @Test
    void anUnreadableFenceStopsNoOther() {
        Opened broken = stack.open();
        byte[] before = stack.stored(broken.paths().fence()).value().toArray();
        Opened other = stack.open();
        try {
            stack.vandalise(broken.paths().fence(), new byte[] {'?'});
            stack.keys.deny(c.key(), Denial.KEY_DISABLED);
            stack.keys.deny(other.key(), Denial.KEY_DISABLED);

            assertThat(stack.reconciler.all("test")).isTrue();
            stack.endpoints.finishRemovals();

            assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Blocked.class);
            assertThat(stack.fence(other).fence()).isInstanceOf(WriteFence.Blocked.class);
            assertThat(stack.meters.counter("holdfast.fence.unreadable").count())
                    .isEqualTo(1);
        } finally {
            stack.vandalise(broken.paths().fence(), before);
        }
    }

    @Test
    void anAnswerThatIsOverMovesNoFence() {
        stack.keys.deny(c.key(), Denial.POLICY);
        stack.keys.grantsHoldUntil(Validity.until(Instant.now()));
        assertThat(stack.reconciler.access()).isFalse();
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);

        stack.keys.grantsHoldUntil(Validity.until(Instant.now().plusSeconds(3600)));
        assertThat(stack.reconciler.access()).isTrue();
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Blocked.class);

        stack.keys.allow(c.key());
        stack.keys.grantsHoldUntil(Validity.until(Instant.now()));
        assertThat(stack.reconciler.access()).isFalse();
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Blocked.class);
    }

    /** Nothing tells of the end of a condition of time: neither an event nor the access session. */
    @Test
    void theFenceFollowsWhenAGrantEndsByItself() {
        GrantEnds ends = new GrantEnds(TimeSource.system());
        KeyAccessReconciler reconciler = new KeyAccessReconciler(
                stack.keys, stack.keys, stack.clusters, stack.fences, stack.watches, ends, stack.meters);
        stack.keys.grantsHoldUntil(Validity.until(Instant.now().plusMillis(500)));
        AtomicInteger runs = new AtomicInteger();
        try (KeyAccessWatch watch = new KeyAccessWatch(stack.keys, Duration.ofHours(1), ends, whole -> {
            if (runs.getAndIncrement() > 0) {
                stack.keys.denyInSilence(c.key(), Denial.POLICY);
                stack.keys.grantsHoldUntil(Validity.UNTIL_CHANGE);
            }
            return reconciler.access();
        })) {
            watch.start();
            Await.atMostSeconds(20)
                    .until("the fence is blocked", () -> stack.fence(c).fence() instanceof WriteFence.Blocked);
        }
    }

    @Test
    void anOldReplayedEventChangesNothing() {
        PlacedFence before = stack.fence(c);
        stack.reconciler.ofKey(c.key(), "KeyDisabled");
        stack.reconciler.ofKey(c.key(), "KeyRotated");
        assertThat(stack.fence(c)).isEqualTo(before);
    }

    @Test
    void aVersionAndABlockedKeyTogetherAreBothCaughtUpAfterTheGrant() {
        stack.keys.deny(c.key(), Denial.KEY_PENDING_DELETION);
        stack.reconciler.all("test");
        KeyVersion version = stack.keys.rotate(c.key());
        stack.reconciler.all("test");
        assertThat(stack.fence(c).terms().version().number()).isEqualTo(1);

        stack.keys.allow(c.key());
        stack.reconciler.all("test");
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.fence(c).terms().version()).isEqualTo(version);
    }

    @Test
    void aDeletedKeyBlocksForGood() {
        stack.keys.deny(c.key(), Denial.KEY_PENDING_DELETION);
        stack.reconciler.all("test");
        stack.keys.deny(c.key(), Denial.KEY_DELETED);
        stack.reconciler.all("test");
        stack.keys.allow(c.key());
        stack.reconciler.all("test");

        assertThat(stack.fence(c).fence())
                .isInstanceOfSatisfying(
                        WriteFence.Blocked.class,
                        blocked -> assertThat(blocked.denial()).isEqualTo(Denial.KEY_DELETED));
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened", "ClusterKeyAccessLost");
    }

    @Test
    void aVaultThatDoesNotAnswerBlocksNothing() {
        stack.keys.deny(c.key(), Denial.VAULT_UNAVAILABLE);
        stack.reconciler.all("test");
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);
    }

    @Test
    void replicasThatRaceEmitOneEvent() throws Exception {
        stack.keys.deny(c.key(), Denial.KEY_DISABLED);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> races = IntStream.range(0, 8)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> stack.reconciler.ofKey(c.key(), "race")))
                    .toList();
            for (Future<?> race : races) {
                race.get();
            }
        }
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened", "ClusterKeyAccessLost");
    }

    @Test
    void aChangeOfTheAccessStateIsFollowedWithoutAnyEvent() {
        GrantEnds none = new GrantEnds(TimeSource.system());
        try (KeyAccessWatch watch =
                new KeyAccessWatch(stack.keys, Duration.ofSeconds(60), none, whole -> stack.reconciler.access())) {
            watch.start();
            stack.keys.deny(c.key(), Denial.POLICY);
            Await.atMostSeconds(10).until("blocked", () -> stack.fence(c).fence() instanceof WriteFence.Blocked);
            stack.keys.allow(c.key());
            Await.atMostSeconds(10).until("open", () -> stack.fence(c).fence() instanceof WriteFence.Open);
        }
    }

    @Test
    void aChangeOfTheAccessStateAloneStartsNoReencryption() {
        stack.keys.rotate(c.key());

        assertThat(stack.reconciler.access()).isTrue();
        assertThat(stack.fence(c).terms().version().number()).isEqualTo(1);
        assertThat(stack.reconciler.all("KeyRotated")).isTrue();
        assertThat(stack.fence(c).terms().version().number()).isEqualTo(2);
    }
}
