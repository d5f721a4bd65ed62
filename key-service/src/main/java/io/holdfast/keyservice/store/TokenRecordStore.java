package io.holdfast.keyservice.store;

import io.holdfast.events.Family;
import io.holdfast.events.IdentityEvent;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.outbox.OutboxConfig;
import io.holdfast.platform.store.KeyValueStore;
import jakarta.enterprise.context.ApplicationScoped;

/** Puts on record that a token was made. It changes nothing that a decision rests on, so the state revision stays. */
@ApplicationScoped
public class TokenRecordStore {
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
     * On record when this returns.
     *
     * @throws ProblemException TOO_MANY_REQUESTS while too many records wait
     */
    public void record(IdentityEvent.ResourcePrincipalTokenIssued issued) {
        records.add(issued);
    }
}
