package io.holdfast.platform.outbox;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.Family;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.Transaction;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Writes entries for the {@link OutboxRelay} of each owned family. Thread safe. */
public final class EtcdOutbox implements Outbox {
    /** Most events in one call. */
    public static final int MOST_EVENTS = 100;

    private final String prefix;
    private final Set<Family> families;
    private final TimeSource time;
    private final EventCodec codec = new EventCodec();
    /** Grows within this process, so that two stages of one transaction keep their order. */
    private final AtomicLong transactions;

    /**
     * @param prefix of the keys in etcd, without a slash at its end
     * @param families that this service owns; others are refused
     */
    public EtcdOutbox(String prefix, Set<Family> families, TimeSource time) {
        if (prefix.isEmpty() || prefix.endsWith("/")) {
            throw new IllegalArgumentException("outbox prefix '" + prefix + "'");
        }
        this.prefix = prefix;
        this.families = Set.copyOf(families);
        this.time = time;
        this.transactions = new AtomicLong(time.wall().toEpochMilli() << 20);
    }

    /** @throws IllegalArgumentException when there is none */
    static String prefixOf(OutboxConfig config) {
        return config.prefix()
                .orElseThrow(() -> new IllegalArgumentException("holdfast.outbox.prefix is required with families"));
    }

    /** The prefix under which the entries of a family wait in etcd. */
    public static String entriesOf(OutboxConfig config, Family family) {
        return new OutboxKeys(prefixOf(config), family).entries();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when an event is of a family that another service owns, or there are too many
     */
    @Override
    public Consumer<Transaction.Builder> stage(DomainEvent... events) {
        if (events.length > MOST_EVENTS) {
            throw new IllegalArgumentException(events.length + " events in one transaction");
        }
        String traceparent = traceparent();
        Map<String, Bytes> entries = new LinkedHashMap<>();
        String transaction = "%016x-%s".formatted(transactions.incrementAndGet(), UUID.randomUUID());
        for (int i = 0; i < events.length; i++) {
            DomainEvent event = events[i];
            if (!families.contains(event.family())) {
                throw new IllegalArgumentException(event.family() + " events belong to another service");
            }
            String type = EventCodec.typeOf(event);
            OutboxEntry entry = new OutboxEntry(
                    UUID.randomUUID().toString(),
                    type,
                    event.subject(),
                    time.wall(),
                    EventCodec.schemaOf(type),
                    traceparent,
                    OutboxEntry.tree(codec.encode(event)));
            entries.put(new OutboxKeys(prefix, event.family()).entry(transaction, i), entry.toBytes());
        }
        return builder -> entries.forEach((key, value) -> builder.ifAbsent(key).put(key, value));
    }

    private static String traceparent() {
        SpanContext context = Span.current().getSpanContext();
        return context.isValid()
                ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                        + context.getTraceFlags().asHex()
                : "";
    }
}
