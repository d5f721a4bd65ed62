package io.holdfast.keyservice.reseal;

import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.reseal.Resealing.Left;
import io.holdfast.keyservice.store.SealedStore;
import io.holdfast.keyservice.vault.RootKeyRecords;
import io.holdfast.keyservice.vault.RootKeyReplicas;
import io.holdfast.keyservice.vault.RootKeys;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs {@link Resealing} after the start and then at intervals, on a thread of its own. */
@ApplicationScoped
public class Resealer {
    private static final Logger LOG = Logger.getLogger(Resealer.class);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Left NOT_KNOWN_YET = new Left(-1, -1);

    private final Resealing resealing;
    private final Duration interval;
    private final Counter failed;
    private volatile Left left = NOT_KNOWN_YET;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("holdfast-reseal").daemon().factory());

    public Resealer(
            RootKeys keys,
            RootKeyReplicas replicas,
            KeyValueStore etcd,
            SealedStore store,
            KeysConfig config,
            MeterRegistry meters) {
        interval = config.resealInterval();
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("holdfast.keys.reseal-interval must be 100 ms to 1 h");
        }
        Counter resealed = meters.counter("holdfast.keys.resealed", "outcome", "resealed");
        failed = meters.counter("holdfast.keys.resealed", "outcome", "failed");
        Gauge.builder("holdfast.keys.older.root.keys", () -> left.rootKeys())
                .description("Older root keys that something may be sealed under; -1 until first known")
                .register(meters);
        Gauge.builder("holdfast.keys.sealed.under.older.root.keys", () -> left.things())
                .description("Things sealed under another root key than the sealing one; -1 until first known")
                .register(meters);
        resealing = new Resealing(keys, new RootKeyRecords(etcd), replicas, store, resealed::increment);
    }

    void start(@Observes StartupEvent event) {
        var unused = thread.scheduleWithFixedDelay(this::runQuietly, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    private void runQuietly() {
        try {
            left = resealing.run();
        } catch (RuntimeException | Error e) {
            // A task that throws is never run again.
            failed.increment();
            LOG.warn("What is sealed under older root keys could not be looked through; trying again.", e);
        }
    }
}
