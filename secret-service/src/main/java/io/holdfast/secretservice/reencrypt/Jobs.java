package io.holdfast.secretservice.reencrypt;

import io.holdfast.events.SecretEvent.ReencryptionStarted;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.ReencryptionStart;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.storage.ObjectStorage.CommitGuard;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/** The records of the re-encryption jobs. Thread safe. */
public final class Jobs implements ReencryptionStart {
    private static final Logger LOG = Logger.getLogger(Jobs.class);
    private static final Bytes MARK = Bytes.copyOf(new byte[] {'1'});
    private static final int PAGE = 200;
    private static final int TRIES = 10;

    private final KeyValueStore store;
    private final Outbox outbox;
    private final TimeSource time;
    private final SecureRandom random = new SecureRandom();

    public Jobs(KeyValueStore store, Outbox outbox, TimeSource time) {
        this.store = store;
        this.outbox = outbox;
        this.time = time;
    }

    /** A job and the revision of its record, to be compared when it is changed. */
    public record Recorded(Job job, long revision) {}

    @Override
    public Consumer<Transaction.Builder> stage(ClusterId cluster, WriteFence.Terms to, String cause) {
        return stage(started(cluster, to, cause));
    }

    private Job started(ClusterId cluster, WriteFence.Terms to, String cause) {
        byte[] tail = new byte[5];
        random.nextBytes(tail);
        String id = "v" + to.version().number() + "-" + HexFormat.of().formatHex(tail);
        return Job.started(cluster, id, to, cause, time.wall().toEpochMilli());
    }

    private Consumer<Transaction.Builder> stage(Job job) {
        ClusterPaths paths = ClusterPaths.of(job.cluster());
        return transaction -> transaction
                .ifAbsent(paths.job(job.id()))
                .put(paths.job(job.id()), JobCodec.encode(job))
                .put(paths.unfinishedJob(job.id()), MARK)
                .with(outbox.stage(new ReencryptionStarted(
                        job.cluster(),
                        job.id(),
                        job.to().keyId(),
                        job.to().version().id(),
                        job.cause())));
    }

    /**
     * Starts a job by hand, under the version that the fence stands at.
     *
     * @throws ProblemException IncorrectState when the fence is not open, or has just moved, or a job for this version
     *     has not ended
     */
    public Job start(PlacedFence fence, String cause, CommitGuard guard) {
        if (!(fence.fence() instanceof WriteFence.Open open)) {
            throw new ProblemException(ProblemCode.INCORRECT_STATE, "the key of the cluster may not be used now");
        }
        if (list(fence.cluster()).stream()
                .anyMatch(job -> !job.state().ended() && job.to().equals(open.terms()))) {
            throw new ProblemException(
                    ProblemCode.INCORRECT_STATE, "a re-encryption under this key version has not ended");
        }
        Job job = started(fence.cluster(), open.terms(), cause);
        Transaction start = Transaction.builder()
                .ifModRevision(ClusterPaths.of(fence.cluster()).fence(), fence.revision())
                .with(stage(job))
                .build();
        if (!guard.holding(() -> store.commit(start)).committed()) {
            throw new ProblemException(ProblemCode.INCORRECT_STATE, "the key version has just changed; ask again");
        }
        return job;
    }

    public Optional<Recorded> find(ClusterId cluster, String id) {
        if (id.isEmpty() || id.indexOf('/') >= 0) {
            return Optional.empty();
        }
        return store.get(ClusterPaths.of(cluster).job(id)).map(Jobs::recorded);
    }

    static Recorded recorded(StoredValue value) {
        return new Recorded(JobCodec.decode(value.value()), value.modRevision());
    }

    /** All jobs of a cluster, the newest first. */
    public List<Job> list(ClusterId cluster) {
        List<Job> jobs = new ArrayList<>();
        each(ClusterPaths.of(cluster).jobs(), value -> {
            if (!ClusterPaths.isJobOwner(value.key())) {
                jobs.add(JobCodec.decode(value.value()));
            }
        });
        jobs.sort((left, right) -> Long.compare(right.startedAtMillis(), left.startedAtMillis()));
        return jobs;
    }

    /** The jobs of all clusters that have not ended. A mark that names none is passed over and logged. */
    public List<Unfinished> unfinished() {
        List<Unfinished> found = new ArrayList<>();
        each(
                ClusterPaths.UNFINISHED_JOBS,
                value -> Unfinished.of(value.key())
                        .ifPresentOrElse(
                                found::add,
                                () -> LOG.errorf(
                                        "A mark names no re-encryption job: %s", Printable.shorten(value.key()))));
        return found;
    }

    record Unfinished(ClusterId cluster, String id) {
        static Optional<Unfinished> of(String key) {
            String rest = key.substring(ClusterPaths.UNFINISHED_JOBS.length());
            int slash = rest.indexOf('/');
            if (slash <= 0 || slash == rest.length() - 1) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Unfinished(new ClusterId(rest.substring(0, slash)), rest.substring(slash + 1)));
            } catch (ProblemException noCluster) {
                return Optional.empty();
            }
        }
    }

    private void each(String prefix, Consumer<StoredValue> consumer) {
        Scan scan = Scan.of(prefix, PAGE);
        while (true) {
            Page page = store.scan(scan);
            page.values().forEach(consumer);
            if (!page.more() || page.values().isEmpty()) {
                return;
            }
            scan = scan.after(page.values().getLast().key());
        }
    }

    public Job pause(ClusterId cluster, String id, CommitGuard guard) {
        return change(cluster, id, guard, job -> job.pause(now()));
    }

    public Job resume(ClusterId cluster, String id, CommitGuard guard) {
        return change(cluster, id, guard, job -> job.resume(now()));
    }

    public Job cancel(ClusterId cluster, String id, String why, CommitGuard guard) {
        return change(cluster, id, guard, job -> job.cancel(why, now()));
    }

    /**
     * Changes a job's record, whoever else changes it meanwhile. Touches its mark, which wakes the runners, or removes it
     * when the job has ended.
     *
     * @throws ProblemException NotAuthorizedOrNotFound when there is no such job; IncorrectState
     */
    private Job change(ClusterId cluster, String id, CommitGuard guard, UnaryOperator<Job> transition) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Recorded seen = find(cluster, id).orElseThrow(ProblemException::notFound);
            Job next = transition.apply(seen.job());
            Transaction change = replacing(seen, next).build();
            if (guard.holding(() -> store.commit(change)).committed()) {
                return next;
            }
        }
        throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "the re-encryption keeps changing; try again");
    }

    /** A transaction that replaces a record as it was seen; others add to it. */
    static Transaction.Builder replacing(Recorded seen, Job next) {
        ClusterPaths paths = ClusterPaths.of(next.cluster());
        Transaction.Builder transaction = Transaction.builder()
                .ifModRevision(paths.job(next.id()), seen.revision())
                .put(paths.job(next.id()), JobCodec.encode(next));
        if (next.state().ended()) {
            transaction.delete(paths.unfinishedJob(next.id()));
        } else if (next.state() != seen.job().state()) {
            transaction.put(paths.unfinishedJob(next.id()), MARK);
        }
        return transaction;
    }

    private long now() {
        return time.wall().toEpochMilli();
    }
}
