package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.Family;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.outbox.EtcdOutbox;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.outbox.OutboxConfig;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Puts on record what changes no state: each an event that waits in etcd until Kafka has it, and with that in the audit trail.
 *
 * <p>While Kafka is away they may not fill etcd, which the keys themselves need: from {@link #MOST_WAITING} of their family on
 * they are refused, and with each the call that wanted it.
 */
final class Records {
    /** At 5 KiB an entry at most, 50 MiB of etcd. */
    static final long MOST_WAITING = 10_000;
    /** Counting costs a read; between two counts at most so many a replica slip past the bound. */
    private static final int COUNT_EVERY = 100;

    private final KeyValueStore store;
    private final Outbox outbox;
    private final String waiting;
    private final String refusal;
    private final AtomicLong recorded = new AtomicLong();
    private volatile boolean full;

    /** @param refusal a sentence for callers, while too many records wait */
    Records(KeyValueStore store, Outbox outbox, OutboxConfig config, Family family, String refusal) {
        this.store = store;
        this.outbox = outbox;
        this.waiting = EtcdOutbox.entriesOf(config, family);
        this.refusal = refusal;
    }

    /**
     * On record when this returns.
     *
     * @throws ProblemException TOO_MANY_REQUESTS while too many records wait
     */
    void add(DomainEvent event) {
        var unused = add(event, nothing -> {});
    }

    /**
     * As {@link #add(DomainEvent)}, if and only if something else holds in the same transaction.
     *
     * @return whether it did; nothing was recorded otherwise
     * @throws ProblemException TOO_MANY_REQUESTS while too many records wait
     */
    boolean add(DomainEvent event, Consumer<Transaction.Builder> ifHolds) {
        if (full || recorded.getAndIncrement() % COUNT_EVERY == 0) {
            full = store.count(waiting) >= MOST_WAITING;
        }
        if (full) {
            throw new ProblemException(ProblemCode.TOO_MANY_REQUESTS, refusal);
        }
        return store.commit(Transaction.builder()
                        .with(ifHolds)
                        .with(outbox.stage(event))
                        .build())
                .committed();
    }
}
