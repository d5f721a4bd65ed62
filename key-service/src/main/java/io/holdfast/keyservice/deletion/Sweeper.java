package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.deletion.DeletionClock.Reading;
import io.holdfast.keyservice.rotate.AutomaticRotation;
import io.holdfast.keyservice.store.DueDeletions.Due;
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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Does what the time brings, on a thread of its own and by a clock that is believed: completes deletions, warns of near
 * ones, rotates keys by their schedules.
 */
@ApplicationScoped
public class Sweeper {
    private static final Logger LOG = Logger.getLogger(Sweeper.class);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Completion completion;
    private final DeletionNotices notices;
    private final HoldNotices holds;
    private final AutomaticRotation rotations;
    private final Destroyer destroyer;
    private final DeletionClock clock;
    private final Duration interval;
    private final Counter deleted;
    private final Counter failed;
    private final AtomicInteger held = new AtomicInteger();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("holdfast-key-deletion").daemon().factory());

    @Inject
    public Sweeper(
            Completion completion,
            DeletionNotices notices,
            HoldNotices holds,
            AutomaticRotation rotations,
            Destroyer destroyer,
            KeyValueStore etcd,
            KeysConfig config,
            MeterRegistry meters) {
        this(
                completion,
                notices,
                holds,
                rotations,
                destroyer,
                new DeletionClock(
                        etcd,
                        TimeSource.system(),
                        config.deletion().clockTolerance(),
                        config.deletion().clockSettle()),
                config.deletion().sweepInterval(),
                meters);
    }

    Sweeper(
            Completion completion,
            DeletionNotices notices,
            HoldNotices holds,
            AutomaticRotation rotations,
            Destroyer destroyer,
            DeletionClock clock,
            Duration interval,
            MeterRegistry meters) {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("holdfast.keys.deletion.sweep-interval must be 100 ms to 1 h");
        }
        this.completion = completion;
        this.notices = notices;
        this.holds = holds;
        this.rotations = rotations;
        this.destroyer = destroyer;
        this.clock = clock;
        this.interval = interval;
        this.deleted = meters.counter("holdfast.keys.deletions", "outcome", "deleted");
        this.failed = meters.counter("holdfast.keys.deletions", "outcome", "failed");
        Gauge.builder("holdfast.keys.deletions.held", held, AtomicInteger::get)
                .description("1 while the wall clock is not believed and no key is deleted")
                .register(meters);
    }

    /** Whether the wall clock was not believed when this replica looked last. */
    public boolean held() {
        return held.get() == 1;
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
        } catch (RuntimeException | Error e) {
            // A task that throws is never run again.
            failed.increment();
            LOG.warn("Deletions could not be looked for; trying again at the next interval.", e);
        }
    }

    /** Deletes what is due now. Answers how many keys this call deleted. */
    int sweep() {
        return switch (clock.read()) {
            case Reading.Doubted doubted -> {
                hold(doubted);
                yield 0;
            }
            case Reading.Believed believed -> sweep(believed.wall());
        };
    }

    private void hold(Reading.Doubted doubt) {
        if (held.getAndSet(1) == 0) {
            LOG.errorv(
                    "Deletions are held: the wall clock does not agree with the last one that was believed. Check this"
                            + " machine''s clock; if it is right, confirm it, or deletions go on by themselves after the"
                            + " settling time. wall={0} heartbeat={1}",
                    doubt.wall(), doubt.heartbeat().time());
        }
        attempt("holds", () -> holds.held(doubt, interval));
    }

    private int sweep(Instant now) {
        if (held.getAndSet(0) == 1) {
            LOG.info("The wall clock is believed again; deletions go on.");
        }
        attempt("holds", () -> holds.resumed(now));
        attempt(
                "vaults",
                () -> completion.unfinishedVaults().forEach(id -> attempt(id.value(), () -> completion.finish(id))));
        attempt("warnings", () -> notices.give(now));
        attempt("rotations", () -> rotations.rotateDue(now, this::attempt));
        AtomicInteger count = new AtomicInteger();
        for (Due each : completion.due(now)) {
            attempt(each.id().value(), () -> {
                if (completion.complete(each, now)) {
                    count.incrementAndGet();
                }
            });
        }
        attempt("destructions", () -> destroyer.destroyDue(now, this::attempt));
        deleted.increment(count.get());
        return count.get();
    }

    /** One's trouble must not keep the others waiting; it stays due. */
    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failed.increment();
            LOG.warnv(e, "What is due could not be done; trying again. what={0}", what);
        }
    }
}
