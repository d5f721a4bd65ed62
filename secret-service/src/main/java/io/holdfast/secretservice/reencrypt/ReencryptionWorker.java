package io.holdfast.secretservice.reencrypt;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.SecretEvent.ReencryptionCompleted;
import io.holdfast.events.SecretEvent.ReencryptionProgressed;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.fence.FenceCodec;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.storage.Envelopes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Carries one job on until it ends, is paused or taken over, or cannot go on for now.
 *
 * <p>Batches are opened and sealed ahead, several at a time; they are committed one after the other, in key order, each
 * together with the checkpoint behind it. So whatever moment the worker dies at, the checkpoint is true, and the next
 * worker goes on behind it. A commit compares the ownership, the fence, the job's record and every Secret it replaces.
 */
final class ReencryptionWorker {
    private static final int ROUNDS = 5;
    private static final int CONFLICT_TRIES = 5;
    private static final int COMMIT_TRIES = 8;
    private static final int FIRST_PAGE = 10;
    private static final long SHORTEST_PROGRESS_NANOS = 250_000_000;
    private static final int PROGRESS_STEPS = 20;
    /** Batches between two looks at how full etcd is. */
    private static final int SPACE_EVERY = 20;

    /** Why {@link #run} returned. */
    enum Ending {
        /** The job has ended: completed, failed, cancelled, superseded. */
        ENDED,
        /** Paused by hand: wait for its mark to be touched. */
        PAUSED,
        /** Another worker has it. */
        TAKEN,
        /** It cannot go on for now; try again later. */
        WAITING
    }

    private final KeyValueStore store;
    private final Outbox outbox;
    private final WriteFences fences;
    private final Envelopes envelopes;
    private final KeyVersionCount counting;
    private final ReencryptionLimits limits;
    private final TimeSource time;
    private final ExecutorService preparers;
    private final String replica;
    private final BooleanSupplier stopping;

    /** @param replica names this process in the owner's record */
    ReencryptionWorker(
            KeyValueStore store,
            Outbox outbox,
            WriteFences fences,
            Envelopes envelopes,
            ReencryptionLimits limits,
            TimeSource time,
            ExecutorService preparers,
            String replica,
            BooleanSupplier stopping) {
        this.store = store;
        this.outbox = outbox;
        this.fences = fences;
        this.envelopes = envelopes;
        this.counting = new KeyVersionCount(store);
        this.limits = limits;
        this.time = time;
        this.preparers = preparers;
        this.replica = replica;
        this.stopping = stopping;
    }

    /**
     * Errors of the store and of key-service come out as they are: nothing is lost by them, run it again later.
     */
    Ending run(ClusterId cluster, String id) throws InterruptedException {
        ClusterPaths paths = ClusterPaths.of(cluster);
        try (KeyValueStore.Lease lease = store.lease(limits.ownership())) {
            TransactionResult owned = store.commit(Transaction.builder()
                    .ifAbsent(paths.jobOwner(id))
                    .ifPresent(paths.job(id))
                    .read(paths.job(id))
                    .read(paths.fence())
                    .putLeased(
                            paths.jobOwner(id),
                            Bytes.takeOwnershipOf(replica.getBytes(StandardCharsets.UTF_8)),
                            lease.id())
                    .build());
            if (!owned.committed()) {
                return owned.read(paths.job(id)).isPresent() ? Ending.TAKEN : Ending.ENDED;
            }
            Jobs.Recorded recorded = Jobs.recorded(owned.read(paths.job(id)).orElseThrow());
            PlacedFence fence = owned.read(paths.fence())
                    .map(value -> WriteFences.placed(cluster, value))
                    .orElseThrow(() -> new IllegalStateException("a job without a fence"));
            return new Run(paths, id, lease, owned.revision(), recorded, fence).go();
        }
    }

    /** Leaves the run from within. */
    private static final class Left extends RuntimeException {
        private final Ending ending;

        Left(Ending ending) {
            super(null, null, false, false);
            this.ending = ending;
        }
    }

