package io.holdfast.secretservice.events;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Compares the endpoints with the clusters of their owner now and then, without any cause: it makes up for an event that
 * never came, in either direction.
 */
public final class ClusterCheck implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ClusterCheck.class);

    private final OthersEvents events;
    private final Duration every;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("cluster-check").daemon().factory());

    public ClusterCheck(OthersEvents events, Duration every) {
        this.events = events;
        this.every = every;
    }

    public void start() {
        thread.scheduleWithFixedDelay(this::check, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void check() {
        try {
            events.compareClusters();
        } catch (RuntimeException e) {
            LOG.warnf(
                    "The clusters cannot be compared with their owner's; the next check tries again: %s", e.toString());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
