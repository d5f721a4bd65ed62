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
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
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
    private final Identity identity = new Identity(
            etcd.store(),
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
}
