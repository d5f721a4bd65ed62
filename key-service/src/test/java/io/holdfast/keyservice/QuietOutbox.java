package io.holdfast.keyservice;

import io.holdfast.events.DomainEvent;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;

/** An outbox whose events nobody gets, for tests of stores by themselves. */
public final class QuietOutbox implements Outbox {
    @Override
    public Consumer<Transaction.Builder> stage(DomainEvent... events) {
        return nothing -> {};
    }
}
