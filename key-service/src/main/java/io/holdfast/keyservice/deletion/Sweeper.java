package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.KeyStore.Changed;
import io.holdfast.keyservice.store.KeyStore.Step;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Completes deletions when their time has come, on a thread of its own.
 *
 * <p>What is due stands in etcd, so a restart forgets nothing; the change of the key is one compare-and-swap, so of many
 * replicas one deletes and one event tells it. The material of every version goes in that transaction. (etcd's history
 * and its backups keep what was there until they are compacted and expire.)
 */
@ApplicationScoped
public class Sweeper {
    private static final Logger LOG = Logger.getLogger(Sweeper.class);
    private static final int PER_SWEEP = 100;
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final KeyStore store;
    private final OpenedMaterial opened;
    private final DeletionClock clock;
    private final Duration interval;
    private final Counter deleted;
    private final Counter failed;
    private final AtomicInteger held = new AtomicInteger();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("holdfast-key-deletion").daemon().factory());

    @Inject
    public Sweeper(KeyStore store, KeyValueStore etcd, OpenedMaterial opened, KeysConfig config, MeterRegistry meters) {
        this(
                store,
                opened,
                new DeletionClock(
                        etcd,
                        TimeSource.system(),
                        config.deletion().clockTolerance(),
                        config.deletion().clockSettle()),
                config.deletion().sweepInterval(),
                meters);
    }

    Sweeper(KeyStore store, OpenedMaterial opened, DeletionClock clock, Duration interval, MeterRegistry meters) {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("holdfast.keys.deletion.sweep-interval must be 100 ms to 1 h");
        }
        this.store = store;
        this.opened = opened;
        this.clock = clock;
        this.interval = interval;
        this.deleted = meters.counter("holdfast.keys.deletions", "outcome", "deleted");
        this.failed = meters.counter("holdfast.keys.deletions", "outcome", "failed");
        Gauge.builder("holdfast.keys.deletions.held", held, AtomicInteger::get)
                .description("1 while the wall clock is not believed and no key is deleted")
                .register(meters);
    }

    void start(@Observes StartupEvent event) {
        var unused = thread.scheduleWithFixedDelay(
                this::sweepQuietly, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    private void sweepQuietly() {
        try {
            sweep();
        } catch (RuntimeException e) {
            failed.increment();
            LOG.warn("Deletions could not be looked for; trying again at the next interval.", e);
        }
    }

    /** Deletes what is due now. Answers how many keys this call deleted. */
    int sweep() {
        Optional<Instant> now = clock.believed();
        if (now.isEmpty()) {
            if (held.getAndSet(1) == 0) {
                LOG.errorv(
                        "Deletions are held: the wall clock does not agree with the last recorded one at {0}. Check this"
                                + " machine''s clock; if it is right, deletions go on by themselves after the settling time.",
                        io.holdfast.keyservice.store.Layout.HEARTBEAT);
            }
            return 0;
        }
        if (held.getAndSet(0) == 1) {
            LOG.info("The wall clock is believed again; deletions go on.");
        }
        int count = 0;
        for (KeyId id : store.due(now.get(), PER_SWEEP)) {
            try {
                if (delete(id, now.get())) {
                    count++;
                }
            } catch (RuntimeException e) {
                // One key's trouble must not keep the others waiting; it stays due.
                failed.increment();
                LOG.warnv(e, "A due key could not be deleted; trying again. key={0}", id.value());
            }
        }
        return count;
    }

    private boolean delete(KeyId id, Instant now) {
        Optional<Changed> changed = store.changeIf(id, seen -> switch (seen) {
            case MasterKey.PendingDeletion pending ->
                pending.timeOfDeletion().isAfter(now)
                        ? Optional.<Step>empty()
                        : Optional.of(new Step(
                                pending.complete(),
                                new KeyEvent.KeyDeleted(id),
                                id.value(),
                                KeyStore.wipe(store.versionsOf(id))
                                        .andThen(KeyStore.removeDue(id, pending.timeOfDeletion()))));
            // Another replica was first, or the deletion was cancelled.
            case MasterKey.Kept kept -> Optional.<Step>empty();
            case MasterKey.Deleted gone -> Optional.<Step>empty();
        });
        changed.ifPresent(done -> {
            opened.end(id, done.stateRevision());
            deleted.increment();
            LOG.infov("Deleted a master key with all its versions. key={0}", id.value());
        });
        return changed.isPresent();
    }
}
