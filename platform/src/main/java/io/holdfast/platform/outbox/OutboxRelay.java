package io.holdfast.platform.outbox;

import io.holdfast.events.Family;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries the outbox of one family to its topic, in order, numbered without gaps.
 *
 * <p>Every replica of the service runs one; the one that holds the leader key (with a lease) works. It publishes a batch
 * in one Kafka transaction under the source's {@code transactional.id}, then, in one etcd transaction that compares the
 * leader key, the number line and every entry, deletes the entries and moves the line. A crash in between publishes the
 * same events again under the same ids and numbers, which consumers drop. A new leader fences the old one's producer
 * before it reads anything.
 *
 * <p>Nothing is ever skipped: what cannot be published is tried again with a growing pause.
 */
public final class OutboxRelay implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OutboxRelay.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);
    /** How old the oldest waiting event may be before readiness says so. */
    private static final Duration BEHIND = Duration.ofMinutes(1);
    /** More than two transactions' worth, so that a page always holds one whole transaction. */
    private static final int PAGE = 2 * Transaction.MAX_OPERATIONS;

    private static final int MOST_REREADS = 20;

    private final Settings settings;
    private final OutboxKeys keys;
    private final KeyValueStore store;
    private final Kafka kafka;
    private final TimeSource time;
    private final Counter published;
    private final List<Gauge> gauges = new ArrayList<>();
    private final MeterRegistry registry;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopping;
    private volatile long backlog;
    private volatile @Nullable Instant oldest;
    private volatile State state = State.STARTING;
    private volatile Trouble failing = Trouble.KAFKA_UNREACHABLE;

    /**
     * @param prefix of the keys in etcd
     * @param batch most events in a transaction, 1 to 100
     * @param leaderTerm of the leader's lease
     * @param longestSleep when nothing wakes the relay
     */
    public record Settings(Family family, String prefix, int batch, Duration leaderTerm, Duration longestSleep) {
        public Settings {
            if (batch < 1 || batch > EtcdOutbox.MOST_EVENTS) {
                throw new IllegalArgumentException("outbox batch of " + batch);
            }
            if (leaderTerm.compareTo(Duration.ofSeconds(2)) < 0) {
                throw new IllegalArgumentException("leader term of " + leaderTerm);
            }
        }
    }

    /** What the relay needs from Kafka. Both calls block, and fail with a KafkaException when no broker answers. */
    public interface Kafka {
        /** Makes the topic of a family where it is absent. */
        void ensureTopic(Family family);

        /** A transactional producer, not yet initialised, whose transactional id is the family's source. */
        Producer<String, byte[]> producer(Family family);
    }

    /** Why events wait. */
    public enum Trouble {
        ETCD_UNREACHABLE,
        KAFKA_UNREACHABLE,
        /** The oldest event has waited for more than a minute. */
        BEHIND
    }

    /** How it goes. */
    public enum State {
        STARTING,
        /** Another replica leads. */
        STANDING_BY,
        LEADING,
        /** Kafka or etcd did not answer at the last attempt; it goes on trying. */
        DEGRADED,
        STOPPED
    }

    public OutboxRelay(Settings settings, KeyValueStore store, Kafka kafka, TimeSource time, MeterRegistry registry) {
        this.settings = settings;
        this.keys = new OutboxKeys(settings.prefix(), settings.family());
        this.store = store;
        this.kafka = kafka;
        this.time = time;
        this.registry = registry;
        Tags tags = Tags.of("source", settings.family().source());
        this.published = Counter.builder("holdfast.outbox.published")
                .description("Events published and taken off the outbox")
                .tags(tags)
                .register(registry);
        gauges.add(Gauge.builder("holdfast.outbox.backlog", this, relay -> relay.backlog)
                .description("Events that wait in the outbox, as the leader saw them last")
                .tags(tags)
                .register(registry));
        gauges.add(Gauge.builder("holdfast.outbox.lag.seconds", this, OutboxRelay::lagSeconds)
                .description("Age of the oldest waiting event")
                .tags(tags)
                .register(registry));
        this.thread =
                Thread.ofPlatform().name("outbox-relay-" + keys.slug()).daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Whether the relay's thread runs; what readiness asks. */
    public boolean alive() {
        return thread.isAlive();
    }

    public State state() {
        return state;
    }

    /** What is wrong at the moment, as far as this replica's relay knows. */
    public Optional<Trouble> trouble() {
        if (state == State.DEGRADED) {
            return Optional.of(failing);
        }
        return lagSeconds() > BEHIND.toSeconds() ? Optional.of(Trouble.BEHIND) : Optional.empty();
    }

    public Family family() {
        return settings.family();
    }

    /** Stops after the transaction in flight; gives up leadership. */
    @Override
    public void close() {
        stopping = true;
        wake.release();
        try {
            if (!thread.join(STOP_BOUND)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        gauges.forEach(registry::remove);
    }

    private double lagSeconds() {
        Instant since = oldest;
        return since == null ? 0 : Duration.between(since, time.wall()).toMillis() / 1000.0;
    }

    private void run() {
        Duration pause = SHORTEST_PAUSE;
        while (!stopping) {
            boolean led = false;
            try (KeyValueStore.Lease lease = store.lease(settings.leaderTerm())) {
                Optional<Leadership> won = stand(lease);
                if (won.isPresent()) {
                    led = lead(won.get());
                    pause = led ? SHORTEST_PAUSE : pause;
                } else {
                    state = State.STANDING_BY;
                    backlog = 0;
                    oldest = null;
                    awaitVacancy();
                    pause = SHORTEST_PAUSE;
                    continue;
                }
            } catch (InterruptException | InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                break;
            } catch (ProducerFencedException | InvalidProducerEpochException fenced) {
                LOG.infof(
                        "The outbox of %s has another leader", settings.family().source());
            } catch (RuntimeException failure) {
                failing = failure instanceof StoreUnavailable
                                || failure instanceof OutcomeUnknown
                                || failure instanceof StoreFull
                        ? Trouble.ETCD_UNREACHABLE
                        : Trouble.KAFKA_UNREACHABLE;
                state = State.DEGRADED;
                LOG.warnf(
                        failure,
                        "The outbox of %s stands still, next attempt in %s",
                        settings.family().source(),
                        pause);
            }
            if (!sleep(pause)) {
                break;
            }
            pause = longer(pause);
        }
        state = State.STOPPED;
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    private boolean sleep(Duration pause) {
        try {
            // Not the wake-up semaphore: new entries must not shorten the pause after a failure.
            long end = System.nanoTime() + pause.toNanos();
            while (!stopping && end - System.nanoTime() > 0) {
                TimeUnit.MILLISECONDS.sleep(Math.min(50, pause.toMillis()));
            }
            return !stopping;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The leader's key as written by this relay. */
    private record Leadership(KeyValueStore.Lease lease, long modRevision) {}

    private Optional<Leadership> stand(KeyValueStore.Lease lease) {
        Bytes name = Bytes.takeOwnershipOf(UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII));
        TransactionResult result = store.commit(Transaction.builder()
                .ifAbsent(keys.leader())
                .putLeased(keys.leader(), name, lease.id())
                .build());
        return result.committed() ? Optional.of(new Leadership(lease, result.revision())) : Optional.empty();
    }

    private void awaitVacancy() throws InterruptedException {
        wake.drainPermits();
        long from = store.revision() + 1;
        try (KeyValueStore.Watch ignored = store.watch(keys.leader(), from, new Waker())) {
            if (store.get(keys.leader()).isPresent() && !stopping) {
                boolean woken = wake.tryAcquire(settings.longestSleep().toMillis(), TimeUnit.MILLISECONDS);
                LOG.debugf("Standing by for %s, woken: %s", settings.family().source(), woken);
            }
        }
    }

    /** @return whether at least one round went well */
    private boolean lead(Leadership leadership) throws InterruptedException {
        kafka.ensureTopic(settings.family());
        boolean anyRound = false;
        Producer<String, byte[]> producer = kafka.producer(settings.family());
        try {
            // From here on a former leader cannot commit to the topic; only now is the line read.
            producer.initTransactions();
            state = State.LEADING;
            LOG.infof("Leading the outbox of %s", settings.family().source());
            while (!stopping && leadership.lease().alive()) {
                wake.drainPermits();
                // The watch starts before the scan: what the scan misses, the watch reports.
                long from = store.revision() + 1;
                try (KeyValueStore.Watch ignored = store.watch(keys.entries(), from, new Waker())) {
                    boolean still = drain(producer, leadership);
                    anyRound = true;
                    while (still && !stopping && leadership.lease().alive()) {
                        boolean woken = wake.tryAcquire(settings.longestSleep().toMillis(), TimeUnit.MILLISECONDS);
                        wake.drainPermits();
                        LOG.tracef("Looking at the outbox, woken: %s", woken);
                        still = drain(producer, leadership);
                        if (watchBroken) {
                            break;
                        }
                    }
                    if (!still) {
                        return anyRound;
                    }
                    watchBroken = false;
                }
            }
            return anyRound;
        } finally {
            // Bounded: what is in flight belongs to a transaction that the next leader's fence aborts or completes.
            producer.close(Duration.ofSeconds(2));
        }
    }

    private volatile boolean watchBroken;

    /** Publishes until the outbox is empty. @return whether this relay still leads */
    private boolean drain(Producer<String, byte[]> producer, Leadership leadership) throws InterruptedException {
        while (!stopping) {
            Page page = store.scan(Scan.oldestFirst(keys.entries(), PAGE));
            List<StoredValue> batch = inOrder(page);
            backlog = page.total();
            if (batch.isEmpty()) {
                oldest = null;
                return true;
            }
            List<OutboxEntry> entries = new ArrayList<>(batch.size());
            for (StoredValue value : batch) {
                entries.add(OutboxEntry.read(value.key(), value.value(), OutboxEntry.class));
            }
            oldest = entries.get(0).time();
            Optional<StoredValue> stored = store.get(keys.line());
            NumberLine line = stored.map(value -> OutboxEntry.read(value.key(), value.value(), NumberLine.class))
                    .orElse(NumberLine.START);
            if (!leadership.lease().alive()) {
                return false;
            }
            publish(producer, batch, entries, line);
            if (!settle(leadership, stored, line, batch)) {
                LOG.infof(
                        "The outbox of %s has another leader", settings.family().source());
                return false;
            }
            published.increment(batch.size());
            backlog = page.total() - batch.size();
        }
        return true;
    }

    /** Oldest first; entries of one transaction by their index. etcd leaves those in any order. */
    private List<StoredValue> inOrder(Page page) {
        List<StoredValue> sorted = new ArrayList<>(page.values());
        sorted.sort(Comparator.comparingLong(StoredValue::createRevision).thenComparing(StoredValue::key));
        if (page.more() && !sorted.isEmpty()) {
            // The page may have cut the last transaction apart anywhere.
            long last = sorted.get(sorted.size() - 1).createRevision();
            sorted.removeIf(value -> value.createRevision() == last);
            if (sorted.isEmpty()) {
                throw new IllegalStateException("one transaction with more than " + PAGE + " events");
            }
        }
        return sorted.subList(0, Math.min(sorted.size(), settings.batch()));
    }

    private void publish(
            Producer<String, byte[]> producer, List<StoredValue> batch, List<OutboxEntry> entries, NumberLine line) {
        producer.beginTransaction();
        for (int i = 0; i < batch.size(); i++) {
            producer.send(record(
                    entries.get(i), line.epoch(), line.next() + i, batch.get(i).createRevision()));
        }
        // Flushes, and fails when any of the records did.
        producer.commitTransaction();
    }

    private ProducerRecord<String, byte[]> record(OutboxEntry entry, long epoch, long sequence, long revision) {
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(settings.family().topic(), entry.subject(), entry.dataBytes());
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", entry.id());
        header(record, "ce_source", settings.family().source());
        header(record, "ce_type", entry.type());
        header(record, "ce_subject", entry.subject());
        header(record, "ce_time", entry.time().toString());
        header(record, "ce_dataschema", entry.dataschema());
        header(record, "content-type", "application/json");
        header(record, "ce_sequence", Long.toString(sequence));
        header(record, "ce_revision", Long.toString(revision));
        header(record, "ce_epoch", Long.toString(epoch));
        if (!entry.traceparent().isEmpty()) {
            header(record, "traceparent", entry.traceparent());
        }
        return record;
    }

    private static void header(ProducerRecord<String, byte[]> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Deletes what was published and moves the line. @return false when another replica leads */
    private boolean settle(
            Leadership leadership, Optional<StoredValue> stored, NumberLine line, List<StoredValue> batch)
            throws InterruptedException {
        NumberLine moved = line.advancedBy(batch.size());
        Transaction.Builder builder = Transaction.builder()
                .ifModRevision(keys.leader(), leadership.modRevision())
                .put(keys.line(), OutboxEntry.write(moved));
        stored.ifPresentOrElse(builder::ifUnchanged, () -> builder.ifAbsent(keys.line()));
        for (StoredValue value : batch) {
            builder.ifUnchanged(value).delete(value.key());
        }
        Transaction transaction = builder.build();
        for (int attempt = 0; attempt < MOST_REREADS; attempt++) {
            try {
                if (store.commit(transaction).committed()) {
                    return true;
                }
                // Refused: by another leader, or because an earlier attempt of ours went through after all.
                return isSettled(leadership, moved);
            } catch (OutcomeUnknown unknown) {
                LOG.warnf(unknown, "Whether %d events left the outbox is unknown, reading again", batch.size());
                if (isSettled(leadership, moved)) {
                    return true;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return false;
    }

    private boolean isSettled(Leadership leadership, NumberLine moved) {
        boolean leads = store.get(keys.leader())
                .filter(key -> key.modRevision() == leadership.modRevision())
                .isPresent();
        return leads
                && store.get(keys.line())
                        .map(value -> OutboxEntry.read(value.key(), value.value(), NumberLine.class))
                        .filter(moved::equals)
                        .isPresent();
    }

    private final class Waker implements WatchListener {
        @Override
        public void onChanges(List<Change> changes) {
            wake.release();
        }

        @Override
        public void onCompacted(long compactRevision) {
            watchBroken = true;
            wake.release();
        }

        @Override
        public void onFailed(Throwable cause) {
            LOG.warnf(
                    cause,
                    "The watch on the outbox of %s ended",
                    settings.family().source());
            watchBroken = true;
            wake.release();
        }
    }
}
