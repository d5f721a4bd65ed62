package io.holdfast.secretservice.reencrypt;

import static io.holdfast.secretservice.storage.ObjectStorage.Resource.SECRETS;
import static io.holdfast.secretservice.testing.SecretObjects.contains;
import static io.holdfast.secretservice.testing.SecretObjects.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.storage.ObjectStorage.CommitGuard;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import io.holdfast.secretservice.storage.StorageRefusal;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import io.holdfast.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReencryptionTest {
    /** A worker that a busy machine stops for seconds keeps its job. */
    private static final Duration OWNERSHIP = Duration.ofSeconds(10);

    private static final ReencryptionLimits QUICK =
            new ReencryptionLimits(OptionalInt.empty(), 4, OWNERSHIP, Duration.ofMillis(100), 8L << 30);

    private Stack stack;
    private Opened c;
    private ExecutorService threads;

    @BeforeEach
    void start() {
        stack = new Stack();
        c = stack.open();
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        stack.close();
    }

    private void fill(int count, int contentLength) throws Exception {
        String content = "x".repeat(contentLength);
        List<Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(i);
            writes.add(threads.submit(() -> {
                stack.storage.create(c.cluster(), SECRETS, "default", name, secret("default", name, name + content));
            }));
            if (writes.size() == 200) {
                for (Future<?> write : writes) {
                    write.get();
                }
                writes.clear();
            }
        }
        for (Future<?> write : writes) {
            write.get();
        }
    }

    private static String name(int i) {
        return "s%06d".formatted(i);
    }

    private KeyVersion rotate() {
        KeyVersion version = stack.keys.rotate(c.key());
        stack.reconciler.all("KeyRotated");
        return version;
    }

    private Job newest() {
        return stack.jobs.list(c.cluster()).getFirst();
    }

    private Job ended(KeyVersion version) {
        return Await.atMostSeconds(60)
                .value(
                        "the job under version " + version.number() + " has ended",
                        () -> stack.jobs.list(c.cluster()).stream()
                                .filter(job -> job.to().version().equals(version))
                                .findFirst()
                                .orElseThrow(),
                        job -> job.state().ended());
    }

    private Map<String, Long> count() {
        return new KeyVersionCount(stack.store).count(c.cluster()).secrets();
    }

    private void assertAllUnder(KeyVersion version, long secrets) {
        assertThat(count()).containsExactlyEntriesOf(Map.of(version.id().value(), secrets));
    }

    @Test
    void aMarkThatNamesNoJobEndsNoRunner() throws Exception {
        List<String> marks = List.of(
                ClusterPaths.UNFINISHED_JOBS + "!",
                ClusterPaths.UNFINISHED_JOBS + "!/v1-00",
                ClusterPaths.UNFINISHED_JOBS + c.cluster().value() + "/");
        marks.forEach(mark -> stack.vandalise(mark, new byte[] {'1'}));
        try {
            assertThat(stack.jobs.unfinished()).noneMatch(job -> job.id().isEmpty());
            fill(3, 10);
            stack.run(QUICK);
            assertThat(ended(rotate()).state()).isEqualTo(Job.State.COMPLETED);
        } finally {
            marks.forEach(mark ->
                    stack.store.commit(Transaction.builder().delete(mark).build()));
        }
    }

    @Test
    void aRotationReencryptsEverySecretAndProvesIt() throws Exception {
        fill(250, 100);
        Bytes before = stack.stored(c.paths().secret("default", name(7))).value();
        KeyVersion version = rotate();
        stack.run(QUICK);

        Job job = ended(version);

        assertThat(job.state()).isEqualTo(Job.State.COMPLETED);
        assertThat(job.counts()).isEqualTo(new Job.Counts(250, 0, 0, 0));
        assertThat(job.total()).isEqualTo(250);
        Job.Proof proof = job.proof().orElseThrow();
        assertThat(proof.fenceRevision()).isEqualTo(stack.fence(c).revision());
        assertThat(proof.scanRevision()).isGreaterThan(proof.fenceRevision());
        assertThat(proof.secretsPerKeyVersion())
                .containsExactlyEntriesOf(Map.of(version.id().value(), 250L));
        assertAllUnder(version, 250);
        assertThat(stack.stored(c.paths().secret("default", name(7))).value()).isNotEqualTo(before);
        for (int i : new int[] {0, 7, 249}) {
            StoredObject read = stack.storage.read(c.cluster(), SECRETS, "default", name(i));
            assertThat(contains(read.value(), name(i))).isTrue();
        }
        assertThat(stack.eventTypes(c))
                .containsExactly("ClusterEndpointOpened", "ReencryptionStarted", "ReencryptionCompleted");
        assertThat(stack.jobs.unfinished())
                .noneMatch(unfinished -> unfinished.cluster().equals(c.cluster()));
    }

    @Test
    void anEmptyClusterCompletesAtOnce() {
        KeyVersion version = rotate();
        stack.run(QUICK);
        assertThat(ended(version).state()).isEqualTo(Job.State.COMPLETED);
    }

    @Test
    void aSecondRotationSupersedesTheJobAndItsOwnCoversAll() throws Exception {
        fill(400, 100);
        KeyVersion second = rotate();
        AtomicBoolean rotated = new AtomicBoolean();
        KeyVersion[] third = new KeyVersion[1];
        Spied spied = new Spied(stack.store, transaction -> {
            if (putsSecrets(transaction) && rotated.compareAndSet(false, true)) {
                third[0] = rotate();
            }
        });
        runOnce(spied, QUICK, newest().id());
        stack.run(QUICK);

        assertThat(ended(third[0]).state()).isEqualTo(Job.State.COMPLETED);
        assertThat(ended(second).state()).isEqualTo(Job.State.CANCELLED);
        assertThat(ended(second).detail()).contains("superseded");
        assertAllUnder(third[0], 400);
    }

    @Test
    void aBlockHoldsTheJobAndTheGrantLetsItGoOn() throws Exception {
        fill(400, 100);
        KeyVersion version = rotate();
        AtomicInteger batches = new AtomicInteger();
        Spied spied = new Spied(stack.store, transaction -> {
            if (putsSecrets(transaction) && batches.incrementAndGet() == 2) {
                stack.keys.deny(c.key(), Denial.KEY_DISABLED);
                stack.reconciler.all("KeyDisabled");
            }
        });
        assertThat(runOnce(spied, QUICK, newest().id())).isEqualTo(ReencryptionWorker.Ending.WAITING);
        Job held = newest();
        assertThat(held.state()).isEqualTo(Job.State.RUNNING);
        assertThat(held.counts().done()).isPositive().isLessThan(400);
        assertThat(held.detail()).contains("KEY_DISABLED");

        stack.run(QUICK);
        stack.keys.allow(c.key());
        stack.reconciler.all("KeyEnabled");

        Job job = ended(version);
        assertThat(job.state()).isEqualTo(Job.State.COMPLETED);
        assertThat(job.counts().all()).isEqualTo(400);
        assertAllUnder(version, 400);
    }

    @Test
    void aRefusedBatchIsBisectedAndOnlyWhatChangedIsLeftToItsWriter() throws Exception {
        fill(200, 100);
        KeyVersion version = rotate();
        AtomicBoolean changed = new AtomicBoolean();
        Spied spied = new Spied(stack.store, transaction -> {
            if (putsSecrets(transaction) && changed.compareAndSet(false, true)) {
                // Both are in the batch that is about to be committed.
                String key = firstSecret(transaction);
                String name = c.paths().locate(key).name();
                StoredObject read = stack.storage.read(c.cluster(), SECRETS, "default", name);
                stack.storage.replace(
                        c.cluster(), SECRETS, "default", name, read.revision(), secret("default", name, "newer"));
                stack.storage.delete(
                        c.cluster(),
                        SECRETS,
                        "default",
                        name(5),
                        stack.stored(c.paths().secret("default", name(5))).modRevision());
            }
        });
        assertThat(runOnce(spied, QUICK, newest().id())).isEqualTo(ReencryptionWorker.Ending.ENDED);

        Job job = newest();
        assertThat(job.state()).isEqualTo(Job.State.COMPLETED);
        assertThat(job.counts()).isEqualTo(new Job.Counts(198, 0, 2, 0));
        assertAllUnder(version, 199);
        assertThat(contains(
                        stack.storage
                                .read(c.cluster(), SECRETS, "default", name(0))
                                .value(),
                        "newer"))
                .isTrue();
    }

    @Test
    void aDamagedSecretIsCountedNamedAndLeftAsItIs() throws Exception {
        fill(120, 100);
        String key = c.paths().secret("default", name(3));
        byte[] bytes = stack.stored(key).value().toArray();
        bytes[bytes.length - 1] ^= 1;
        stack.vandalise(key, bytes);
        KeyVersion version = rotate();
        stack.run(QUICK);

        Job job = ended(version);
        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        assertThat(job.counts()).isEqualTo(new Job.Counts(119, 0, 0, 1));
        assertThat(job.failedObjects()).containsExactly("default/" + name(3));
        assertThat(job.proof().orElseThrow().secretsPerKeyVersion())
                .containsEntry(version.id().value(), 119L)
                .hasSize(2);
        assertThat(stack.stored(key).value()).isEqualTo(Bytes.copyOf(bytes));
        assertThat(stack.eventTypes(c)).doesNotContain("ReencryptionCompleted");
        assertThatThrownBy(() -> stack.storage.read(c.cluster(), SECRETS, "default", name(3)))
                .isInstanceOf(StorageRefusal.ObjectsDamaged.class);
    }

    @Test
    void aWorkerThatDiesLosesNothingAndTheNextGoesOnBehindItsCheckpoint() throws Exception {
        fill(500, 100);
        KeyVersion version = rotate();
        AtomicInteger batches = new AtomicInteger();
        // Dies between two batches, and neither gives its ownership back nor says a word.
        Spied dying = new Spied(stack.store, transaction -> {
            if (putsSecrets(transaction) && batches.incrementAndGet() > 2) {
                throw new StoreUnavailable("killed", null);
            }
        });
        dying.keepLeases = true;
        assertThatThrownBy(() -> runOnce(dying, QUICK, newest().id())).isInstanceOf(StoreUnavailable.class);
        Job left = newest();
        assertThat(left.counts().done()).isPositive().isLessThan(500);
        assertThat(left.cursor())
                .isEqualTo(c.paths().secret("default", name((int) left.counts().done() - 1)));
        assertThat(runOnce(stack.store, QUICK, left.id())).isEqualTo(ReencryptionWorker.Ending.TAKEN);

        dying.dropLeases();
        try (Stack second = new Stack(stack.keys)) {
            second.run(QUICK);
            Job job = ended(version);
            assertThat(job.state()).isEqualTo(Job.State.COMPLETED);
            assertThat(job.counts()).isEqualTo(new Job.Counts(500, 0, 0, 0));
        }
        assertAllUnder(version, 500);
    }

    @Test
    void anUnknownOutcomeIsSettledByWhatStandsInTheStore() throws Exception {
        fill(300, 100);
        KeyVersion version = rotate();
        AtomicInteger batches = new AtomicInteger();
        Spied spied = new Spied(stack.store, transaction -> {});
        spied.unknownAfter = transaction -> putsSecrets(transaction) && batches.incrementAndGet() == 2;

        assertThat(runOnce(spied, QUICK, newest().id())).isEqualTo(ReencryptionWorker.Ending.ENDED);
        assertThat(newest().counts()).isEqualTo(new Job.Counts(300, 0, 0, 0));
        assertAllUnder(version, 300);
    }

    @Test
    void aJobIsPausedResumedAndCancelledByHand() throws Exception {
        fill(300, 100);
        KeyVersion version = rotate();
        String id = newest().id();
        stack.jobs.pause(c.cluster(), id, CommitGuard.NONE);
        assertThat(runOnce(stack.store, QUICK, id)).isEqualTo(ReencryptionWorker.Ending.PAUSED);
        assertThatThrownBy(() -> stack.jobs.pause(c.cluster(), id, CommitGuard.NONE))
                .isInstanceOf(ProblemException.class);
        assertThat(count()).doesNotContainKey(version.id().value());

        AtomicBoolean once = new AtomicBoolean();
        Spied spied = new Spied(stack.store, transaction -> {
            if (putsSecrets(transaction) && once.compareAndSet(false, true)) {
                stack.jobs.pause(c.cluster(), id, CommitGuard.NONE);
            }
        });
        stack.jobs.resume(c.cluster(), id, CommitGuard.NONE);
        assertThat(runOnce(spied, QUICK, id)).isEqualTo(ReencryptionWorker.Ending.PAUSED);

        stack.run(QUICK);
        stack.jobs.resume(c.cluster(), id, CommitGuard.NONE);
        assertThat(ended(version).state()).isEqualTo(Job.State.COMPLETED);
        assertThatThrownBy(() -> stack.jobs.cancel(c.cluster(), id, "", CommitGuard.NONE))
                .isInstanceOf(ProblemException.class);

        KeyVersion next = stack.keys.rotate(c.key());
        stack.reconciler.all("KeyRotated");
        stack.jobs.cancel(c.cluster(), newest().id(), "by hand", CommitGuard.NONE);
        assertThat(ended(next).state()).isEqualTo(Job.State.CANCELLED);
        Job byHand = stack.jobs.start(stack.fence(c), "by hand", CommitGuard.NONE);
        Await.atMostSeconds(30)
                .until(
                        "the job by hand has ended",
                        () -> stack.jobs
                                .find(c.cluster(), byHand.id())
                                .orElseThrow()
                                .job()
                                .state()
                                .ended());
        assertAllUnder(next, 300);
    }

    @Test
    void aFullEtcdHoldsTheJob() throws Exception {
        fill(5, 100);
        KeyVersion version = rotate();
        assertThat(stack.store.sizeInBytes()).isPositive();
        ReencryptionLimits tight =
                new ReencryptionLimits(OptionalInt.empty(), 4, OWNERSHIP, Duration.ofMillis(100), 1000);
        assertThat(runOnce(stack.store, tight, newest().id())).isEqualTo(ReencryptionWorker.Ending.WAITING);
        assertThat(newest().detail()).contains("70 %");
        assertThat(newest().state()).isEqualTo(Job.State.RUNNING);

        assertThat(runOnce(stack.store, QUICK, newest().id())).isEqualTo(ReencryptionWorker.Ending.ENDED);
        assertAllUnder(version, 5);
    }

    @Test
    void aJobKeepsToItsRate() throws Exception {
        fill(30, 100);
        rotate();
        ReencryptionLimits slow = new ReencryptionLimits(OptionalInt.of(20), 4, OWNERSHIP, Duration.ofMillis(100), 0);
        long began = System.nanoTime();
        assertThat(runOnce(stack.store, slow, newest().id())).isEqualTo(ReencryptionWorker.Ending.ENDED);
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1400));
    }

    @Test
    void writersDuringAJobNeverLeaveAnOldVersion() throws Exception {
        fill(300, 100);
        CountDownLatch stop = new CountDownLatch(1);
        Future<Integer> writer = threads.submit(() -> {
            int writes = 0;
            while (!stop.await(1, TimeUnit.MILLISECONDS)) {
                String name = name(writes % 300);
                StoredObject read = stack.storage.read(c.cluster(), SECRETS, "default", name);
                try {
                    stack.storage.replace(
                            c.cluster(), SECRETS, "default", name, read.revision(), secret("default", name, name));
                } catch (StorageRefusal.ObjectChanged lost) {
                    // The job came first: what a client would answer with a retry.
                    continue;
                }
                writes++;
            }
            return writes;
        });
        stack.run(QUICK);
        KeyVersion last = rotate();
        for (int i = 0; i < 3; i++) {
            ended(last);
            last = rotate();
        }
        Job job = ended(last);
        stop.countDown();
        assertThat(writer.get(30, TimeUnit.SECONDS)).isPositive();
        assertThat(job.state()).isEqualTo(Job.State.COMPLETED);
        assertThat(job.counts().all()).isEqualTo(300);
        assertAllUnder(last, 300);
    }

    /** Prints figures, asserts none of them: a machine's speed is no property of the code. */
    @Test
    void tenThousandSecretsMeasuredBesideRawCompareAndSwap() throws Exception {
        fill(10_000, 1024);
        for (int run = 1; run <= 2; run++) {
            KeyVersion version = rotate();
            if (run == 1) {
                stack.run();
            }
            Job job = ended(version);
            long millis = Math.max(1, job.updatedAtMillis() - job.startedAtMillis());
            assertThat(job.counts().done()).isEqualTo(10_000);
            System.out.println("MEASURED re-encryption of 10,000 Secrets of 1 KiB, run " + run + ": " + millis + " ms, "
                    + 10_000_000L / millis + "/s with its proof; worker's own rate " + job.ratePerSecond() + "/s");
        }
        long millis = rawCompareAndSwaps(10_000, 64);
        System.out.println("MEASURED raw compare-and-swap writes of the same values, one each, 64 at a time: " + millis
                + " ms, " + 10_000_000L / millis + "/s");
    }

    private long rawCompareAndSwaps(int count, int atOnce) throws Exception {
        List<StoredValue> values = new ArrayList<>();
        Scan scan = Scan.of(c.paths().secrets(), 500);
        for (Page page = stack.store.scan(scan); ; page = stack.store.scan(scan)) {
            values.addAll(page.values());
            if (!page.more()) {
                break;
            }
            scan = scan.after(page.values().getLast().key());
        }
        assertThat(values).hasSize(count);
        AtomicInteger next = new AtomicInteger();
        long began = System.nanoTime();
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            writers.add(threads.submit(() -> {
                for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                    StoredValue value = values.get(at);
                    stack.store.commit(Transaction.builder()
                            .ifUnchanged(value)
                            .put(value.key(), value.value())
                            .build());
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private ReencryptionWorker.Ending runOnce(KeyValueStore store, ReencryptionLimits limits, String id)
            throws InterruptedException {
        return new ReencryptionWorker(
                        store,
                        stack.outbox,
                        stack.fences,
                        stack.envelopes,
                        limits,
                        TimeSource.system(),
                        threads,
                        "by-hand",
                        () -> false)
                .run(c.cluster(), id);
    }

    private boolean putsSecrets(Transaction transaction) {
        return transaction.writes().stream()
                .anyMatch(write -> write.key().startsWith(c.paths().secrets()));
    }

    private String firstSecret(Transaction transaction) {
        return transaction.writes().stream()
                .map(Transaction.Write::key)
                .filter(key -> key.startsWith(c.paths().secrets()))
                .findFirst()
                .orElseThrow();
    }

    /** The real store, with a look at each transaction before it is sent. */
    private static final class Spied implements KeyValueStore {
        private final KeyValueStore store;
        private final Consumer<Transaction> before;
        private final List<Lease> leases = new ArrayList<>();
        private boolean keepLeases;
        private java.util.function.Predicate<Transaction> unknownAfter = transaction -> false;

        Spied(KeyValueStore store, Consumer<Transaction> before) {
            this.store = store;
            this.before = before;
        }

        void dropLeases() {
            leases.forEach(Lease::close);
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
        public TransactionResult commit(Transaction transaction) {
            before.accept(transaction);
            TransactionResult result = store.commit(transaction);
            if (unknownAfter.test(transaction)) {
                throw new io.holdfast.platform.store.OutcomeUnknown("the answer was lost", null);
            }
            return result;
        }

        @Override
        public Watch watch(String prefix, long fromRevision, WatchListener listener) {
            return store.watch(prefix, fromRevision, listener);
        }

        @Override
        public long expiringLease(Duration timeToLive) {
            return store.expiringLease(timeToLive);
        }

        @Override
        public Lease lease(Duration timeToLive) {
            Lease lease = store.lease(timeToLive);
            leases.add(lease);
            if (!keepLeases) {
                return lease;
            }
            return new Lease() {
                @Override
                public long id() {
                    return lease.id();
                }

                @Override
                public boolean alive() {
                    return lease.alive();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
