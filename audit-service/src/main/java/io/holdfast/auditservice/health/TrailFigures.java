package io.holdfast.auditservice.health;

import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.platform.store.StoreUnavailable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jboss.logging.Logger;

/** The figures of the whole trail, over all replicas, read every few seconds so that a scrape never waits for PostgreSQL. */
@Singleton
public class TrailFigures {
    private static final Logger LOG = Logger.getLogger(TrailFigures.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private final Trail trail;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("trail-figures").factory());
    private volatile Trail.Extent newest = new Trail.Extent(Head.GENESIS, 0, 0, 0);

    @Inject
    TrailFigures(Trail trail, MeterRegistry registry) {
        this.trail = trail;
        gauge(
                registry,
                "holdfast.audit.entries",
                "Entries on the trail",
                extent -> extent.head().position());
        gauge(registry, "holdfast.audit.findings", "Gaps and other findings on the trail", Trail.Extent::findings);
        gauge(registry, "holdfast.audit.dead.letters", "Records that could not be decoded", Trail.Extent::deadLetters);
    }

    void start(@Observes StartupEvent event) {
        var unused = clock.scheduleWithFixedDelay(this::refresh, 0, EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        clock.shutdownNow();
    }

    void show(Trail.Extent extent) {
        newest = extent;
    }

    private void refresh() {
        try {
            show(trail.extent());
        } catch (StoreUnavailable | IllegalStateException failure) {
            // The readiness check tells; the gauges keep their last values.
            LOG.debugf(failure, "The trail's figures could not be read");
        }
    }

    private void gauge(MeterRegistry registry, String name, String description, ToLongFunction<Trail.Extent> value) {
        Gauge.builder(name, this, figures -> value.applyAsLong(figures.newest))
                .description(description)
                .register(registry);
    }
}
