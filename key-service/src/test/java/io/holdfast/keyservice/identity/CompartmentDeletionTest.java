package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.events.Family;
import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.CompartmentState;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.outbox.EtcdOutbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deletions of one compartment that meet. */
class CompartmentDeletionTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final TestStore etcd = TestStore.open();
    private final FailingStore store = new FailingStore(etcd.store());
    private final Identity identity = new Identity(
            store,
            new Revision(),
            new EtcdOutbox("/test", Set.of(Family.IDENTITY), TimeSource.system()),
            new NoDynamicGroups(),
            PolicyContext.ALONE);
    /** What each deletion finds in the compartment, in the order in which they look. */
    private final Deque<Supplier<Optional<String>>> looks = new ArrayDeque<>();

    private final Compartments compartments =
            new Compartments(identity, compartment -> looks.remove().get(), MINT);
    private final Caller actor = new Caller("user", MINT.user().value(), "somebody", MINT.tenancy(), "");
    private final CompartmentId id = MINT.compartment();

    @BeforeEach
    void compartment() {
        Compartment compartment = new Compartment(
                id,
                actor.tenancyId(),
                actor.tenancyId().rootCompartment(),
                "west",
                "for a test",
                Instant.parse("2026-11-24T12:00:00Z"),
                Map.of(),
                Map.of());
        identity.change(view -> Optional.of(new Identity.Change<>(
                it -> it.put(IdentityLayout.compartment(id), IdentityDocuments.write(compartment)),
                List.of(),
                revision -> true)));
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void whatWasLookedForBeforeItWasOpenedAgainProvesNothing() {
        looks.add(() -> {
            looks.add(() -> Optional.of("a key"));
            assertThatThrownBy(this::delete)
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("a key");
            assertThat(state()).isEqualTo(CompartmentState.ACTIVE);
            looks.add(CompartmentDeletionTest::processEnds);
            assertThatThrownBy(this::delete).isInstanceOf(AssertionError.class);
            assertThat(state()).isEqualTo(CompartmentState.DELETING);
            return Optional.empty();
        });

        assertThatThrownBy(this::delete).isInstanceOf(ProblemException.class).hasMessageContaining("Another deletion");

        assertThat(state()).isEqualTo(CompartmentState.DELETING);
    }

    @Test
    void aDeletionThatDidNotEndIsEndedByTheNext() {
        looks.add(CompartmentDeletionTest::processEnds);
        assertThatThrownBy(this::delete).isInstanceOf(AssertionError.class);
        looks.add(Optional::empty);

        delete();

        assertThat(state()).isEqualTo(CompartmentState.DELETED);
    }

    @Test
    void ofTwoThatSeeItEmptyBothAnswerThatItIsDeleted() {
        looks.add(() -> {
            looks.add(Optional::empty);
            delete();
            return Optional.empty();
        });

        delete();

        assertThat(state()).isEqualTo(CompartmentState.DELETED);
    }

    @Test
    void aDeletionThatFailsInTheEndOpensItAgain() {
        looks.add(() -> {
            store.failToWrite(new StoreUnavailable("etcd is away", null));
            return Optional.empty();
        });

        assertThatThrownBy(this::delete).isInstanceOf(StoreUnavailable.class);

        assertThat(state()).isEqualTo(CompartmentState.ACTIVE);
        assertThat(etcd.store().get(IdentityLayout.closedCompartment(id))).isEmpty();
    }

    @Test
    void oneThatMayHaveEndedIsLeftToTheNext() {
        looks.add(() -> {
            store.failToWrite(new OutcomeUnknown("etcd went away", null));
            return Optional.empty();
        });
        assertThatThrownBy(this::delete).isInstanceOf(OutcomeUnknown.class);
        assertThat(state()).isEqualTo(CompartmentState.DELETING);
        looks.add(Optional::empty);

        delete();

        assertThat(state()).isEqualTo(CompartmentState.DELETED);
    }

    private void delete() {
        compartments.delete(actor, id, null);
    }

    private CompartmentState state() {
        return identity.current()
                .identity()
                .compartment(id)
                .orElseThrow()
                .value()
                .state();
    }

    /** No exception that the deletion would see. */
    private static Optional<String> processEnds() {
        throw new AssertionError("the process ends");
    }

    private final class Revision implements StateRevision {
        @Override
        public long current() {
            return etcd.store().get(KEY).map(StoredValue::modRevision).orElse(0L);
        }

        @Override
        public Consumer<Transaction.Builder> raise() {
            return transaction -> transaction.put(KEY, Bytes.copyOf(new byte[1]));
        }
    }

    /** The same store, of which one write can be made to fail. */
    private static final class FailingStore implements KeyValueStore {
        private final KeyValueStore store;
        private final Deque<Optional<RuntimeException>> next = new ArrayDeque<>();

        FailingStore(KeyValueStore store) {
            this.store = store;
        }

        /** Identity is read before it is written, by a transaction as well. */
        void failToWrite(RuntimeException failure) {
            next.add(Optional.empty());
            next.add(Optional.of(failure));
        }

        @Override
        public TransactionResult commit(Transaction transaction) {
            Optional<RuntimeException> failure = next.isEmpty() ? Optional.empty() : next.remove();
            if (failure.isPresent()) {
                throw failure.get();
            }
            return store.commit(transaction);
        }

        @Override
        public Optional<StoredValue> get(String key) {
            return store.get(key);
        }

        @Override
        public Page scan(Scan scan) {
            return store.scan(scan);
        }

        @Override
        public long count(String prefix) {
            return store.count(prefix);
        }

        @Override
        public long revision() {
            return store.revision();
        }

        @Override
        public Watch watch(String prefix, long fromRevision, WatchListener listener) {
            return store.watch(prefix, fromRevision, listener);
        }

        @Override
        public Lease lease(Duration timeToLive) {
            return store.lease(timeToLive);
        }

        @Override
        public long expiringLease(Duration timeToLive) {
            return store.expiringLease(timeToLive);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
