package io.holdfast.platform.inbox;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.UndecodableEvent;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.HighWaterMarks.Mark;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The idempotent consumer of one topic: each event has its effect once, in order, however often it is delivered.
 *
 * <p>An event at or below the mark of its (source, partition), or of a lower epoch, is dropped. A higher epoch or a hole in
 * the numbers calls the {@link GapHandler} first. A failure blocks the partition and is tried again with a growing pause, for
 * as long as it takes. Only what cannot be decoded is passed by, into the dead letters.
 *
 * <p>Usage, one method per channel; ordered and blocking, so that one message is under way at a time:
 *
 * <pre>
 * {@literal @}Incoming("keys") {@literal @}Blocking
 * void onKeyEvent(ConsumerRecord&lt;String, byte[]&gt; record) { inbox.receive(record); }
 * </pre>
 */
public final class Inbox implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Inbox.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final HighWaterMarks marks;
    private final EventHandler handler;
    private final GapHandler gaps;
    private final DeadLetters deadLetters;
    private final boolean onePartition;
    private final TimeSource time;
    private final EventCodec codec = new EventCodec();
    private final Counter applied;
    private final Counter duplicates;
    private final Counter deadLettered;
    private final Gauge lag;
    private final Gauge blocked;
    private final MeterRegistry registry;
    private volatile double lagSeconds;
    private volatile int failing;
    private volatile boolean closing;

    /**
     * @param topic for the metrics
     * @param onePartition whether the topic has one partition, so that a hole in the numbers is a loss
     */
    public Inbox(
            String topic,
            boolean onePartition,
            HighWaterMarks marks,
            EventHandler handler,
            GapHandler gaps,
            DeadLetters deadLetters,
            TimeSource time,
            MeterRegistry registry) {
        this.marks = marks;
        this.handler = handler;
        this.gaps = gaps;
        this.deadLetters = deadLetters;
        this.onePartition = onePartition;
        this.time = time;
        this.registry = registry;
        Tags tags = Tags.of("topic", topic);
        this.applied = Counter.builder("holdfast.inbox.applied")
                .description("Events applied")
                .tags(tags)
                .register(registry);
        this.duplicates = Counter.builder("holdfast.inbox.duplicates")
                .description("Events dropped because they had been applied")
                .tags(tags)
                .register(registry);
        this.deadLettered = Counter.builder("holdfast.inbox.dead.lettered")
                .description("Records that were no event we know")
                .tags(tags)
                .register(registry);
        this.lag = Gauge.builder("holdfast.inbox.lag.seconds", this, inbox -> inbox.lagSeconds)
                .description("Age of the event applied last, when it was applied")
                .tags(tags)
                .register(registry);
        this.blocked = Gauge.builder("holdfast.inbox.blocked", this, inbox -> inbox.failing)
                .description("Failed attempts at the event under way, 0 when it goes well")
                .tags(tags)
                .register(registry);
    }

    /**
     * Takes one record to its end. Returns when its effect is durable, or it was dropped, or kept aside.
     *
     * @throws IllegalStateException when the inbox closes before that: do not acknowledge the record
     */
    public void receive(ConsumerRecord<String, byte[]> record) {
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), record, Headers.INSTANCE);
        Span span = GlobalOpenTelemetry.getTracer("io.holdfast.inbox")
                .spanBuilder(record.topic() + " process")
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(parent)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.destination.name", record.topic())
                .setAttribute("messaging.kafka.offset", record.offset())
                .startSpan();
        try (Scope ignored = span.makeCurrent()) {
            process(record);
        } finally {
            span.end();
        }
    }

    private void process(ConsumerRecord<String, byte[]> record) {
        EventRecord attributes;
        try {
            attributes = EventRecord.of(record);
        } catch (UndecodableEvent undecodable) {
            keepAside(record, undecodable);
            return;
        }
        Mark next = new Mark(attributes.epoch(), attributes.sequence());
        Mark mark = untilDone(
                "the mark of " + attributes.source(), () -> marks.read(attributes.source(), record.partition()));
        if (!EtcdHighWaterMarks.isBehind(mark, next)) {
            duplicates.increment();
            return;
        }
        try {
            ReceivedEvent event = decode(record, attributes);
            if (isGap(mark, next)) {
                LOG.infof("Events between %s and %s of %s are missing", mark, next, attributes.source());
                untilDone("listing again", () -> {
                    gaps.onGap(mark, event);
                    return mark;
                });
            }
            untilDone("event " + attributes.type() + " " + attributes.id(), () -> {
                handler.apply(event);
                return mark;
            });
            applied.increment();
            lagSeconds = Duration.between(event.time(), time.wall()).toMillis() / 1000.0;
        } catch (UndecodableEvent undecodable) {
            keepAside(record, undecodable);
        }
        untilDone("the mark of " + attributes.source(), () -> {
            marks.advance(attributes.source(), record.partition(), next);
            return next;
        });
    }

    private ReceivedEvent decode(ConsumerRecord<String, byte[]> record, EventRecord attributes) {
        byte[] value = record.value();
        if (value == null) {
            throw new UndecodableEvent("no data");
        }
        DomainEvent data = codec.decode(attributes.type(), value);
        if (data.family() != EventRecord.ownerOf(record.topic())) {
            throw new UndecodableEvent("an event of another family than the topic's");
        }
        return new ReceivedEvent(
                attributes.id(),
                attributes.source(),
                attributes.type(),
                attributes.subject(),
                attributes.time(),
                attributes.sequence(),
                attributes.revision(),
                attributes.epoch(),
                attributes.traceparent(),
                record.topic(),
                record.partition(),
                record.offset(),
                data,
                new String(value, StandardCharsets.UTF_8));
    }

    private boolean isGap(Mark mark, Mark next) {
        boolean restored = mark.epoch() != 0 && next.epoch() > mark.epoch();
        return restored || (onePartition && next.sequence() != mark.sequence() + 1);
    }

    private void keepAside(ConsumerRecord<String, byte[]> record, UndecodableEvent reason) {
        LOG.warnf(
                "Record %s-%d@%d goes to the dead letters: %s",
                record.topic(), record.partition(), record.offset(), reason.getMessage());
        untilDone("a dead letter", () -> {
            deadLetters.keep(record, String.valueOf(reason.getMessage()));
            return true;
        });
        deadLettered.increment();
    }

    private interface Step<T> {
        T run() throws Exception;
    }

    private <T> T untilDone(String what, Step<T> step) {
        Duration pause = FIRST_PAUSE;
        try {
            while (!closing) {
                try {
                    T result = step.run();
                    failing = 0;
                    return result;
                } catch (UndecodableEvent | InterruptedException decided) {
                    throw decided;
                } catch (Exception failure) {
                    failing++;
                    LOG.warnf(failure, "The partition waits: %s failed, next attempt in %s", what, pause);
                }
                sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("the inbox closes");
    }

    private void sleep(Duration pause) throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        while (!closing && end - System.nanoTime() > 0) {
            TimeUnit.MILLISECONDS.sleep(Math.min(pause.toMillis(), 50));
        }
    }

    /** Lets a blocked event go, unacknowledged. */
    @Override
    public void close() {
        closing = true;
        registry.remove(lag);
        registry.remove(blocked);
    }

    private enum Headers implements TextMapGetter<ConsumerRecord<String, byte[]>> {
        INSTANCE;

        @Override
        public Iterable<String> keys(ConsumerRecord<String, byte[]> record) {
            return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable ConsumerRecord<String, byte[]> record, String name) {
            if (record == null || !name.equals("traceparent")) {
                return null;
            }
            var header = record.headers().lastHeader(name);
            return header == null || header.value() == null || header.value().length > 100
                    ? null
                    : new String(header.value(), StandardCharsets.US_ASCII);
        }
    }
}
