package io.holdfast.keyservice.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Means;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.envelope.xaes.Xaes256Gcm;
import io.holdfast.envelope.xaes.XaesKey;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.keyservice.store.KekStore;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.TestKeys;
import io.holdfast.keyservice.vault.BuiltInVault;
import io.holdfast.keyservice.vault.Lending.Seen;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.TestRootKeys;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.store.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Hierarchical mode on a real etcd, in front of a vault whose every use is counted. */
class KeyEncryptionKeysTest {
    private static final int BATCH = 125;
    private static final int CALLERS = 64;
    private static final Seen SEEN = new Seen(1, 1);
    private static TestStore etcd;

    private final CountingVault vault = new CountingVault();
    private final BindingId binding = Samples.MINT.binding();
    private final List<Replica> replicas = new ArrayList<>();
    /** What happens when a KEK is looked for and is not on record. */
    private volatile Runnable missed = () -> {};

    @BeforeAll
    static void start() {
        etcd = TestStore.open();
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    @AfterEach
    void wipe() {
        replicas.forEach(replica -> replica.opened().close());
    }

    /** One process of key-service, with its own memory. */
    private record Replica(KeyEncryptionKeys keks, OpenedMaterial opened) {}

    private Replica replica() {
        KeyStore keys = new KeyStore(etcd.store(), new Revision(), events -> nothing -> {});
        OpenedMaterial opened = new OpenedMaterial(Duration.ofHours(1), TimeSource.system());
        KeyMaterial material = new KeyMaterial(keys, new Vaults(Map.of(ProtectionMode.SOFTWARE, vault)), opened);
        KekStore store = new KekStore(etcd.store()) {
            @Override
            public Optional<Bytes> find(BindingId binding, KeyVersionId version) {
                Optional<Bytes> found = super.find(binding, version);
                if (found.isEmpty()) {
                    missed.run();
                }
                return found;
            }
        };
        Replica made = new Replica(new KeyEncryptionKeys(store, material, opened), opened);
        replicas.add(made);
        return made;
    }

    private MasterKey.Enabled keyOf(KeyId id, KeyVersionId version) {
        Bytes stored = vault.generate(
                        new Vault.Wish(id, version, KeyShape.AES_256, "a key", ProtectionMode.SOFTWARE, true))
                .stored();
        MasterKey.Enabled key = Samples.enabledKey(id, version);
        etcd.store()
                .commit(Transaction.builder()
                        .put(Layout.version(id, version), TestKeys.version(id, version))
                        .put(Layout.material(version), stored)
                        .build());
        return key;
    }

    private MasterKey.Enabled key() {
        return keyOf(Samples.MINT.key(Samples.VAULT), Samples.MINT.keyVersion(Samples.VAULT));
    }

    @Test
    void callsToTheVaultGrowWithVersionsAndNotWithDataKeysNorWithCallers() throws Exception {
        MasterKey.Enabled key = key();
        Replica replica = replica();
        int wraps = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            for (int rotation = 0; rotation <= 3; rotation++) {
                if (rotation > 0) {
                    key = keyOf(key.id(), Samples.MINT.keyVersion(Samples.VAULT));
                }
                MasterKey.Enabled current = key;
                // The vault answers when all have looked for the KEK of this version and found none.
                CountDownLatch missing = new CountDownLatch(CALLERS);
                missed = missing::countDown;
                vault.answering = () -> await(missing);
                List<Callable<WrappedDek>> batches = new ArrayList<>();
                for (int batch = 0; batch < 100; batch++, wraps += BATCH) {
                    batches.add(
                            () -> WrappedDek.parse(wrap(replica, current, BATCH).getFirst()));
                }
                for (Future<WrappedDek> done : threads.invokeAll(batches)) {
                    WrappedDek first = done.get();
                    assertThat(first.keyVersionId()).isEqualTo(current.facts().currentVersion());
                    unwrap(replica, current, first);
                }
            }
        }
        assertThat(wraps).isEqualTo(50_000);
        assertThat(vault.calls.get()).isPositive().isLessThanOrEqualTo(10);
    }

