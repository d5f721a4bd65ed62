package io.holdfast.clusterservice.work;

import io.holdfast.clusterservice.config.ClustersConfig;
import io.holdfast.clusterservice.create.LeftOverIntents;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.kernel.TimeSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Finishes or undoes, again and again, what a crash or an outage left; forgets clusters that were deleted long ago. */
@ApplicationScoped
public class Sweeper {
    private static final Logger LOG = Logger.getLogger(Sweeper.class);
    private static final int FORGET_AT_ONCE = 20;

    private final WorkRunner works;
    private final LeftOverIntents intents;
    private final ClusterStore store;
    private final ClustersConfig config;
    private final TimeSource time;
    private final MeterRegistry meters;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cluster-sweeper").factory());

    public Sweeper(
            WorkRunner works,
            LeftOverIntents intents,
            ClusterStore store,
            ClustersConfig config,
            TimeSource time,
            MeterRegistry meters) {
        this.works = works;
        this.intents = intents;
        this.store = store;
        this.config = config;
        this.time = time;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        long millis = config.sweepInterval().toMillis();
        var unused = clock.scheduleWithFixedDelay(this::sweep, millis, millis, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        clock.shutdownNow();
    }

    /** One round. An etcd or a key-service that does not answer ends the round, not the sweeping. */
    void sweep() {
        try {
            works.resume();
            int undone = intents.undo();
            if (undone > 0) {
                meters.counter("holdfast.clusters.intents.undone").increment(undone);
            }
            int forgotten = store.forgetDeletedBefore(time.wall().minus(config.deletedRetention()), FORGET_AT_ONCE);
            if (forgotten > 0) {
                LOG.infof("forgot %d clusters deleted before the retention", forgotten);
            }
        } catch (RuntimeException e) {
            meters.counter("holdfast.clusters.sweeps.failed").increment();
            LOG.warn("a sweep ended early, the next one follows", e);
        }
    }
}
