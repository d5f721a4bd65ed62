package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.TestKeys;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.Await;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RootKeyStartTest {
    private TestStore etcd;
    private KeyValueStore store;

    @BeforeEach
    void open() {
        etcd = TestStore.open();
        store = etcd.store();
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    /** A start whose process ends at once. */
    private void start(RootKeys keys) {
        TestRootKeys.start(store, keys).close();
    }

    private void refused(RootKeys keys, String... says) {
        List<StoredValue> before = everything();
        assertThatThrownBy(() -> start(keys))
                .isInstanceOf(RootKeyRefused.class)
                .message()
                .contains(says)
                .contains("Nothing was changed.");
        assertThat(everything()).isEqualTo(before);
    }

    /** But for who runs. */
    private List<StoredValue> everything() {
        return store.scan(Scan.of("/holdfast/", Scan.MAX_LIMIT)).values().stream()
                .filter(value -> !value.key().startsWith(Layout.ROOT_KEY_REPLICAS))
                .toList();
    }

    private boolean onRecord(int seed) {
        return store.get(Layout.rootKey(TestRootKeys.key(seed).id())).isPresent();
    }

    private KeyVersionId sealUnder(RootKeys keys) {
        KeyId key = Samples.MINT.key(Samples.VAULT);
        KeyVersionId version = Samples.MINT.keyVersion(Samples.VAULT);
        Vault.Made made = new BuiltInVault(keys)
                .generate(new Vault.Wish(key, version, KeyShape.AES_256, "a key", ProtectionMode.SOFTWARE, true));
        store.commit(Transaction.builder()
                .put(Layout.version(key, version), TestKeys.version(key, version))
                .put(Layout.material(version), made.stored())
                .with(made.alongside())
                .build());
        return version;
    }

    @Test
    void aStoreTakesTheRootKeyOfItsFirstStartAndNoOther() {
        start(TestRootKeys.of(1));
        start(TestRootKeys.of(1));
        assertThat(onRecord(1)).isTrue();

        refused(TestRootKeys.of(2), "is not the one", "holdfast.keys.root-key", "holdfast.keys.other-root-keys");
        refused(
                TestRootKeys.of(2, 3),
                "is not the one",
                TestRootKeys.key(3).id().toString());
        start(TestRootKeys.of(1));
    }

    @Test
    void aNewRootKeySealsWhenTheOldOneIsGivenToo() {
        start(TestRootKeys.of(1));
        start(TestRootKeys.of(1, 2));
        assertThat(onRecord(2)).as("what seals nothing").isFalse();
        start(TestRootKeys.of(2, 1));
        assertThat(onRecord(1)).isTrue();
        assertThat(onRecord(2)).isTrue();
    }

    @Test
    void withoutTheOldRootKeyNothingStartsWhileSomethingIsSealedUnderIt() {
        start(TestRootKeys.of(1));
        KeyVersionId version = sealUnder(TestRootKeys.of(1));
        start(TestRootKeys.of(2, 1));

        refused(
                TestRootKeys.of(2),
                "still sealed",
                "1 under [" + TestRootKeys.key(1).id() + "]",
                "holdfast.keys.other-root-keys");
        start(TestRootKeys.of(2, 1));
        store.commit(Transaction.builder().delete(Layout.material(version)).build());
        start(TestRootKeys.of(2));
    }

    @Test
    void sealedThingsWithoutAnyRecordAreNotTakenForAFirstStart() {
        start(TestRootKeys.of(1));
        sealUnder(TestRootKeys.of(1));
        store.commit(Transaction.builder()
                .delete(Layout.rootKey(TestRootKeys.key(1).id()))
                .build());
        refused(TestRootKeys.of(1), "no record", "backup");
    }

    @Test
    void aDamagedCheckValueIsSaidToBeDamaged() {
        start(TestRootKeys.of(1));
        String at = Layout.rootKey(TestRootKeys.key(1).id());
        byte[] value = store.get(at).orElseThrow().value().toArray();
        value[value.length - 1] ^= 1;
        store.commit(Transaction.builder().put(at, Bytes.copyOf(value)).build());
        refused(TestRootKeys.of(1), "damaged", TestRootKeys.key(1).id().toString());
    }

    @Test
    void aReplicaThatLacksTheNewRootKeyKeepsItFromSealing() {
        try (RootKeyReplicas running = TestRootKeys.start(store, TestRootKeys.of(1))) {
            try (RootKeyReplicas prepared = TestRootKeys.start(store, TestRootKeys.of(1, 2))) {
                assertThat(prepared.others()).hasSize(1);
            }
            refused(TestRootKeys.of(2, 1), "Another replica", "holdfast.keys.other-root-keys");
            assertThat(running.others()).isEmpty();
        }
        start(TestRootKeys.of(2, 1));
    }

    @Test
    void aReplicaWithoutTheRootKeyThatAnotherSealsUnderDoesNotStart() {
        start(TestRootKeys.of(1));
        try (RootKeyReplicas running = TestRootKeys.start(store, TestRootKeys.of(2, 1))) {
            refused(
                    TestRootKeys.of(1),
                    "Another replica",
                    "seals under " + TestRootKeys.key(2).id());
            assertThat(running.others()).isEmpty();
        }
    }

    @Test
    void aReplicaThatWasKilledDelaysAStartUntilItsLeaseEnds() throws Exception {
        String killed = Layout.ROOT_KEY_REPLICAS + "killed";
        try (RootKeyReplicas replica = TestRootKeys.start(store, TestRootKeys.of(1))) {
            assertThat(replica.others()).isEmpty();
            Bytes shown = replicasShown().getFirst().value();
            store.commit(Transaction.builder().put(killed, shown).build());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> starting = threads.submit(() -> start(TestRootKeys.of(2, 1)));
            Await.atMostSeconds(10)
                    .until("the new one is seen", () -> replicasShown().size() == 2);
            assertThat(onRecord(2)).isFalse();
            store.commit(Transaction.builder().delete(killed).build());
            starting.get(10, TimeUnit.SECONDS);
        }
        assertThat(onRecord(2)).isTrue();
    }

    private List<StoredValue> replicasShown() {
        return store.scan(Scan.of(Layout.ROOT_KEY_REPLICAS, Scan.MAX_LIMIT)).values();
    }
}
