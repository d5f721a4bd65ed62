package io.holdfast.keyservice.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.bindings.ClusterBindings.Outcome;
import io.holdfast.keyservice.bindings.ClusterBindings.Why;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.service.Api;
import io.holdfast.keyservice.service.KeyServiceProfile;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.usage.KeyDependents;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
