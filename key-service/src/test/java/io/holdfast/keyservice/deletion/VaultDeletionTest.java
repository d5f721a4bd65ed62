package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.bindings.ClusterBindings.Outcome;
import io.holdfast.keyservice.bindings.ClusterBindings.Why;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.service.Api;
import io.holdfast.keyservice.service.KeyServiceProfile;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.usage.KeyDependents;
import io.holdfast.keyservice.usage.SecretUsage;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What deletions do to keys when others act between their transactions. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class VaultDeletionTest {
    @Inject
    Completion completion;

    @Inject
    KeyDependents dependents;

    @Inject
    ClusterBindings bindings;

    @Inject
    KeyStore keys;

    @Inject
    VaultStore vaults;

    @Inject
    KeyValueStore etcd;

    @Inject
    StateRevision state;

    @Inject
    Outbox outbox;

    @Inject
    DueDeletions dueDeletions;

    @Inject
    VaultDeletion vaultDeletion;

    @Inject
    OpenedMaterial opened;

    @Inject
    Destroyer destroyer;

    @Inject
    SecretUsage usage;

    private MasterKey key() {
        return keys.key(new KeyId(Api.key())).orElseThrow().value();
    }

    private Outcome bind(MasterKey key) {
        return bindings.bind(new ClusterBindings.Request(
                Samples.MINT.cluster(),
                Samples.COMPARTMENT,
                Samples.TENANCY,
                key.id(),
                Samples.MINT.user(),
                Samples.TENANCY));
    }

    @Test
    void aSweepWhoseListIsOlderThanTheCancellationSchedulesNothing() {
        MasterKey key = key();
        Instant past = Instant.now().minus(Duration.ofMinutes(1));

        assertThat(completion.complete(new DueVault(key.facts().vaultId(), past, past), Instant.now()))
                .isFalse();

        assertThat(Api.state(key.id().value())).isEqualTo("ENABLED");
    }

    @Test
    void noClusterIsBoundToAKeyThatIsAboutToFollowItsVault() {
        MasterKey key = key();
        VaultId vault = key.facts().vaultId();
        // Not marked as unfinished, so that nobody brings the key after it.
        vaults.changeIf(
                vault,
                seen -> seen instanceof Vault.Active active
                        ? Optional.of(new Step<>(
                                active.scheduleDeletion(Instant.now().plus(Duration.ofDays(20))),
                                Optional.empty(),
                                vault.value(),
                                nothing -> {}))
                        : Optional.empty());

        assertThat(bind(key)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.why()).isEqualTo(Why.KEY_NOT_ENABLED);
            assertThat(refused.message()).contains("vault", "to be deleted");
        });
    }

    /** With a vault, and due, but in no order of deletions: nobody else completes it. */
    private DueKey dueWithItsVault(MasterKey key) {
        Instant past = Instant.now().minus(Duration.ofMinutes(1));
        keys.changeIf(
                key.id(),
                seen -> seen instanceof MasterKey.Kept kept
                        ? Optional.of(new Step<>(
                                kept.scheduleDeletionWithVault(past),
                                Optional.empty(),
                                key.id().value(),
                                nothing -> {}))
                        : Optional.empty());
        return new DueKey(key.id(), past, past);
    }

    @Test
    void aKeyThatCameBackWithItsVaultIsNotDeleted() {
        DueKey due = dueWithItsVault(key());

        assertThat(completion.complete(due, Instant.now())).isFalse();

        assertThat(Api.state(due.id().value())).isEqualTo("PENDING_DELETION");
    }

    @Test
    void aKeyIsNotDeletedWhileTheDeletionOfItsVaultIsBeingCancelled() {
        MasterKey key = key();
        VaultId vault = key.facts().vaultId();
        DueKey due = dueWithItsVault(key);
        toState(
                vault,
                seen -> seen instanceof Vault.Active active
                        ? active.scheduleDeletion(due.time()).scheduled()
                        : seen);
        boolean[] cancelled = {false};
        VaultStore racing = new VaultStore(etcd, state, outbox) {
            @Override
            public Optional<Stored<Vault>> vault(VaultId id) {
                Optional<Stored<Vault>> found = super.vault(id);
                if (!cancelled[0]) {
                    cancelled[0] = true;
                    toState(
                            vault,
                            seen -> seen instanceof Vault.PendingDeletion pending
                                    ? pending.cancelDeletion().cancelled()
                                    : seen);
                }
                return found;
            }
        };

        assertThat(new Completion(keys, racing, dueDeletions, vaultDeletion, opened, destroyer)
                        .complete(due, Instant.now()))
                .isFalse();

        assertThat(cancelled[0]).isTrue();
        assertThat(Api.state(due.id().value())).isEqualTo("PENDING_DELETION");
    }

    private void toState(VaultId vault, UnaryOperator<Vault> next) {
        vaults.changeIf(
                vault,
                seen -> Optional.of(new Step<>(next.apply(seen), Optional.empty(), vault.value(), nothing -> {})));
    }

    @Test
    void ofManyKeysOnlyThoseThatAreBoundAreAskedAbout() {
        MasterKey bound = key();
        List<MasterKey> many = Stream.concat(
                        Stream.of(bound), Stream.generate(Samples::enabledKey).limit(50))
                .toList();
        assertThat(bind(bound)).isInstanceOf(Outcome.Bound.class);
        List<KeyId> asked = new ArrayList<>();
        BindingStore asking = new BindingStore(etcd, state, outbox) {
            @Override
            public BindingPage heldOfKey(KeyId key, String afterBinding, int limit) {
                asked.add(key);
                return super.heldOfKey(key, afterBinding, limit);
            }
        };
        KeyDependents counted = new KeyDependents(asking, usage, state);

        assertThatThrownBy(() -> counted.requireUnbound(many.reversed(), false))
                .hasMessageContaining(bound.id().value());
        assertThat(asked).containsExactly(bound.id());

        asked.clear();
        counted.requireUnbound(many.subList(1, many.size()), false);
        assertThat(asked).isEmpty();
    }

    @Test
    void aClusterThatIsBoundMeanwhileIsNotScheduledAway() {
        MasterKey key = key();
        Consumer<Transaction.Builder> unbound = dependents.requireUnbound(List.of(key), false);

        assertThat(bind(key)).isInstanceOf(Outcome.Bound.class);

        assertThat(etcd.commit(Transaction.builder()
                                .with(unbound)
                                .put("/holdfast/tests/unbound", Bytes.copyOf(new byte[0]))
                                .build())
                        .committed())
                .isFalse();
        assertThatThrownBy(() -> dependents.requireUnbound(List.of(key), false))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("force");
    }
}
