package io.holdfast.clusterservice.work;

import io.holdfast.clusterservice.delete.ClusterDeletion;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.update.ClusterUpdate;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Carries out accepted updates and deletions: at once after the answer, and again by the sweeper until they are done.
 * Two at the same work do no harm: each change rests on what was read.
 */
@ApplicationScoped
public class WorkRunner {
    private static final Logger LOG = Logger.getLogger(WorkRunner.class);
    private static final int AT_ONCE = 100;
    private static final long SHUTDOWN_SECONDS = 5;

    private final ClusterStore store;
    private final ClusterUpdate updates;
    private final ClusterDeletion deletions;
    private final MeterRegistry meters;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("cluster-work-", 0).factory());

    public WorkRunner(ClusterStore store, ClusterUpdate updates, ClusterDeletion deletions, MeterRegistry meters) {
        this.store = store;
        this.updates = updates;
        this.deletions = deletions;
        this.meters = meters;
    }

    /** Starts on a work request without waiting for it. */
    public void submit(ClusterId cluster, WorkRequestId work) {
        threads.execute(() -> {
            try {
                store.workOn(cluster, work).ifPresent(this::attempt);
            } catch (RuntimeException e) {
                LOG.warnf(e, "work request %s waits for the next sweep", work.value());
            }
        });
    }

    /** Tries all unfinished work once, oldest first; what fails stays for the next time. */
    public void resume() {
        store.unfinished(AT_ONCE).forEach(this::attempt);
    }

    private void attempt(ClusterStore.Work work) {
        WorkRequestId id = work.request().value().id();
        try {
            switch (work.cluster().value()) {
                case Cluster.Updating updating
                when updating.actor().workRequestId().equals(id) -> updates.carryOut(work, updating);
                case Cluster.Deleting deleting
                when deleting.actor().workRequestId().equals(id) -> deletions.carryOut(work, deleting);
                // Another replica was quicker.
                case Cluster.Updating other -> {}
                case Cluster.Deleting other -> {}
                case Cluster.Creating other -> {}
                case Cluster.Active other -> {}
                case Cluster.Deleted other -> {}
                case Cluster.Failed other -> {}
            }
        } catch (RuntimeException e) {
            // The work is still written down as unfinished: the sweeper tries again.
            meters.counter("holdfast.clusters.work.retries").increment();
            LOG.warnf(e, "work request %s could not go on, will be tried again", id.value());
        }
    }

    @PreDestroy
    void stop() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
            threads.shutdownNow();
        }
    }
}
