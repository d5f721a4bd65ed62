package io.holdfast.keyservice.store;

import io.holdfast.events.Family;
import io.holdfast.events.UseEvent;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.outbox.EtcdOutbox;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.outbox.OutboxConfig;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts uses of keys on record: each an event that waits in etcd until Kafka has it, and with that in the audit trail.
 *
 * <p>While Kafka is away they may not fill etcd, which the keys themselves need: from {@link #MOST_WAITING} on they are
 * refused, and with each the call that wanted it.
 */
@ApplicationScoped
public class UseStore {
    /** At 5 KiB an entry at most, 50 MiB of etcd. */
    static final long MOST_WAITING = 10_000;
    /** Counting costs a read; between two counts at most so many a replica slip past the bound. */
    private static final int COUNT_EVERY = 100;

    private final KeyValueStore store;
    private final Outbox outbox;
    private final String waiting;
    private final AtomicLong recorded = new AtomicLong();
    private volatile boolean full;

    public UseStore(KeyValueStore store, Outbox outbox, OutboxConfig config) {
        this.store = store;
        this.outbox = outbox;
        this.waiting = EtcdOutbox.entriesOf(config, Family.USES);
    }

    /**
     * On record when this returns.
     *
     * @throws ProblemException TOO_MANY_REQUESTS while too many records wait
     */
    public void record(UseEvent.KeyUsed use) {
        if (full || recorded.getAndIncrement() % COUNT_EVERY == 0) {
            full = store.count(waiting) >= MOST_WAITING;
        }
        if (full) {
            throw new ProblemException(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "The audit trail takes no records now; try again later, or without a loggingContext.");
        }
        var unused = store.commit(Transaction.builder().with(outbox.stage(use)).build());
    }
}
