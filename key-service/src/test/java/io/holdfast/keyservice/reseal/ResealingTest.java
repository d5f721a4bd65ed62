package io.holdfast.keyservice.reseal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.RootKeyId;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.reseal.Resealing.Left;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.TestKeys;
import io.holdfast.keyservice.store.TokenKeyStore;
import io.holdfast.keyservice.store.TokenKeyStore.TokenKeyRecord;
import io.holdfast.keyservice.store.WrappingKeyStore;
import io.holdfast.keyservice.vault.RootKeyRefused;
import io.holdfast.keyservice.vault.RootKeys;
import io.holdfast.keyservice.vault.TestRootKeys;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.Transaction.Write;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResealingTest {
    private static final RootKeyId FIRST = TestRootKeys.key(1).id();
    private static final RootKeyId SECOND = TestRootKeys.key(2).id();

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

    private Replica replica(int seals, int... opens) {
        return Replica.start(store, TestRootKeys.of(seals, opens));
    }

    private boolean onRecord(RootKeyId id) {
        return store.get(Layout.rootKey(id)).isPresent();
    }

    /** Keys with one version each, made while the first root key was the only one. */
    private List<MasterKey> keysUnderTheFirst(int count) {
        try (Replica before = replica(1)) {
            Stored<Vault> vault = before.makeVault();
            return IntStream.range(0, count)
                    .mapToObj(i -> before.makeKey(vault))
                    .toList();
        }
    }

    /** Commits as the store does, after {@code before} has seen it. */
    private KeyValueStore watched(Consumer<Transaction> before) {
        return (KeyValueStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof Transaction transaction) {
                        before.accept(transaction);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean writesMaterial(Transaction transaction) {
        return transaction.writes().stream().anyMatch(write -> write.key().contains("/material/"));
    }

    @Test
    void everythingIsSealedAnewAndNothingElseChanges() {
        Bytes foreign = Bytes.copyOf(
                "pkcs11:object=a key of another vault, a reference and no seal".getBytes(StandardCharsets.US_ASCII));
        KeyVersionId foreignVersion = Samples.MINT.keyVersion(Samples.VAULT);
        MasterKey aes;
        MasterKey rsa;
        List<StoredValue> before;
        try (Replica first = replica(1)) {
            Stored<Vault> vault = first.makeVault();
            aes = first.rotate(first.makeKey(vault));
            rsa = first.makeKey(vault, new KeyShape(KeyShape.Algorithm.RSA, 256));
            first.wrappingKey(vault.value());
            new TokenKeyStore(store)
                    .recordFirst(tokenKey(first.rootKeys()), first.rootKeys().recordUse());
            store.commit(Transaction.builder()
                    .put(Layout.version(aes.id(), foreignVersion), TestKeys.version(aes.id(), foreignVersion))
                    .put(Layout.material(foreignVersion), foreign)
                    .build());
            before = everything();
        }

        try (Replica second = replica(2, 1)) {
            assertThat(second.reseal()).isEqualTo(Left.NOTHING);
            // Two versions of the AES key, one of the RSA key, a wrapping key, the token signing key.
            assertThat(second.resealed).hasValue(5);
            assertThat(second.reseal()).isEqualTo(Left.NOTHING);
            assertThat(second.resealed).hasValue(5);
        }
        assertThat(onRecord(FIRST)).isFalse();
        assertThat(onRecord(SECOND)).isTrue();
        List<String> sealedThings = List.of("/material/", "/wrapping-keys/", "/token-signing-key", "/root-keys/");
        assertThat(everything())
                .filteredOn(value -> sealedThings.stream().noneMatch(value.key()::contains))
                .isEqualTo(before.stream()
                        .filter(value -> sealedThings.stream().noneMatch(value.key()::contains))
                        .toList());
        assertThat(everything()).extracting(StoredValue::key).contains(StateRevision.KEY);
        assertThat(store.get(Layout.material(foreignVersion)).orElseThrow().value())
                .isEqualTo(foreign);

        try (Replica alone = replica(2)) {
            assertThat(alone.under(aes)).contains(SECOND);
            use(alone, aes);
            assertThat(alone.under(rsa)).contains(SECOND);
            try (var material = alone.vault()
                    .open(
                            rsa.id(),
                            rsa.facts().currentVersion(),
                            rsa.facts().shape(),
                            store.get(Layout.material(rsa.facts().currentVersion()))
                                    .orElseThrow()
                                    .value())) {
                material.export().close();
            }
            TokenKeyRecord token = new TokenKeyStore(store).find().orElseThrow();
            alone.rootKeys().open(token.sealedAs(), token.sealedPrivateKey()).close();
            var wrapping = new WrappingKeyStore(store).find(Samples.TENANCY).orElseThrow();
            alone.vault()
                    .open(
                            wrapping.id(),
                            wrapping.version(),
                            new KeyShape(KeyShape.Algorithm.RSA, 512),
                            wrapping.stored())
                    .close();
        }
    }

    private static TokenKeyRecord tokenKey(RootKeys keys) {
        try (SecretBytes secret = SecretBytes.takeOwnershipOf(new byte[100])) {
            return new TokenKeyRecord(
                    "a-kid", Bytes.copyOf(new byte[9]), keys.seal(TokenKeyStore.sealedAs("a-kid"), secret));
        }
    }

    private List<StoredValue> everything() {
        return store.scan(Scan.of("/holdfast/", Scan.MAX_LIMIT)).values().stream()
                .filter(value -> !value.key().startsWith(Layout.ROOT_KEY_REPLICAS))
                .toList();
    }

    /** Wraps and unwraps under the key's current version, its material read and opened for that. */
    private static void use(Replica replica, MasterKey key) {
        KeyVersionId version = key.facts().currentVersion();
        Bytes stored = replica.keyStore()
                .material(key.id(), List.of(version))
                .get(version)
                .material()
                .orElseThrow();
        Scope scope = Scope.dek(Samples.MINT.binding());
        try (var material = replica.vault().open(key.id(), version, key.facts().shape(), stored);
                SecretBytes dek = SecretBytes.copyOf(new byte[32])) {
            WrappedDek wrapped = material.wrap(scope, EncryptionAlgorithm.AES_256_GCM, dek);
            try (SecretBytes back = material.unwrap(scope, wrapped)) {
                assertThat(back.length()).isEqualTo(32);
            }
        }
    }

    @Test
    void readersAndWritersAreNotDisturbed() throws Exception {
        List<MasterKey> old = keysUnderTheFirst(250);
        List<MasterKey> made = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger uses = new AtomicInteger();
        try (Replica a = replica(2, 1);
                Replica b = replica(2, 1);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Replica replica = i % 2 == 0 ? a : b;
                int offset = i * 61;
                running.add(threads.submit(() -> {
                    for (int n = offset; !done.get(); n++) {
                        use(replica, old.get(n % old.size()));
                        uses.incrementAndGet();
                    }
                }));
            }
            running.add(threads.submit(() -> {
                Stored<Vault> vault = a.makeVault();
                while (!done.get()) {
                    made.add(a.makeKey(vault));
                }
            }));
            List<Future<Left>> resealing = List.of(threads.submit(a::reseal), threads.submit(b::reseal));
            try {
                for (Future<Left> each : resealing) {
                    each.get();
                }
                // Both may have lost races to each other; one more look each ends it.
                assertThat(a.reseal()).isEqualTo(Left.NOTHING);
                assertThat(b.reseal()).isEqualTo(Left.NOTHING);
            } finally {
                done.set(true);
            }
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(a.resealed.get() + b.resealed.get()).isEqualTo(old.size());
        }
        assertThat(uses.get()).isPositive();
        assertThat(onRecord(FIRST)).isFalse();
        try (Replica alone = replica(2)) {
            old.forEach(key -> use(alone, key));
            made.forEach(key -> use(alone, key));
        }
    }

    @Test
    void aNewInstanceFinishesWhatACrashLeft() {
        List<MasterKey> keys = keysUnderTheFirst(250);
        AtomicInteger pages = new AtomicInteger();
        KeyValueStore dying = watched(transaction -> {
            if (writesMaterial(transaction) && pages.incrementAndGet() > 1) {
                throw new StoreUnavailable("the process was killed here", null);
            }
        });
        try (Replica crashed = new Replica(store, dying, TestRootKeys.of(2, 1))) {
            assertThatThrownBy(crashed::reseal).isInstanceOf(StoreUnavailable.class);
            assertThat(crashed.resealed).hasValue(100);
        }
        assertThat(onRecord(FIRST)).isTrue();
        assertThatThrownBy(() -> replica(2)).isInstanceOf(RootKeyRefused.class).hasMessageContaining("150 under");

        try (Replica next = replica(2, 1)) {
            assertThat(next.reseal()).isEqualTo(Left.NOTHING);
            assertThat(next.resealed).hasValue(150);
        }
        try (Replica alone = replica(2)) {
            keys.forEach(key -> use(alone, key));
        }
    }

    @Test
    void replicasInBothOrdersSealNothingToAndFro() {
        List<MasterKey> keys = keysUnderTheFirst(3);
        try (Replica swapped = replica(2, 1)) {
            MasterKey late;
            try (Replica notYet = replica(1, 2)) {
                late = notYet.makeKey(notYet.makeVault());
                MasterKey early = swapped.makeKey(swapped.makeVault());
                assertThat(swapped.reseal()).isEqualTo(new Left(4, 1));
                assertThat(notYet.reseal()).isEqualTo(new Left(1, 1));
                assertThat(swapped.resealed.get() + notYet.resealed.get()).isZero();
                use(swapped, late);
                use(notYet, early);
            }
            try (Replica swappedToo = replica(2, 1)) {
                assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
                assertThat(swappedToo.reseal()).isEqualTo(Left.NOTHING);
                assertThat(swapped.resealed).hasValue(4);
                assertThat(swappedToo.under(late)).contains(SECOND);
            }
        }
        assertThat(onRecord(FIRST)).isFalse();
        assertThat(keys).allSatisfy(key -> {
            try (Replica alone = replica(2)) {
                use(alone, key);
            }
        });
    }

    @Test
    void aRotationCanBeTakenBack() {
        List<MasterKey> keys = keysUnderTheFirst(2);
        try (Replica swapped = replica(2, 1)) {
            assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
        }
        try (Replica back = replica(1, 2)) {
            assertThat(back.reseal()).isEqualTo(Left.NOTHING);
            assertThat(back.resealed).hasValue(2);
        }
        assertThat(onRecord(SECOND)).isFalse();
        try (Replica alone = replica(1)) {
            keys.forEach(key -> use(alone, key));
        }
    }

    @Test
    void aReplicaThatSealsUnderTheOlderKeyUnseenBringsItsRecordBack() {
        keysUnderTheFirst(2);
        try (Replica stalled = replica(1, 2)) {
            Stored<Vault> vault = stalled.makeVault();
            stalled.unseen();
            try (Replica swapped = replica(2, 1)) {
                assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
                assertThat(onRecord(FIRST)).isFalse();

                MasterKey late = stalled.makeKey(vault);
                assertThat(onRecord(FIRST)).isTrue();
                assertThatThrownBy(() -> replica(2))
                        .isInstanceOf(RootKeyRefused.class)
                        .hasMessageContaining("1 under [" + FIRST + "]");
                assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
                assertThat(swapped.under(late)).contains(SECOND);
                assertThat(onRecord(FIRST)).isFalse();
            }
        }
    }

    @Test
    void whatIsSealedBetweenTheLookAndTheEndKeepsTheRecord() {
        keysUnderTheFirst(2);
        try (Replica stalled = replica(1, 2)) {
            Stored<Vault> vault = stalled.makeVault();
            stalled.unseen();
            List<MasterKey> between = new ArrayList<>();
            KeyValueStore raced = watched(transaction -> {
                boolean ends = transaction.writes().stream().anyMatch(Write.Delete.class::isInstance);
                if (ends && between.isEmpty()) {
                    between.add(stalled.makeKey(vault));
                }
            });
            try (Replica swapped = new Replica(store, raced, TestRootKeys.of(2, 1))) {
                assertThat(swapped.reseal().rootKeys()).isEqualTo(1);
                assertThat(between).hasSize(1);
                // What is under it now was found by one look more; the proof takes another.
                assertThat(onRecord(FIRST)).isTrue();
                assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
                assertThat(swapped.under(between.getFirst())).contains(SECOND);
            }
        }
        assertThat(onRecord(FIRST)).isFalse();
    }

    @Test
    void whatIsWipedMeanwhileStaysWiped() {
        List<MasterKey> keys = keysUnderTheFirst(3);
        String wiped = Layout.material(keys.getFirst().facts().currentVersion());
        AtomicBoolean once = new AtomicBoolean();
        KeyValueStore raced = watched(transaction -> {
            if (writesMaterial(transaction) && once.compareAndSet(false, true)) {
                store.commit(Transaction.builder().delete(wiped).build());
            }
        });
        try (Replica swapped = new Replica(store, raced, TestRootKeys.of(2, 1))) {
            assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
            assertThat(swapped.resealed).hasValue(2);
        }
        assertThat(store.get(wiped)).isEmpty();
    }

    @Test
    void whatDoesNotOpenKeepsTheOlderKeyOnRecordAndHoldsUpNothing() {
        List<MasterKey> keys = keysUnderTheFirst(3);
        String at = Layout.material(keys.getFirst().facts().currentVersion());
        byte[] damaged = store.get(at).orElseThrow().value().toArray();
        damaged[damaged.length - 1] ^= 1;
        store.commit(Transaction.builder().put(at, Bytes.copyOf(damaged)).build());
        try (Replica swapped = replica(2, 1)) {
            assertThat(swapped.reseal()).isEqualTo(new Left(1, 1));
            assertThat(swapped.resealed).hasValue(2);
            assertThat(swapped.under(keys.getLast())).contains(SECOND);
            assertThat(onRecord(FIRST)).isTrue();

            store.commit(Transaction.builder().delete(at).build());
            assertThat(swapped.reseal()).isEqualTo(Left.NOTHING);
            assertThat(onRecord(FIRST)).isFalse();
        }
    }
}
