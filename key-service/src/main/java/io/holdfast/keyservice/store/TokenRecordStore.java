package io.holdfast.keyservice.store;

import io.holdfast.events.Family;
import io.holdfast.events.IdentityEvent;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.outbox.OutboxConfig;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Puts on record that a token was made. It changes nothing that a decision rests on, so the state revision stays. */
@ApplicationScoped
public class TokenRecordStore {
    private static final int ATTEMPTS = 10;

    private final Records records;

    public TokenRecordStore(KeyValueStore store, Outbox outbox, OutboxConfig config) {
        this.records = new Records(
                store, outbox, config, Family.IDENTITY, "The audit trail takes no records now; try again later.");
    }

    /**
     * On record when this returns.
     *
     * @throws ProblemException TOO_MANY_REQUESTS while too many records wait
     */
    public void record(IdentityEvent.ClusterTokenIssued issued) {
        records.add(issued);
    }

    /**
     * On record when this returns, and allowed at that moment.
     *
     * @param right of who asks, as {@code Identity.rightOfRequest} gives it: asked for again each time a race was lost
     * @throws ProblemException what the right's loss is answered with, TOO_MANY_REQUESTS while too many records wait or identity
     *     keeps changing
     */
    public void record(
            IdentityEvent.ResourcePrincipalTokenIssued issued, Supplier<Consumer<Transaction.Builder>> right) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (records.add(issued, right.get())) {
                return;
            }
        }
        throw new ProblemException(
                ProblemCode.TOO_MANY_REQUESTS, "Too many changes of identity at the same time; try again later.");
    }
}