    /** The state of one run. Confined to its thread. */
    private final class Run {
        private final ClusterPaths paths;
        private final String id;
        private final KeyValueStore.Lease lease;
        private final long ownerRevision;
        private final BatchPreparation preparation;
        private final long beganNanos = time.monotonicNanos();
        private Jobs.Recorded at;
        private PlacedFence fence;
        private long dealtWith;
        private long progressNanos = time.monotonicNanos();
        private long progressAt;
        private int batches;

        Run(
                ClusterPaths paths,
                String id,
                KeyValueStore.Lease lease,
                long ownerRevision,
                Jobs.Recorded recorded,
                PlacedFence fence) {
            this.paths = paths;
            this.id = id;
            this.lease = lease;
            this.ownerRevision = ownerRevision;
            this.at = recorded;
            this.fence = fence;
            this.progressAt = recorded.job().counts().all();
            this.preparation =
                    new BatchPreparation(envelopes, paths, recorded.job().to());
        }

        Ending go() throws InterruptedException {
            try {
                requireRunning();
                requireFence();
                requireSpace();
                while (true) {
                    if (at.job().cursor().isEmpty()) {
                        long total = store.count(paths.secrets());
                        commitRecord(job -> job.counted(total, now()));
                    }
                    round();
                    if (prove()) {
                        return Ending.ENDED;
                    }
                }
            } catch (Left left) {
                return left.ending;
            } catch (BatchPreparation.VersionMoved moved) {
                return versionMoved(moved);
            }
        }

        /** Helps the fence to the version that the key has; the job that then begins covers all. */
        private Ending versionMoved(BatchPreparation.VersionMoved moved) {
            PlacedFence seen = fences.read(paths.cluster()).orElseThrow();
            if (moved.version().newerThan(seen.terms().version())) {
                fences.forward(seen, moved.version(), "KeyRotated");
            }
            try {
                reread();
                return Ending.WAITING;
            } catch (Left left) {
                return left.ending;
            }
        }

        // One pass over all Secrets, from the checkpoint on

        private record Ahead(List<StoredValue> values, Future<List<Item>> items) {}

        private void round() throws InterruptedException {
            Deque<Ahead> ahead = new ArrayDeque<>();
            try {
                String scanned = at.job().cursor();
                boolean more = true;
                int page = FIRST_PAGE;
                while (more || !ahead.isEmpty()) {
                    while (more && ahead.size() < limits.readAhead()) {
                        Page read = store.scan(Scan.of(paths.secrets(), page).after(scanned));
                        more = read.more() && !read.values().isEmpty();
                        if (!read.values().isEmpty()) {
                            scanned = read.values().getLast().key();
                            for (List<StoredValue> batch : batches(read.values())) {
                                ahead.add(new Ahead(batch, preparers.submit(() -> preparation.prepare(batch))));
                            }
                            page = nextPage(read.values());
                        }
                    }
                    Ahead first = ahead.poll();
                    if (first != null) {
                        commit(prepared(first));
                        keepToRate();
                        requireOwnership();
                        if (++batches % SPACE_EVERY == 0) {
                            requireSpace();
                        }
                    }
                }
            } finally {
                ahead.forEach(each -> each.items().cancel(true));
            }
        }

        /** So that a page of the values seen last holds about a batch's bytes: memory stays flat whatever their size. */
        private static int nextPage(List<StoredValue> seen) {
            int largest = seen.stream()
                    .mapToInt(value -> value.value().length())
                    .max()
                    .orElse(1);
            return Math.clamp(ReencryptionLimits.BATCH_BYTES / Math.max(1, largest), 1, ReencryptionLimits.BATCH);
        }

