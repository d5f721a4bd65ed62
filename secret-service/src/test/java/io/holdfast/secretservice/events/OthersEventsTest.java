package io.holdfast.secretservice.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.events.ClusterEvent;
import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.HighWaterMarks.Mark;
import io.holdfast.platform.inbox.ReceivedEvent;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.endpoint.ClusterEndpoints;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.keys.ClusterDirectory;
import io.holdfast.secretservice.keys.ClusterDirectory.Life;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.keys.KeyServiceUnavailable;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OthersEventsTest {
    private final Map<ClusterId, Wish> known = new LinkedHashMap<>();
    private Stack stack;
    private OthersEvents events;

    @BeforeEach
    void start() {
        stack = new Stack();
        events = new OthersEvents(stack.reconciler, stack.endpoints, stack.clusters, new Known());
    }

    /** Tells of {@link #known}, one cluster in a page. */
    private final class Known implements ClusterDirectory {
        @Override
        public Optional<Wish> find(ClusterId cluster) {
            return Optional.ofNullable(known.get(cluster));
        }

        @Override
        public WishPage list(String pageToken) {
            List<Wish> all = List.copyOf(known.values());
            int at = pageToken.isEmpty() ? 0 : Integer.parseInt(pageToken);
            return new WishPage(
                    all.subList(at, Math.min(all.size(), at + 1)), at + 1 < all.size() ? "" + (at + 1) : "");
        }
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    private static ReceivedEvent received(DomainEvent event) {
        return new ReceivedEvent(
                "id",
                event.family().source(),
                EventCodec.typeOf(event),
                event.subject(),
                Instant.EPOCH,
                1,
                1,
                1,
                "",
                event.family().topic(),
                0,
                0,
                event,
                "{}");
    }

    private static ReceivedEvent created(Opened c) {
        return received(new ClusterEvent.ClusterCreated(
                c.cluster(),
                "c",
                c.wish().compartmentId(),
                c.wish().tenancyId(),
                "v1.34.1",
                c.key(),
                c.binding(),
                "somebody"));
    }

    @Test
    void aReplayedCreationOfADeletedClusterOpensNothing() {
        Opened c = stack.prepare();
        known.put(c.cluster(), c.wish());
        events.onClusterEvent(created(c));
        assertThat(stack.clusters.find(c.cluster())).isPresent();

        known.remove(c.cluster());
        events.onClusterEvent(received(new ClusterEvent.ClusterDeleted(c.cluster(), "somebody")));
        events.onClusterEvent(created(c));

        assertThat(stack.clusters.find(c.cluster())).isEmpty();
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened");
    }

    @Test
    void aReplayedDeletionOfALivingClusterRemovesNothing() {
        Opened c = stack.open();
        known.put(c.cluster(), c.wish());
        events.onClusterEvent(received(new ClusterEvent.ClusterDeleted(c.cluster(), "somebody")));
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);
    }

    @Test
    void afterAGapWhatIsThereIsOpenedAndWhatIsGoneIsRemoved() {
        Opened here = stack.open();
        Opened gone = stack.open();
        Opened missed = stack.prepare();
        Opened alsoMissed = stack.prepare();
        for (Opened each : List.of(here, missed, alsoMissed)) {
            known.put(each.cluster(), each.wish());
        }

        events.onClusterGap(Mark.NONE, created(missed));

        assertThat(stack.fence(here).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.fence(missed).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.fence(alsoMissed).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.fence(gone).fence()).isInstanceOf(WriteFence.Closed.class);
        assertThat(stack.store.count(gone.paths().registry())).isZero();
    }

    @Test
    void whatIsOpenAndNotAwaitedIsNotLookedUpOneByOne() {
        List<String> read = new ArrayList<>();
        KeyValueStore counting = (KeyValueStore) Proxy.newProxyInstance(
                KeyValueStore.class.getClassLoader(),
                new Class<?>[] {KeyValueStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("get")) {
                        read.add((String) arguments[0]);
                    }
                    return method.invoke(stack.store, arguments);
                });
        ServedClusters clusters = new ServedClusters(counting, TimeSource.system());
        ClusterEndpoints endpoints = new ClusterEndpoints(
                counting,
                stack.outbox,
                clusters,
                stack.fences,
                stack.keys,
                stack.keys,
                stack.keys,
                TimeSource.system(),
                "https://127.0.0.1:8443");
        OthersEvents comparing = new OthersEvents(stack.reconciler, endpoints, clusters, new Known());
        for (int i = 0; i < 3; i++) {
            Opened open = stack.open();
            known.put(open.cluster(), open.wish());
        }
        Opened awaited = stack.open();
        known.put(awaited.cluster(), awaiting(awaited.wish()));
        // Removes what other tests left open.
        comparing.compareClusters();
        read.clear();

        comparing.compareClusters();

        assertThat(read).isNotEmpty().containsOnly(awaited.paths().record());
    }

    private static Wish awaiting(Wish wish) {
        return new Wish(
                wish.id(), wish.compartmentId(), wish.tenancyId(), wish.keyId(), wish.bindingId(), Life.AWAITED);
    }

    @Test
    void anEventOnlySaysWhereToLook() {
        Opened c = stack.open();
        PlacedFence before = stack.fence(c);
        events.onKeyEvent(received(new KeyEvent.KeyDisabled(c.key(), "somebody")));
        events.onKeyEvent(received(new KeyEvent.KeyDeleted(c.key())));
        assertThat(stack.fence(c)).isEqualTo(before);

        stack.keys.deny(c.key(), Denial.KEY_DISABLED);
        events.onKeyEvent(received(new KeyEvent.KeyDisabled(c.key(), "somebody")));
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Blocked.class);
        events.onKeyEvent(received(new KeyEvent.KeyEnabled(c.key(), "somebody")));
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Blocked.class);
    }

    @Test
    void anEventThatCannotBeFollowedYetIsToComeAgain() {
        Opened c = stack.open();
        stack.keys.reachable(false);
        ReceivedEvent event = received(new KeyEvent.KeyEnabled(c.key(), "somebody"));
        assertThatThrownBy(() -> events.onKeyEvent(event)).isInstanceOf(KeyServiceUnavailable.class);
        stack.keys.reachable(true);
        stack.keys.live(false);
        assertThatThrownBy(() -> events.onKeyEvent(event)).isInstanceOf(OthersEvents.NotYet.class);
    }
}