    @Test
    void manyReplicasAgreeOnOneKek() throws Exception {
        MasterKey.Enabled key = key();
        List<Callable<Bytes>> first = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Replica replica = replica();
            first.add(() -> wrap(replica, key, 1).getFirst());
        }
        List<Bytes> made = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Bytes> done : threads.invokeAll(first)) {
                made.add(done.get());
            }
        }
        assertThat(made.stream()
                        .map(each -> WrappedDek.parse(each).header().means())
                        .distinct())
                .hasSize(1);
        made.forEach(each -> unwrap(replicas.getFirst(), key, WrappedDek.parse(each)));
    }

    @Test
    void theSecretsAndTheVaultAloneRecoverEverything() {
        MasterKey.Enabled key = key();
        WrappedDek wrapped = WrappedDek.parse(wrap(replica(), key, 1).getFirst());
        etcd.store()
                .commit(Transaction.builder()
                        .delete(Layout.kek(binding, key.facts().currentVersion()))
                        .build());
        unwrap(replica(), key, wrapped);
    }

    @Test
    void ofAnotherBindingVersionOrKekNothingOpens() {
        MasterKey.Enabled key = key();
        MasterKey.Enabled rotated = keyOf(key.id(), Samples.MINT.keyVersion(Samples.VAULT));
        Replica replica = replica();
        WrappedDek mine = WrappedDek.parse(wrap(replica, key, 1).getFirst());
        WrappedDek next = WrappedDek.parse(wrap(replica, rotated, 1).getFirst());

        assertDamaged(() -> replica.keks().unwrap(Samples.MINT.binding(), key, SEEN, mine));
        // The KEK of another version, under this one's name.
        WrappedDek.Header swapped = new WrappedDek.Header(
                key.id(), mine.keyVersionId(), next.header().means());
        assertDamaged(() -> replica.keks().unwrap(binding, key, SEEN, new WrappedDek(swapped, next.sealed())));
        // A KEK does not open as a data key, nor a data key as a KEK.
        WrappedDek kek = mine.header().wrappedKek();
        WrappedDek asDek =
                new WrappedDek(new WrappedDek.Header(key.id(), mine.keyVersionId(), kek.asKek()), kek.sealed());
        assertDamaged(() -> replica.keks().unwrap(binding, key, SEEN, asDek));
        WrappedDek asKek = new WrappedDek(
                new WrappedDek.Header(
                        key.id(),
                        mine.keyVersionId(),
                        new WrappedDek(new WrappedDek.Header(key.id(), mine.keyVersionId()), mine.sealed()).asKek()),
                mine.sealed());
        assertDamaged(() -> replica.keks().unwrap(binding, key, SEEN, asKek));
        WrappedDek unknown = new WrappedDek(
                new WrappedDek.Header(
                        key.id(),
                        Samples.MINT.keyVersion(Samples.VAULT),
                        mine.header().means()),
                mine.sealed());
        assertDamaged(() -> replica.keks().unwrap(binding, key, SEEN, unknown));
        assertThat(replica.opened().keks().size()).isEqualTo(2);
    }

    @Test
    void aKekLeavesMemoryWithTheAccessToItsKey() {
        MasterKey.Enabled key = key();
        Replica replica = replica();
        WrappedDek wrapped = WrappedDek.parse(wrap(replica, key, 1).getFirst());
        assertThat(replica.opened().keks().size()).isEqualTo(1);

        replica.opened().end(key.id(), 100);
        assertThat(replica.opened().keks().size()).isZero();

        // Who saw the key ENABLED before that news finishes, and leaves nothing behind.
        replica.keks().unwrap(binding, key, new Seen(99, 1), wrapped).close();
        assertThat(replica.opened().keks().size()).isZero();
        assertThat(replica.opened().versions().size()).isZero();
    }

    @Test
    void aKekGrowsTooOldToStay() {
        ManualTime time = new ManualTime();
        OpenedMaterial opened = new OpenedMaterial(Duration.ofMinutes(10), time);
        KeyId key = Samples.MINT.key(Samples.VAULT);
        OpenedMaterial.KekName name = new OpenedMaterial.KekName(
                binding, Samples.MINT.keyVersion(Samples.VAULT), Bytes.copyOf(new byte[] {1}));
        Xaes256Gcm xaes = new Xaes256Gcm();
        SecretBytes text = SecretBytes.takeOwnershipOf(new byte[32]);
        XaesKey kek = XaesKey.of(text);
        opened.keks().borrow(name, key, SEEN, () -> kek).close();
        time.nanos += Duration.ofMinutes(10).toNanos();
        try (var loan = opened.keks().borrow(name, 1)) {
            assertThat(loan).isNotNull();
            time.nanos += 1;
            assertThat(opened.keks().borrow(name, 1)).isNull();
            // Still lent: wiped when it is given back.
            assertThat(xaes.seal(kek, text, new byte[0]).length()).isEqualTo(32 + Xaes256Gcm.OVERHEAD);
        }
        assertThatThrownBy(() -> xaes.seal(kek, text, new byte[0])).isInstanceOf(IllegalStateException.class);
    }

    private List<Bytes> wrap(Replica replica, MasterKey.Enabled key, int count) {
        List<SecretBytes> payloads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] dek = new byte[32];
            Arrays.fill(dek, (byte) 7);
            payloads.add(SecretBytes.takeOwnershipOf(dek));
        }
        return replica.keks().wrap(binding, key, SEEN, payloads);
    }

    private void unwrap(Replica replica, MasterKey.Enabled key, WrappedDek wrapped) {
        assertThat(wrapped.header().means()).isInstanceOf(Means.Hierarchical.class);
        assertThat(WrappedDek.parse(wrapped.header().wrappedKek().encode(), Purpose.KEK))
                .isEqualTo(wrapped.header().wrappedKek());
        try (SecretBytes dek = replica.keks().unwrap(binding, key, SEEN, wrapped)) {
            assertThat(dek.<byte[]>use(byte[]::clone)).hasSize(32).containsOnly(7);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertDamaged(org.assertj.core.api.ThrowableAssert.ThrowingCallable unwrap) {
        assertThatThrownBy(unwrap).isInstanceOf(EnvelopeDamaged.class);
    }

    private static final class Revision implements StateRevision {
        @Override
        public long current() {
            return etcd.store().revision();
        }

        @Override
        public Consumer<Transaction.Builder> raise() {
            return transaction -> transaction.put(KEY, Bytes.copyOf(new byte[0]));
        }
    }

    private static final class ManualTime implements TimeSource {
        private long nanos;

        @Override
        public java.time.Instant wall() {
            return java.time.Instant.EPOCH;
        }

        @Override
        public long monotonicNanos() {
            return nanos;
        }
    }

    /** The built-in vault, as one that is far away: every use of material is a call. */
    private static final class CountingVault implements Vault {
        private final AtomicInteger calls = new AtomicInteger();
        private final Vault vault = new BuiltInVault(TestRootKeys.of(1));
        /** What happens before it answers that something is wrapped. */
        private volatile Runnable answering = () -> {};

        @Override
        public void destroy(KeyVersionId version) {
            vault.destroy(version);
        }

        @Override
        public boolean holdsMaterial() {
            return vault.holdsMaterial();
        }

        @Override
        public Made generate(Wish wish) {
            return vault.generate(wish);
        }

        @Override
        public Made adopt(Wish wish, SecretBytes material) {
            return vault.adopt(wish, material);
        }

        @Override
        public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
            Material material = vault.open(key, version, shape, stored);
            return new Material() {
                @Override
                public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
                    calls.incrementAndGet();
                    answering.run();
                    return material.wrap(scope, algorithm, payload);
                }

                @Override
                public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
                    calls.incrementAndGet();
                    return material.unwrap(scope, wrapped);
                }

                @Override
                public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
                    calls.incrementAndGet();
                    return material.sign(algorithm, digest);
                }

                @Override
                public SecretBytes export() {
                    return material.export();
                }

                @Override
                public void close() {
                    material.close();
                }
            };
        }

        @Override
        public boolean wrapsInMemory(KeyShape shape) {
            return false;
        }
    }
}
