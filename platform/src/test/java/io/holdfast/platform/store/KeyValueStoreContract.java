package io.holdfast.platform.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store behind the port does. An implementation inherits this and gives an opened store. */
abstract class KeyValueStoreContract {
    private String root = "";

    abstract KeyValueStore store();

    /** Drops all history before the revision, as etcd's compaction does. */
    abstract void compact(long revision);

    @BeforeEach
    void newRoot() {
        root = "/holdfast/test/" + UUID.randomUUID() + "/";
    }

    static Bytes bytes(String text) {
        return Bytes.takeOwnershipOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private StoredValue put(String name, String value) {
        TransactionResult result = store().commit(
                        Transaction.builder().put(root + name, bytes(value)).build());
        assertThat(result.committed()).isTrue();
        return store().get(root + name).orElseThrow();
    }

    private List<String> names(Page page) {
        return page.values().stream()
                .map(value -> value.key().substring(root.length()))
                .toList();
    }

    @Test
    void readsBackWhatWasPut() {
        StoredValue first = put("a", "1");
        StoredValue second = put("a", "2");

        assertThat(second.value()).isEqualTo(bytes("2"));
        assertThat(second.createRevision()).isEqualTo(first.createRevision());
        assertThat(second.modRevision()).isGreaterThan(first.modRevision());
        assertThat(store().get(root + "b")).isEmpty();
        assertThat(store().revision()).isGreaterThanOrEqualTo(second.modRevision());
    }

    @Test
    void commitsOnlyWhenEveryConditionHolds() {
        StoredValue a = put("a", "1");

        assertThat(store().commit(Transaction.builder()
                                .ifUnchanged(a)
                                .ifAbsent(root + "b")
                                .ifPresent(root + "a")
                                .ifEqual(root + "a", bytes("1"))
                                .put(root + "b", bytes("2"))
                                .delete(root + "a")
                                .build())
                        .committed())
                .isTrue();
        assertThat(store().get(root + "a")).isEmpty();

        for (Transaction refused : List.of(
                Transaction.builder().ifUnchanged(a).put(root + "c", bytes("3")).build(),
                Transaction.builder()
                        .ifAbsent(root + "b")
                        .put(root + "c", bytes("3"))
                        .build(),
                Transaction.builder()
                        .ifPresent(root + "a")
                        .put(root + "c", bytes("3"))
                        .build(),
                Transaction.builder()
                        .ifEqual(root + "b", bytes("x"))
                        .put(root + "c", bytes("3"))
                        .build())) {
            assertThat(store().commit(refused)).isInstanceOf(TransactionResult.Refused.class);
        }
        assertThat(store().get(root + "c")).isEmpty();
    }

    @Test
    void aTransactionReadsBeforeItWritesAndAlsoWhenRefused() {
        put("a", "1");

        TransactionResult committed = store().commit(Transaction.builder()
                .read(root + "a")
                .read(root + "none")
                .put(root + "a", bytes("2"))
                .build());
        TransactionResult refused = store().commit(Transaction.builder()
                .ifAbsent(root + "a")
                .read(root + "a")
                .build());

        assertThat(committed.read(root + "a").map(StoredValue::value)).contains(bytes("1"));
        assertThat(committed.read(root + "none")).isEmpty();
        assertThat(refused.committed()).isFalse();
        assertThat(refused.read(root + "a").map(StoredValue::value)).contains(bytes("2"));
        assertThat(committed.revision())
                .isEqualTo(store().get(root + "a").orElseThrow().modRevision());
    }

    @Test
    void scansPageByPageWithoutLossOrRepetition() {
        for (int i = 0; i < 7; i++) {
            put("k" + i, "v");
        }
        put("other", "v");

        Page first = store().scan(Scan.of(root + "k", 3));
        Page second = store().scan(Scan.of(root + "k", 3).after(root + "k2"));
        Page third = store().scan(Scan.of(root + "k", 3).after(root + "k5"));

        assertThat(names(first)).containsExactly("k0", "k1", "k2");
        assertThat(first.more()).isTrue();
        assertThat(first.total()).isEqualTo(7);
        assertThat(names(second)).containsExactly("k3", "k4", "k5");
        assertThat(second.total()).isEqualTo(4);
        assertThat(names(third)).containsExactly("k6");
        assertThat(third.more()).isFalse();
        assertThat(store().count(root + "k")).isEqualTo(7);
    }

    @Test
    void scansInTheOrderOfCreationWhateverTheKeys() {
        put("z", "1");
        put("a", "2");
        put("m", "3");
        put("z", "4");

        assertThat(names(store().scan(Scan.oldestFirst(root, 10)))).containsExactly("z", "a", "m");
        assertThat(names(store().scan(Scan.oldestFirst(root, 2)))).containsExactly("z", "a");
    }

    @Test
    void readsThePastUntilItIsCompacted() {
        StoredValue first = put("a", "1");
        StoredValue second = put("a", "2");

        Page past = store().scan(Scan.of(root, 10).at(first.modRevision()));
        assertThat(past.values()).extracting(StoredValue::value).containsExactly(bytes("1"));
        assertThat(past.revision()).isEqualTo(first.modRevision());

        compact(second.modRevision());
        assertThatThrownBy(() -> store().scan(Scan.of(root, 10).at(first.modRevision())))
                .isInstanceOf(RevisionCompacted.class);
    }

    @Test
    void keysOnlyScansCarryNoValues() {
        put("a", "something");

        Page page = store().scan(new Scan(root, "", 10, 0, Scan.Order.KEY, true));

        assertThat(page.values()).extracting(value -> value.value().length()).containsExactly(0);
    }

    @Test
    void aWatchDeliversFromARevisionOnInOrderWithThePreviousValue() {
        StoredValue a = put("a", "1");
        Seen seen = new Seen();

        try (KeyValueStore.Watch ignored = store().watch(root, a.modRevision(), seen)) {
            put("a", "2");
            store().commit(Transaction.builder().delete(root + "a").build());

            Await.atMostSeconds(10).until("three changes", () -> seen.changes.size() == 3);
        }
        assertThat(seen.changes.get(0)).isInstanceOf(WatchListener.Change.Put.class);
        assertThat(seen.changes.get(1)).isInstanceOfSatisfying(WatchListener.Change.Put.class, put -> {
            assertThat(put.current().value()).isEqualTo(bytes("2"));
            assertThat(Optional.ofNullable(put.previous()).map(StoredValue::value))
                    .contains(bytes("1"));
        });
        assertThat(seen.changes.get(2)).isInstanceOf(WatchListener.Change.Deleted.class);
        assertThat(seen.changes).extracting(WatchListener.Change::revision).isSorted();
    }

    @Test
    void aWatchFromACompactedRevisionSaysSo() {
        StoredValue first = put("a", "1");
        put("a", "2");
        StoredValue third = put("a", "3");
        compact(third.modRevision());
        Seen seen = new Seen();

        try (KeyValueStore.Watch ignored = store().watch(root, first.modRevision(), seen)) {
            Await.atMostSeconds(10).until("the end of the watch", () -> !seen.compacted.isEmpty());
        }
        assertThat(seen.compacted).containsExactly(third.modRevision());
        assertThat(seen.changes).isEmpty();
    }

    @Test
    void aHandlerThatBlocksHoldsUpNothingElse() throws InterruptedException {
        java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);
        Seen blocked = new Seen() {
            @Override
            public void onChanges(List<Change> found) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.onChanges(found);
            }
        };
        Seen free = new Seen();
        long from = store().revision() + 1;
        try (KeyValueStore.Watch ignored = store().watch(root, from, blocked);
                KeyValueStore.Watch other = store().watch(root, from, free)) {
            for (int i = 0; i < 50; i++) {
                put("k" + i, "v");
            }
            Await.atMostSeconds(10).until("50 changes beside the blocked one", () -> free.changes.size() == 50);
            assertThat(blocked.changes).isEmpty();
            release.countDown();
            Await.atMostSeconds(10).until("50 changes afterwards", () -> blocked.changes.size() == 50);
        }
    }

    @Test
    void aLeaseKeepsItsKeysUntilClosed() {
        KeyValueStore.Lease lease = store().lease(Duration.ofSeconds(5));
        store().commit(Transaction.builder()
                .putLeased(root + "leased", bytes("x"), lease.id())
                .build());

        long start = System.nanoTime();
        Await.atMostSeconds(30).until("longer than the lease's time", () -> System.nanoTime() - start > 7_000_000_000L);
        assertThat(lease.alive()).isTrue();
        assertThat(store().get(root + "leased")).isPresent();

        lease.close();
        lease.close();
        assertThat(lease.alive()).isFalse();
        assertThat(store().get(root + "leased")).isEmpty();
    }

    static class Seen implements WatchListener {
        final List<Change> changes = new CopyOnWriteArrayList<>();
        final List<Long> compacted = new CopyOnWriteArrayList<>();
        final List<Throwable> failures = new CopyOnWriteArrayList<>();

        @Override
        public void onChanges(List<Change> found) {
            changes.addAll(found);
        }

        @Override
        public void onCompacted(long compactRevision) {
            compacted.add(compactRevision);
        }

        @Override
        public void onFailed(Throwable cause) {
            failures.add(cause);
        }
    }
}
