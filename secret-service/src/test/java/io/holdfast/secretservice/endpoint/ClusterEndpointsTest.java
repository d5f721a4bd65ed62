package io.holdfast.secretservice.endpoint;

import static io.holdfast.secretservice.storage.ObjectStorage.Resource.SECRETS;
import static io.holdfast.secretservice.testing.SecretObjects.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.Transaction;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.endpoint.ClusterEndpoints.Opening;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.keys.ClusterDirectory.Life;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.storage.StorageRefusal;
import io.holdfast.secretservice.testing.InProcessKeyService;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterEndpointsTest {
    private Stack stack;

    @BeforeEach
    void start() {
        stack = new Stack();
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void aClusterIsOpenedOnceWithItsFenceAndNamespaces() {
        Opened c = stack.prepare();
        assertThat(stack.endpoints.open(c.wish())).isEqualTo(Opening.OPENED);
        assertThat(stack.endpoints.open(c.wish())).isEqualTo(Opening.NOTHING_TO_DO);

        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Open.class);
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened");
        assertThat(stack.events(c).getFirst().data().path("endpoint").asText())
                .isEqualTo("https://127.0.0.1:8443/clusters/" + c.cluster().value());
        try (StoredObject namespace = StoredObject.decode(SecretBytes.takeOwnershipOf(
                stack.stored(c.paths().namespace("default")).value().toArray()))) {
            assertThat(namespace)
                    .isInstanceOfSatisfying(
                            StoredObject.Protobuf.class,
                            object -> assertThat(object.kind()).isEqualTo("Namespace"));
        }
    }

    @Test
    void anOwnerThatStillWaitsIsToldAgain() {
        Opened c = stack.prepare();
        Wish awaited = new Wish(
                c.cluster(), c.wish().compartmentId(), c.wish().tenancyId(), c.key(), c.binding(), Life.AWAITED);
        assertThat(stack.endpoints.open(awaited)).isEqualTo(Opening.OPENED);
        // Its event has not had its time yet.
        assertThat(stack.endpoints.open(awaited)).isEqualTo(Opening.NOTHING_TO_DO);

        ClusterRecord opened = stack.clusters.find(c.cluster()).orElseThrow();
        ClusterRecord earlier = new ClusterRecord(
                opened.id(),
                opened.compartmentId(),
                opened.tenancyId(),
                opened.keyId(),
                opened.bindingId(),
                opened.endpoint(),
                opened.openedAtMillis() - 60_000,
                0);
        stack.store.commit(
                Transaction.builder().put(c.paths().record(), earlier.encode()).build());
        assertThat(stack.endpoints.open(awaited)).isEqualTo(Opening.TOLD_AGAIN);
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened", "ClusterEndpointOpened");

        // Nothing is told of a cluster whose owner has heard, or that is deleted.
        assertThat(stack.endpoints.open(c.wish())).isEqualTo(Opening.NOTHING_TO_DO);
        stack.endpoints.close(c.cluster());
        assertThat(stack.endpoints.open(awaited)).isEqualTo(Opening.NOTHING_TO_DO);
    }

    @Test
    void aBindingOfAnotherClusterOpensNothing() {
        Opened c = stack.prepare();
        Opened other = stack.prepare();
        Wish stolen = new Wish(
                c.cluster(), c.wish().compartmentId(), c.wish().tenancyId(), other.key(), other.binding(), Life.WANTED);
        assertThat(stack.endpoints.open(stolen)).isEqualTo(Opening.NOTHING_TO_DO);
        Wish unknown = new Wish(
                c.cluster(),
                c.wish().compartmentId(),
                c.wish().tenancyId(),
                c.key(),
                InProcessKeyService.MINT.binding(),
                Life.WANTED);
        assertThat(stack.endpoints.open(unknown)).isEqualTo(Opening.NOTHING_TO_DO);
        assertThat(stack.clusters.find(c.cluster())).isEmpty();
    }

    @Test
    void aClusterWhoseKeyIsWithheldWaitsAndIsOpenedWithTheGrant() {
        Opened c = stack.prepare();
        stack.keys.deny(c.key(), Denial.KEY_DISABLED);
        assertThat(stack.endpoints.open(c.wish())).isEqualTo(Opening.WAITING);
        assertThat(stack.endpoints.openWaiting()).isFalse();
        assertThat(stack.clusters.find(c.cluster())).isEmpty();

        stack.keys.allow(c.key());
        assertThat(stack.endpoints.openWaiting()).isTrue();
        assertThat(stack.clusters.find(c.cluster())).isPresent();
        assertThat(stack.eventTypes(c)).containsExactly("ClusterEndpointOpened");
    }

    @Test
    void aDeletedClusterLosesItsDataAndIsNeverOpenedAgain() {
        Opened c = stack.open();
        for (int i = 0; i < 230; i++) {
            stack.storage.create(c.cluster(), SECRETS, "default", "s" + i, secret("default", "s" + i, "x"));
        }
        stack.keys.rotate(c.key());
        stack.reconciler.all("KeyRotated");

        stack.endpoints.close(c.cluster());
        stack.endpoints.close(c.cluster());

        assertThat(stack.store.count(c.paths().registry())).isZero();
        assertThat(stack.store.count(c.paths().jobs())).isZero();
        assertThat(stack.fence(c).fence()).isInstanceOf(WriteFence.Closed.class);
        assertThatThrownBy(() ->
                        stack.storage.create(c.cluster(), SECRETS, "default", "late", secret("default", "late", "x")))
                .isInstanceOf(StorageRefusal.ClusterUnknown.class);
        assertThat(stack.endpoints.open(c.wish())).isEqualTo(Opening.NOTHING_TO_DO);
        assertThat(stack.store.get(c.paths().index())).isEmpty();
    }

    @Test
    void aDeletionThatOvertakesASlowOpeningWins() {
        Opened c = stack.prepare();
        ClusterEndpoints slow = new ClusterEndpoints(
                stack.store,
                stack.outbox,
                stack.clusters,
                stack.fences,
                binding -> {
                    stack.endpoints.close(c.cluster());
                    return stack.keys.find(binding);
                },
                stack.keys,
                stack.keys,
                TimeSource.system(),
                "https://127.0.0.1:8443");

        assertThat(slow.open(c.wish())).isEqualTo(Opening.NOTHING_TO_DO);

        assertThat(stack.clusters.find(c.cluster())).isEmpty();
        assertThat(stack.store.get(c.paths().fence())).isEmpty();
        assertThat(stack.store.get(c.paths().index())).isEmpty();
        stack.endpoints.close(c.cluster());
        assertThat(stack.endpoints.open(c.wish())).isEqualTo(Opening.NOTHING_TO_DO);
        assertThat(stack.eventTypes(c)).isEmpty();
    }

    @Test
    void aRemovalThatWasBrokenOffIsTakenUpAgain() {
        Opened c = stack.open();
        stack.storage.create(c.cluster(), SECRETS, "default", "s", secret("default", "s", "x"));
        stack.fences.close(stack.fence(c)).orElseThrow();

        stack.endpoints.finishRemovals();

        assertThat(stack.store.count(c.paths().registry())).isZero();
        assertThat(stack.store.get(c.paths().index())).isEmpty();
    }
}
