package io.holdfast.secretservice.reencrypt;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.WatchListener;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.keys.KeyAccessRefused;
import io.holdfast.secretservice.keys.KeyServiceUnavailable;
import io.holdfast.secretservice.storage.Envelopes;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Picks up the jobs that have not ended and carries them on, each by one worker among all replicas. A change of a job's
 * mark wakes it at once; a slow tick looks again for what was missed or had to wait.
 */
public final class ReencryptionRunner implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReencryptionRunner.class);
    /** Jobs carried on at the same time by one replica. */
    private static final int AT_ONCE = 2;

    private final KeyValueStore store;
    private final Jobs jobs;
    private final ReencryptionWorker worker;
    private final MeterRegistry meters;
    private final Tracer tracer;
    private final Duration tick;
    private final ExecutorService preparers;
    private final Semaphore woken = new Semaphore(0);
    private final Semaphore slots = new Semaphore(AT_ONCE);
    private final Set<Jobs.Unfinished> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unfinished;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private @Nullable Thread looking;
    private KeyValueStore.@Nullable Watch watch;

    /**
     * @param replica names this process
     * @param tick how often it looks without being woken
     */
    public ReencryptionRunner(
            KeyValueStore store,
            Outbox outbox,
            WriteFences fences,
            Jobs jobs,
            Envelopes envelopes,
            ReencryptionLimits limits,
            TimeSource time,
            String replica,
            Duration tick,
            MeterRegistry meters,
            Tracer tracer) {
        this.store = store;
        this.jobs = jobs;
        this.meters = meters;
        this.tracer = tracer;
        this.tick = tick;
        ThreadFactory threads = Thread.ofVirtual().name("reencrypt-", 0).factory();
        this.preparers = Context.taskWrapping(Executors.newThreadPerTaskExecutor(threads));
        this.worker = new ReencryptionWorker(
                store, outbox, fences, envelopes, limits, time, preparers, replica, stopping::get);
        this.unfinished = meters.gauge("holdfast.reencryption.unfinished", new AtomicInteger());
        meters.gaugeCollectionSize("holdfast.reencryption.running", List.of(), running);
    }

    public void start() {
        Thread thread = Thread.ofVirtual().name("reencryption-runner").unstarted(this::look);
        looking = thread;
        thread.start();
    }

    /** Looks for jobs now. */
    public void wake() {
        woken.release();
    }

    private void look() {
        while (!stopping.get()) {
            try {
                follow();
                for (Jobs.Unfinished job : pending()) {
                    begin(job);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                // Whatever it is: this thread is the only one that ever starts a job.
                LOG.warnf(e, "Re-encryption jobs could not be looked for; the next tick tries again");
            }
            try {
                woken.tryAcquire(tick.toMillis(), TimeUnit.MILLISECONDS);
                woken.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private List<Jobs.Unfinished> pending() {
        List<Jobs.Unfinished> found = jobs.unfinished();
        unfinished.set(found.size());
        return found;
    }

    private void follow() {
        if (watch != null) {
            return;
        }
        watch = store.watch(ClusterPaths.UNFINISHED_JOBS, store.revision(), new WatchListener() {
            @Override
            public void onChanges(List<Change> changes) {
                wake();
            }

            @Override
            public void onCompacted(long compactRevision) {
                lost();
            }

            @Override
            public void onFailed(Throwable cause) {
                lost();
            }
        });
    }

    private void lost() {
        watch = null;
        wake();
    }

    private void begin(Jobs.Unfinished job) throws InterruptedException {
        if (!running.add(job)) {
            return;
        }
        slots.acquire();
        Thread.ofVirtual().name("reencryption-" + job.id()).start(() -> {
            try {
                carryOn(job.cluster(), job.id());
            } finally {
                running.remove(job);
                slots.release();
            }
        });
    }

    private void carryOn(ClusterId cluster, String id) {
        Span span = tracer.spanBuilder("reencrypt")
                .setAttribute("holdfast.cluster.id", cluster.value())
                .setAttribute("holdfast.job.id", id)
                .startSpan();
        String outcome = "error";
        try (Scope scope = span.makeCurrent()) {
            ReencryptionWorker.Ending ending = worker.run(cluster, id);
            outcome = ending.name();
            LOG.infof("Re-encryption %s of %s: %s", id, cluster.value(), ending);
        } catch (KeyAccessRefused | KeyServiceUnavailable | Envelopes.NotAdmitted e) {
            outcome = "WAITING";
            LOG.infof("Re-encryption %s of %s waits: %s", id, cluster.value(), e.getMessage());
        } catch (StoreFull e) {
            outcome = "STORE_FULL";
            LOG.errorf("Re-encryption %s of %s waits: etcd is out of space", id, cluster.value());
        } catch (StoreUnavailable | OutcomeUnknown e) {
            outcome = "STORE_UNAVAILABLE";
            LOG.warnf(e, "Re-encryption %s of %s waits for etcd", id, cluster.value());
        } catch (InterruptedException e) {
            outcome = "STOPPED";
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.errorf(e, "Re-encryption %s of %s stopped on an error; the next tick tries again", id, cluster.value());
        } finally {
            span.setAttribute("holdfast.outcome", outcome);
            span.end();
            meters.counter("holdfast.reencryption.runs", "outcome", outcome).increment();
        }
    }

    /** Stops at the next batch; the jobs go on elsewhere, or here after the next start. */
    @Override
    public void close() {
        stopping.set(true);
        if (looking != null) {
            looking.interrupt();
        }
        if (watch != null) {
            watch.close();
        }
        preparers.shutdownNow();
    }
}