        private static List<List<StoredValue>> batches(List<StoredValue> values) {
            List<List<StoredValue>> batches = new ArrayList<>();
            int from = 0;
            long bytes = 0;
            for (int i = 0; i < values.size(); i++) {
                long length = values.get(i).value().length()
                        + (long) values.get(i).key().length();
                if (i > from
                        && (bytes + length > ReencryptionLimits.BATCH_BYTES || i - from == ReencryptionLimits.BATCH)) {
                    batches.add(values.subList(from, i));
                    from = i;
                    bytes = 0;
                }
                bytes += length;
            }
            batches.add(values.subList(from, values.size()));
            return batches;
        }

        private List<Item> prepared(Ahead first) throws InterruptedException {
            try {
                return first.items().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException("a batch could not be prepared", e.getCause());
            }
        }

        // Commits

        private void commit(List<Item> items) {
            Jobs.Recorded before = at;
            Job next = after(items);
            for (int attempt = 0; attempt < COMMIT_TRIES; attempt++) {
                Transaction transaction = transaction(items, next);
                TransactionResult result;
                try {
                    result = store.commit(transaction);
                } catch (OutcomeUnknown unknown) {
                    // If it was applied after all, the next attempt finds exactly this record in place.
                    continue;
                }
                if (result.committed()) {
                    committed(next, result.revision());
                    return;
                }
                if (applied(result, next)) {
                    return;
                }
                reread(result);
                if (at.revision() == before.revision() && sameFence(transaction)) {
                    // Nothing else has changed, so a Secret has.
                    bisect(items);
                    return;
                }
                before = at;
                next = after(items);
            }
            throw new Left(Ending.WAITING);
        }

        /** The record is what we meant to write: an earlier attempt with an unknown outcome was applied. */
        private boolean applied(TransactionResult result, Job next) {
            Optional<StoredValue> record = result.read(paths.job(id));
            if (record.isPresent()
                    && record.get().modRevision() != at.revision()
                    && record.get().value().equals(JobCodec.encode(next))) {
                committed(next, record.get().modRevision());
                return true;
            }
            return false;
        }

        private void committed(Job next, long revision) {
            dealtWith += next.counts().all() - at.job().counts().all();
            at = new Jobs.Recorded(next, revision);
        }

        private boolean sameFence(Transaction transaction) {
            return transaction
                    .conditions()
                    .contains(new Transaction.Condition.Unchanged(paths.fence(), fence.revision()));
        }

        private Transaction transaction(List<Item> items, Job next) {
            Transaction.Builder transaction = guarded(Jobs.replacing(at, next));
            for (Item item : items) {
                switch (item) {
                    case Item.Rewrite rewrite ->
                        transaction
                                .ifModRevision(rewrite.key(), rewrite.modRevision())
                                .put(rewrite.key(), rewrite.stored());
                    case Item.Skip skip -> {}
                    case Item.Conflict conflict -> {}
                    case Item.Damaged damaged -> {}
                }
            }
            if (progressDue(next)) {
                transaction.with(outbox.stage(progressed(next)));
            }
            return transaction.build();
        }

        private Transaction.Builder guarded(Transaction.Builder transaction) {
            return transaction
                    .ifModRevision(paths.jobOwner(id), ownerRevision)
                    .ifModRevision(paths.fence(), fence.revision())
                    .read(paths.jobOwner(id))
                    .read(paths.fence())
                    .read(paths.job(id));
        }

        private Job after(List<Item> items) {
            long done = 0;
            long skipped = 0;
            long conflicted = 0;
            List<String> failed = new ArrayList<>();
            for (Item item : items) {
                switch (item) {
                    case Item.Rewrite rewrite -> done++;
                    case Item.Skip skip -> skipped++;
                    case Item.Conflict conflict -> conflicted++;
                    case Item.Damaged damaged -> {
                        ClusterPaths.Located located = paths.locate(damaged.key());
                        failed.add(located.namespace() + "/" + located.name());
                    }
                }
            }
            return at.job()
                    .advanced(
                            items.getLast().key(),
                            new Job.Counts(done, skipped, conflicted, failed.size()),
                            failed,
                            rate(items.size()),
                            now());
        }

