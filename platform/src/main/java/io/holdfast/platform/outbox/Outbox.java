package io.holdfast.platform.outbox;

import io.holdfast.events.DomainEvent;
import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;

/**
 * Writes events beside the state they speak of: both in one transaction, so that neither can be without the other.
 *
 * <p>Usage: {@code store.commit(Transaction.builder().ifUnchanged(seen).put(key, next).with(outbox.stage(event)).build())}.
 * Order on the number line is the order of commit, then the order given here. The running trace's context travels along.
 */
public interface Outbox {
    /** Adds the events to a transaction; they exist if and only if it commits. */
    Consumer<Transaction.Builder> stage(DomainEvent... events);
}
