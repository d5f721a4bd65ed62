package io.holdfast.keyservice.usage;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.store.LastUseStore;
import io.holdfast.keyservice.store.LastUseStore.By;
import io.holdfast.keyservice.store.LastUseStore.Use;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Notes when key versions are used, to the minute, and records it every so often: a use itself costs a look into memory.
 *
 * <p>What a replica has noted and not yet recorded is lost when it is killed; a replica that is stopped records it.
 */
@ApplicationScoped
public class LastUses {
    /** How exact a noted use is: the beginning of its minute. */
    public static final Duration GRAIN = Duration.ofMinutes(1);

    /** The most uses noted between two recordings; those beyond are counted, and noted at their next use. */
    static final int MOST_NOTED = 20_000;

    private static final Logger LOG = Logger.getLogger(LastUses.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final LastUseStore store;
    private final TimeSource time;
    private final Duration interval;
    private final Counter missed;
    /** The latest use of each since it was recorded last, in minutes since the epoch. */
    private final Map<Use, Long> noted = new ConcurrentHashMap<>();

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("holdfast-last-uses").daemon().factory());

    @Inject
    public LastUses(LastUseStore store, KeysConfig config, MeterRegistry meters) {
        this(store, TimeSource.system(), config.lastUseInterval(), meters);
    }

    LastUses(LastUseStore store, TimeSource time, Duration interval, MeterRegistry meters) {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("holdfast.keys.last-use-interval must be 1 s to 1 h");
        }
        this.store = store;
        this.time = time;
        this.interval = interval;
        this.missed = Counter.builder("holdfast.keys.last.uses.missed")
                .description("Uses that were not noted because too many versions were in use at the same time")
                .register(meters);
    }

    /**
     * When a key's versions were last used.
     *
     * @param completeUntil later uses may be missing: other replicas have not recorded theirs yet
     */
    public record Known(Map<Use, Instant> uses, Instant completeUntil) {
        /** The last use of one version by these users. */
        public @Nullable Instant of(KeyId key, KeyVersionId version, By by) {
            return uses.get(new Use(key, version, by));
        }

        /** The last use of any version by these users. */
        public @Nullable Instant by(By by) {
            return uses.entrySet().stream()
                    .filter(use -> use.getKey().by() == by)
                    .map(Map.Entry::getValue)
                    .max(Instant::compareTo)
                    .orElse(null);
        }
    }

    /** A version has just been used. */
    public void note(KeyId key, KeyVersionId version, By by) {
        long minute = time.wall().getEpochSecond() / GRAIN.toSeconds();
        Use use = new Use(key, version, by);
        @Nullable Long before = noted.get(use);
        if (before != null && before == minute) {
            return;
        }
        if (before == null && noted.size() >= MOST_NOTED) {
            missed.increment();
            return;
        }
        noted.put(use, minute);
    }

    /** What is recorded of a key, and what this replica has noted since. */
    public Known of(KeyId key) {
        Instant now = time.wall();
        Map<Use, Instant> uses = new HashMap<>(store.of(key));
        noted.forEach((use, minute) -> {
            if (use.key().equals(key)) {
                uses.merge(use, instant(minute), (one, other) -> one.isAfter(other) ? one : other);
            }
        });
        return new Known(uses, now.minus(interval).minus(GRAIN));
    }

    void start(@Observes StartupEvent event) {
        var unused = thread.scheduleWithFixedDelay(
                this::recordQuietly, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
        recordQuietly();
    }

    private void recordQuietly() {
        try {
            record();
        } catch (RuntimeException | Error e) {
            // A task that throws is never run again.
            LOG.warnv("The last uses of keys could not be recorded; trying again. cause={0}", e.toString());
        }
    }

    /** Records what is noted. What loses a race to another replica stays noted. */
    void record() {
        Map<Use, Long> batch = new HashMap<>();
        for (Map.Entry<Use, Long> each : noted.entrySet()) {
            batch.put(each.getKey(), each.getValue());
            if (batch.size() == LastUseStore.MOST_AT_ONCE) {
                record(batch);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            record(batch);
        }
    }

    private void record(Map<Use, Long> batch) {
        Map<Use, Instant> uses = new HashMap<>();
        batch.forEach((use, minute) -> uses.put(use, instant(minute)));
        if (store.record(uses, time.wall())) {
            // A later use that was noted meanwhile has another minute and stays.
            batch.forEach(noted::remove);
        }
    }

    private static Instant instant(long minute) {
        return Instant.ofEpochSecond(minute * GRAIN.toSeconds());
    }
}