        /** Halves what was refused until the changed ones stand alone; order, and so the checkpoint, is kept. */
        private void bisect(List<Item> items) {
            if (items.size() > 1) {
                int middle = items.size() / 2;
                commit(items.subList(0, middle));
                commit(items.subList(middle, items.size()));
                return;
            }
            commit(List.of(settle(items.getFirst())));
        }

        /** What to do with the one Secret that another write has changed since it was read. */
        private Item settle(Item item) {
            Optional<StoredValue> now = store.get(item.key());
            if (now.isEmpty() || preparation.upToDate(now.get().value())) {
                return new Item.Conflict(item.key());
            }
            // Under an older version still: written by something that does not hold to the fence. Read it again, a few
            // times; if it keeps changing it is left to the next round.
            for (int attempt = 0; attempt < CONFLICT_TRIES; attempt++) {
                Item again = preparation.prepare(List.of(now.get())).getFirst();
                Optional<StoredValue> still = store.get(item.key());
                if (still.isPresent() && still.get().modRevision() == now.get().modRevision()) {
                    return again;
                }
                if (still.isEmpty()) {
                    return new Item.Conflict(item.key());
                }
                now = still;
            }
            return new Item.Conflict(item.key());
        }

        // What others may have changed

        private void reread() {
            reread(store.commit(Transaction.builder()
                    .read(paths.jobOwner(id))
                    .read(paths.fence())
                    .read(paths.job(id))
                    .build()));
        }

        private void reread(TransactionResult result) {
            boolean mine = result.read(paths.jobOwner(id))
                    .map(owner -> owner.modRevision() == ownerRevision)
                    .orElse(false);
            if (!mine) {
                throw new Left(Ending.TAKEN);
            }
            at = result.read(paths.job(id)).map(Jobs::recorded).orElseThrow(() -> new Left(Ending.ENDED));
            fence = result.read(paths.fence())
                    .map(value ->
                            new PlacedFence(paths.cluster(), FenceCodec.decode(value.value()), value.modRevision()))
                    .orElseThrow(() -> new Left(Ending.ENDED));
            requireRunning();
            requireFence();
        }

        private void requireRunning() {
            switch (at.job().state()) {
                case RUNNING -> {}
                case PAUSED -> throw new Left(Ending.PAUSED);
                case COMPLETED, CANCELLED, FAILED -> throw new Left(Ending.ENDED);
            }
        }

        private void requireFence() {
            switch (fence.fence()) {
                case WriteFence.Open open -> {
                    if (!open.terms().equals(at.job().to())) {
                        end(at.job()
                                .cancel(
                                        "superseded: the fence is at version "
                                                + open.terms().version().number() + ", whose own job covers all",
                                        now()));
                    }
                }
                case WriteFence.Blocked blocked -> {
                    note("waits: " + blocked.denial());
                    throw new Left(Ending.WAITING);
                }
                case WriteFence.Closed closed -> end(at.job().cancel("the cluster is deleted", now()));
            }
        }

        private void requireSpace() {
            if (limits.full(store.sizeInBytes())) {
                note("waits: the data etcd is more than " + ReencryptionLimits.WAIT_AT_PERCENT
                        + " % full; compact and defragment it, or raise its quota");
                throw new Left(Ending.WAITING);
            }
        }

        private void requireOwnership() {
            if (!lease.alive()) {
                throw new Left(Ending.TAKEN);
            }
            if (stopping.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                throw new Left(Ending.WAITING);
            }
        }

        private void end(Job ended) {
            boolean written = store.commit(Jobs.replacing(at, ended)
                            .ifModRevision(paths.jobOwner(id), ownerRevision)
                            .with(outbox.stage(progressed(ended)))
                            .build())
                    .committed();
            // Refused means that another has changed the record meanwhile; the next run looks again.
            throw new Left(written ? Ending.ENDED : Ending.WAITING);
        }

        private void note(String why) {
            if (!at.job().detail().equals(why)) {
                store.commit(Jobs.replacing(at, at.job().waiting(why, now()))
                        .ifModRevision(paths.jobOwner(id), ownerRevision)
                        .build());
            }
        }

