package io.holdfast.platform.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.events.Family;
import io.holdfast.events.IdentityEvent;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.EtcdHighWaterMarks;
import io.holdfast.platform.inbox.HighWaterMarks.Mark;
import io.holdfast.platform.inbox.Inbox;
import io.holdfast.platform.inbox.ReceivedEvent;
import io.holdfast.platform.store.EtcdConfig;
import io.holdfast.platform.store.EtcdStore;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.EtcdServer;
import io.holdfast.testkit.KafkaBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The number line across real etcd and Kafka, with leaders that die or fall asleep at the worst moment. */
class RelayAndInboxTest {
    /** A leader that a busy machine stops for seconds leads on: its successor would publish a batch again. */
    private static final Duration LEADER_TERM = Duration.ofSeconds(10);

    private static final Family FAMILY = Family.KEYS;
    private static EtcdServer etcd;
    private static KafkaBroker kafka;
    private static KeyValueStore store;
    private final Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<OutboxRelay> relays = new ArrayList<>();
    private String prefix;
    private EtcdOutbox outbox;
    private long startOffset;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.start();
        kafka = KafkaBroker.start();
        store = EtcdStore.open(new EtcdConfig() {
            @Override
            public Optional<List<String>> endpoints() {
                return Optional.of(List.of(etcd.endpoint()));
            }

            @Override
            public Optional<String> user() {
                return Optional.empty();
            }

            @Override
            public Optional<Path> passwordFile() {
                return Optional.empty();
            }

            @Override
            public Duration requestTimeout() {
                return Duration.ofSeconds(5);
            }

            @Override
            public String probeKey() {
                return "/holdfast";
            }
        });
        new KafkaClients(connection(), 1, (short) 1).ensureTopic(FAMILY);
    }

    @AfterAll
    static void stop() {
        store.close();
        kafka.close();
        etcd.close();
    }

    private static Map<String, Object> connection() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    @BeforeEach
    void newLine() {
        prefix = "/holdfast/test/" + UUID.randomUUID();
        outbox = new EtcdOutbox(prefix, Set.of(FAMILY), TimeSource.system());
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            TopicPartition partition = new TopicPartition(FAMILY.topic(), 0);
            startOffset = consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    @AfterEach
    void stopRelays() {
        relays.forEach(OutboxRelay::close);
    }

    private OutboxRelay relay(KeyValueStore over) {
        OutboxRelay relay = new OutboxRelay(
                new OutboxRelay.Settings(FAMILY, prefix, 10, LEADER_TERM, Duration.ofSeconds(1)),
                over,
                new KafkaClients(connection(), 1, (short) 1),
                TimeSource.system(),
                registry);
        relays.add(relay);
        relay.start();
        return relay;
    }

    private KeyEvent.KeyDisabled event(int number) {
        return new KeyEvent.KeyDisabled(mint.key(mint.vault()), "actor-" + number);
    }

    private void stage(int number) {
        KeyEvent.KeyDisabled event = event(number);
        assertThat(store.commit(Transaction.builder()
                                .put(prefix + "/state", Bytes.copyOf(new byte[] {1}))
                                .with(outbox.stage(event))
                                .build())
                        .committed())
                .isTrue();
    }

    private static KafkaConsumer<String, byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(connection());
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private List<ConsumerRecord<String, byte[]>> published(int atLeast) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            TopicPartition partition = new TopicPartition(FAMILY.topic(), 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, startOffset);
            Await.atMostSeconds(20).until(atLeast + " records", () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= atLeast;
            });
            consumer.poll(Duration.ofMillis(300)).forEach(records::add);
        }
        return records;
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static List<Long> sequences(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream()
                .map(record -> Long.parseLong(header(record, "ce_sequence")))
                .toList();
    }

    private static void awaitLeader(OutboxRelay relay) {
        Await.atMostSeconds(20).until("a leader", () -> relay.state() == OutboxRelay.State.LEADING);
    }

    private void awaitEmpty() {
        Await.atMostSeconds(20).until("an empty outbox", () -> store.count(prefix + "/outbox/") == 0);
    }

    @Test
    void publishesInOrderOfCommitWithContiguousNumbers() {
        KeyEvent.KeyDisabled first = event(0);
        SpanContext span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        try (Scope ignored = Span.wrap(span).makeCurrent()) {
            store.commit(Transaction.builder()
                    .with(outbox.stage(first, event(1), event(2)))
                    .with(outbox.stage(event(3)))
                    .build());
        }
        OutboxRelay relay = relay(store);
        awaitLeader(relay);
        for (int i = 4; i < 30; i++) {
            stage(i);
        }

        List<ConsumerRecord<String, byte[]>> records = published(30);

        assertThat(sequences(records))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 30).boxed().toList());
        assertThat(records)
                .extracting(record -> new String(record.value(), StandardCharsets.UTF_8)
                        .replaceAll(".*\"actor\":\"([^\"]+)\".*", "$1"))
                .containsExactlyElementsOf(
                        IntStream.range(0, 30).mapToObj(i -> "actor-" + i).toList());
        ConsumerRecord<String, byte[]> one = records.get(0);
        assertThat(one.key()).isEqualTo(first.keyId().value());
        assertThat(header(one, "ce_specversion")).isEqualTo("1.0");
        assertThat(header(one, "ce_source")).isEqualTo("/holdfast/keys");
        assertThat(header(one, "ce_type")).isEqualTo("io.holdfast.KeyDisabled.v1");
        assertThat(header(one, "ce_epoch")).isEqualTo("1");
        assertThat(header(one, "content-type")).isEqualTo("application/json");
        assertThat(header(one, "traceparent")).isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        awaitEmpty();
        Await.atMostSeconds(20)
                .until(
                        "the counter",
                        () -> registry.get("holdfast.outbox.published")
                                        .counter()
                                        .count()
                                == 30);
        assertThat(relay.alive()).isTrue();
    }

    @Test
    void aTransactionThatIsRefusedPublishesNothing() {
        TransactionResult refused = store.commit(Transaction.builder()
                .ifPresent(prefix + "/nothing")
                .with(outbox.stage(event(1)))
                .build());

        assertThat(refused.committed()).isFalse();
        assertThat(store.count(prefix + "/outbox/")).isZero();
        assertThatThrownBy(() -> outbox.stage(new IdentityEvent.PolicyChanged(
                        mint.policy(), mint.compartment(), "p", "CREATED", List.of(), "a")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLeaderThatDiesBetweenKafkaAndEtcdRepeatsTheSameNumbersAndIds() {
        AtomicInteger deaths = new AtomicInteger();
        // The transaction that settles a batch never reaches etcd: the leader is gone right after Kafka's commit.
        KeyValueStore dying = over(store, transaction -> {
            if (transaction.writes().stream().anyMatch(w -> w instanceof Transaction.Write.Delete)) {
                deaths.incrementAndGet();
                throw new IllegalStateException("killed");
            }
            return transaction;
        });
        for (int i = 0; i < 5; i++) {
            stage(i);
        }
        OutboxRelay first = relay(dying);
        Await.atMostSeconds(20).until("the death of the first leader", () -> deaths.get() >= 1);
        first.close();
        stage(5);
        relay(store);
        awaitEmpty();

        List<ConsumerRecord<String, byte[]>> records = published(11);

        Map<Long, String> ids = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            String id = header(record, "ce_id");
            assertThat(ids.merge(Long.parseLong(header(record, "ce_sequence")), id, (a, b) -> a.equals(b) ? a : "?"))
                    .isEqualTo(id);
        }
        assertThat(ids.keySet()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void anUnknownOutcomeThatWasAppliedIsRecognised() {
        AtomicBoolean once = new AtomicBoolean();
        KeyValueStore doubtful = new Over(store) {
            @Override
            public TransactionResult commit(Transaction transaction) {
                TransactionResult result = super.commit(transaction);
                boolean settles = transaction.writes().stream().anyMatch(w -> w instanceof Transaction.Write.Delete);
                if (settles && once.compareAndSet(false, true)) {
                    throw new OutcomeUnknown("the answer was lost", null);
                }
                return result;
            }
        };
        for (int i = 0; i < 3; i++) {
            stage(i);
        }
        relay(doubtful);
        awaitEmpty();
        stage(3);
        awaitEmpty();

        assertThat(sequences(published(4))).containsExactly(1L, 2L, 3L, 4L);
        assertThat(once).isTrue();
    }

    @Test
    void aSleepingLeaderIsFencedByItsSuccessor() throws InterruptedException {
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch wakeUp = new CountDownLatch(1);
        AtomicBoolean once = new AtomicBoolean();
        KeyValueStore sleepy = new Over(store) {
            @Override
            public Optional<StoredValue> get(String key) {
                Optional<StoredValue> found = super.get(key);
                if (key.endsWith("/line/holdfast-keys") && once.compareAndSet(false, true)) {
                    asleep.countDown();
                    try {
                        wakeUp.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                return found;
            }
        };
        for (int i = 0; i < 3; i++) {
            stage(i);
        }
        OutboxRelay first = relay(sleepy);
        assertThat(asleep.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        // The first leader has read the entries and the line; now another takes over although its lease still lives.
        store.commit(
                Transaction.builder().delete(prefix + "/leader/holdfast-keys").build());
        OutboxRelay second = relay(store);
        awaitLeader(second);
        awaitEmpty();

        wakeUp.countDown();
        Await.atMostSeconds(20).until("the first stands by", () -> first.state() == OutboxRelay.State.STANDING_BY);
        stage(3);
        awaitEmpty();

        assertThat(sequences(published(4))).containsExactly(1L, 2L, 3L, 4L);
    }

    // ---- inbox ----

    private Inbox inbox(List<ReceivedEvent> seen, List<String> gaps, List<String> dead) {
        return new Inbox(
                FAMILY.topic(),
                true,
                new EtcdHighWaterMarks(store, prefix),
                seen::add,
                (mark, next) -> gaps.add(mark.sequence() + ">" + next.sequence()),
                (record, reason) -> dead.add(reason),
                TimeSource.system(),
                registry);
    }

    @Test
    void whatIsWrongIsNamedByItsKind() {
        OutboxRelay.Kafka away = new OutboxRelay.Kafka() {
            @Override
            public void ensureTopic(Family family) {
                throw new KafkaException("no broker");
            }

            @Override
            public Producer<String, byte[]> producer(Family family) {
                throw new KafkaException("no broker");
            }
        };
        KeyValueStore noEtcd = new Over(store) {
            @Override
            public Lease lease(Duration timeToLive) {
                throw new StoreUnavailable("lease grant: UNAVAILABLE", new IllegalStateException());
            }
        };
        assertThat(troubleOf(store, away)).isEqualTo(OutboxRelay.Trouble.KAFKA_UNREACHABLE);
        assertThat(troubleOf(noEtcd, away)).isEqualTo(OutboxRelay.Trouble.ETCD_UNREACHABLE);
    }

    private OutboxRelay.Trouble troubleOf(KeyValueStore over, OutboxRelay.Kafka kafka) {
        try (OutboxRelay relay = new OutboxRelay(
                new OutboxRelay.Settings(FAMILY, prefix, 10, LEADER_TERM, Duration.ofSeconds(1)),
                over,
                kafka,
                TimeSource.system(),
                registry)) {
            assertThat(relay.trouble()).isEmpty();
            relay.start();
            Await.atMostSeconds(20).until("trouble", () -> relay.trouble().isPresent());
            return relay.trouble().orElseThrow();
        }
    }

    @Test
    void duplicatesAndOldReplaysChangeNothing() {
        relay(store);
        for (int i = 0; i < 4; i++) {
            stage(i);
        }
        List<ConsumerRecord<String, byte[]>> records = published(4);
        List<ReceivedEvent> seen = new CopyOnWriteArrayList<>();
        List<String> gaps = new CopyOnWriteArrayList<>();
        List<String> dead = new CopyOnWriteArrayList<>();
        try (Inbox inbox = inbox(seen, gaps, dead)) {
            inbox.receive(records.get(0));
            inbox.receive(records.get(0));
            inbox.receive(records.get(1));
            inbox.receive(records.get(0));
            assertThat(seen).extracting(ReceivedEvent::sequence).containsExactly(1L, 2L);
            assertThat(gaps).isEmpty();

            // A hole: the third never came.
            inbox.receive(records.get(3));
            assertThat(gaps).containsExactly("2>4");
            inbox.receive(records.get(2));
            assertThat(seen).extracting(ReceivedEvent::sequence).containsExactly(1L, 2L, 4L);

            // A restored owner: a higher epoch counts anew, a lower one is history.
            inbox.receive(withHeader(withHeader(records.get(0), "ce_epoch", "2"), "ce_sequence", "3"));
            inbox.receive(withHeader(records.get(3), "ce_sequence", "9"));
            assertThat(seen).extracting(ReceivedEvent::epoch).containsExactly(1L, 1L, 1L, 2L);
            assertThat(gaps).hasSize(2);
        }
        assertThat(new EtcdHighWaterMarks(store, prefix).read(FAMILY.source(), 0))
                .isEqualTo(new Mark(2, 3));
        assertThat(registry.get("holdfast.inbox.duplicates").counter().count()).isEqualTo(4);
        assertThat(dead).isEmpty();
    }

    @Test
    void undecodableBytesGoAsideAndTheLineGoesOn() {
        relay(store);
        for (int i = 0; i < 3; i++) {
            stage(i);
        }
        List<ConsumerRecord<String, byte[]>> records = published(3);
        List<ReceivedEvent> seen = new CopyOnWriteArrayList<>();
        List<String> gaps = new CopyOnWriteArrayList<>();
        List<String> dead = new CopyOnWriteArrayList<>();
        try (Inbox inbox = inbox(seen, gaps, dead)) {
            inbox.receive(records.get(0));
            inbox.receive(withValue(records.get(1), "{\"no\":1}"));
            inbox.receive(records.get(2));
            inbox.receive(new ConsumerRecord<>(FAMILY.topic(), 0, 99, "k", new byte[] {1, 2}));
            inbox.receive(withHeader(records.get(2), "ce_source", "/holdfast/clusters"));
        }
        assertThat(seen).extracting(ReceivedEvent::sequence).containsExactly(1L, 3L);
        assertThat(gaps).isEmpty();
        assertThat(dead).hasSize(3);
    }

    @Test
    void aTransientFailureBlocksAndIsTriedAgain() {
        relay(store);
        stage(0);
        List<ConsumerRecord<String, byte[]>> records = published(1);
        AtomicInteger attempts = new AtomicInteger();
        try (Inbox inbox = new Inbox(
                FAMILY.topic(),
                true,
                new EtcdHighWaterMarks(store, prefix),
                event -> {
                    if (attempts.incrementAndGet() < 3) {
                        throw new java.io.IOException("not yet");
                    }
                },
                (mark, next) -> {},
                (record, reason) -> {},
                TimeSource.system(),
                registry)) {
            inbox.receive(records.get(0));
        }
        assertThat(attempts).hasValue(3);
        assertThat(registry.get("holdfast.inbox.applied").counter().count()).isEqualTo(1);
    }

    private static ConsumerRecord<String, byte[]> withHeader(
            ConsumerRecord<String, byte[]> record, String name, String value) {
        ConsumerRecord<String, byte[]> copy = withValue(record, new String(record.value(), StandardCharsets.UTF_8));
        copy.headers().remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
        return copy;
    }

    private static ConsumerRecord<String, byte[]> withValue(ConsumerRecord<String, byte[]> record, String value) {
        ConsumerRecord<String, byte[]> copy = new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.key(),
                value.getBytes(StandardCharsets.UTF_8));
        record.headers().forEach(header -> copy.headers().add(header));
        return copy;
    }

    private static KeyValueStore over(KeyValueStore store, UnaryOperator<Transaction> before) {
        return new Over(store) {
            @Override
            public TransactionResult commit(Transaction transaction) {
                return super.commit(before.apply(transaction));
            }
        };
    }

    /** The real store, with room for a fault. */
    private static class Over implements KeyValueStore {
        private final KeyValueStore real;

        Over(KeyValueStore real) {
            this.real = real;
        }

        @Override
        public Optional<StoredValue> get(String key) {
            return real.get(key);
        }

        @Override
        public Page scan(Scan scan) {
            return real.scan(scan);
        }

        @Override
        public long count(String of) {
            return real.count(of);
        }

        @Override
        public long revision() {
            return real.revision();
        }

        @Override
        public TransactionResult commit(Transaction transaction) {
            return real.commit(transaction);
        }

        @Override
        public Watch watch(String of, long fromRevision, WatchListener listener) {
            return real.watch(of, fromRevision, listener);
        }

        @Override
        public long expiringLease(Duration timeToLive) {
            return real.expiringLease(timeToLive);
        }

        @Override
        public Lease lease(Duration timeToLive) {
            return real.lease(timeToLive);
        }

        @Override
        public void close() {}
    }
}
