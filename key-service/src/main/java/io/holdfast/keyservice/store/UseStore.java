package io.holdfast.keyservice.store;

import io.holdfast.events.Family;
import io.holdfast.events.UseEvent;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.outbox.OutboxConfig;
import io.holdfast.platform.store.KeyValueStore;
import jakarta.enterprise.context.ApplicationScoped;

/** Puts uses of keys on record, as many as there may be. */
@ApplicationScoped
public class UseStore {
    private final Records records;

    public UseStore(KeyValueStore store, Outbox outbox, OutboxConfig config) {
        this.records = new Records(
                store,
                outbox,
                config,
                Family.USES,
                "The audit trail takes no records now; try again later, or without a loggingContext.");
    }

    /**
     * On record when this returns.
     *
     * @throws ProblemException TOO_MANY_REQUESTS while too many records wait
     */
    public void record(UseEvent.KeyUsed use) {
        records.add(use);
    }
}