        private void commitRecord(UnaryOperator<Job> change) {
            for (int attempt = 0; attempt < COMMIT_TRIES; attempt++) {
                Job next = change.apply(at.job());
                TransactionResult result;
                try {
                    result = store.commit(guarded(Jobs.replacing(at, next)).build());
                } catch (OutcomeUnknown unknown) {
                    continue;
                }
                if (result.committed()) {
                    at = new Jobs.Recorded(next, result.revision());
                    return;
                }
                reread(result);
            }
            throw new Left(Ending.WAITING);
        }

        // The end

        /** Whether the job has ended; false for another round. */
        private boolean prove() {
            KeyVersionCount.Count count = counting.count(paths.cluster());
            String version = at.job().to().version().id().value();
            long left = count.all() - count.secrets().getOrDefault(version, 0L);
            if (left > at.job().counts().failed()) {
                if (at.job().round() >= ROUNDS) {
                    end(at.job()
                            .failed(left + " Secrets are under another version after " + ROUNDS + " rounds", now()));
                }
                commitRecord(job -> job.again(now()));
                return false;
            }
            Job.Proof proof = new Job.Proof(fence.revision(), count.revision(), count.secrets(), Job.Proof.COVERS);
            Job proven = at.job().proven(proof, now());
            // The transaction compares the fence: it has not moved since before the count, so the proof holds.
            DomainEvent said = proven.state() == Job.State.COMPLETED ? completed(proven, proof) : progressed(proven);
            TransactionResult result;
            try {
                result = store.commit(guarded(Jobs.replacing(at, proven))
                        .with(outbox.stage(said))
                        .build());
            } catch (OutcomeUnknown unknown) {
                // The next attempt finds the job ended, if this one was applied.
                return false;
            }
            if (result.committed()) {
                return true;
            }
            reread(result);
            return false;
        }

        private ReencryptionCompleted completed(Job job, Job.Proof proof) {
            return new ReencryptionCompleted(
                    job.cluster(),
                    job.id(),
                    job.to().keyId(),
                    job.to().version().id(),
                    job.total(),
                    job.counts().done(),
                    job.counts().skipped(),
                    job.counts().conflicted(),
                    job.counts().failed(),
                    proof.fenceRevision(),
                    proof.scanRevision(),
                    Map.copyOf(proof.secretsPerKeyVersion()),
                    proof.covers());
        }

        private ReencryptionProgressed progressed(Job job) {
            return new ReencryptionProgressed(
                    job.cluster(),
                    job.id(),
                    job.total(),
                    job.counts().done(),
                    job.counts().skipped(),
                    job.counts().conflicted(),
                    job.counts().failed());
        }

        // Pace

        private boolean progressDue(Job next) {
            long since = time.monotonicNanos() - progressNanos;
            long step = Math.max(1, next.total() / PROGRESS_STEPS);
            boolean due = since >= limits.progressEvery().toNanos()
                    || since >= SHORTEST_PROGRESS_NANOS && next.counts().all() - progressAt >= step;
            if (due) {
                progressNanos = time.monotonicNanos();
                progressAt = next.counts().all();
            }
            return due;
        }

        private long rate(int more) {
            long nanos = Math.max(1, time.monotonicNanos() - beganNanos);
            return (dealtWith + more) * 1_000_000_000L / nanos;
        }

        private void keepToRate() throws InterruptedException {
            if (limits.maxPerSecond().isEmpty()) {
                return;
            }
            long due = dealtWith * 1_000_000_000L / limits.maxPerSecond().getAsInt();
            long early = due - (time.monotonicNanos() - beganNanos);
            if (early > 0) {
                // In slices, so that a pause by hand or the end of the process is not waited for.
                TimeUnit.NANOSECONDS.sleep(Math.min(early, limits.ownership().toNanos()));
            }
        }
    }

    private long now() {
        return time.wall().toEpochMilli();
    }
}
