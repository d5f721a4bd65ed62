package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Which tenancies have been told that their deletions are held: so that each is told once, across restarts and replicas. */
@ApplicationScoped
public class HoldStore {
    private final KeyValueStore store;
    private final Outbox outbox;
    private final Listings listings;

    public HoldStore(KeyValueStore store, Outbox outbox) {
        this.store = store;
        this.outbox = outbox;
        this.listings = new Listings(store);
    }

    /** @param since the wall time that was seen when the doubt about it began */
    public record Hold(TenancyId tenancy, Instant since, StoredValue stored) {}

    /** Every hold that has been told and has not ended. */
    public List<Hold> all() {
        return listings.all(Layout.DELETIONS_HELD).stream().map(HoldStore::read).toList();
    }

    public Optional<Hold> of(TenancyId tenancy) {
        return store.get(Layout.deletionsHeld(tenancy)).map(HoldStore::read);
    }

    /**
     * Records a hold with its event, atomically, if and only if none is recorded for the tenancy and the heartbeat that the
     * clock is doubted against is still the newest.
     *
     * @return whether this call recorded it
     */
    public boolean begin(TenancyId tenancy, Instant since, StoredValue heartbeat, DomainEvent event) {
        String at = Layout.deletionsHeld(tenancy);
        return store.commit(Transaction.builder()
                        .ifAbsent(at)
                        .ifUnchanged(heartbeat)
                        .put(at, Bytes.takeOwnershipOf(since.toString().getBytes(StandardCharsets.US_ASCII)))
                        .with(outbox.stage(event))
                        .build())
                .committed();
    }

    /**
     * Ends a hold with its event, atomically, if and only if it is still as it was read.
     *
     * @return whether this call ended it
     */
    public boolean end(Hold hold, DomainEvent event) {
        return store.commit(Transaction.builder()
                        .ifUnchanged(hold.stored())
                        .delete(hold.stored().key())
                        .with(outbox.stage(event))
                        .build())
                .committed();
    }

    private static Hold read(StoredValue value) {
        return new Hold(
                new TenancyId(Layout.last(value.key())),
                Instant.parse(new String(value.value().toArray(), StandardCharsets.US_ASCII)),
                value);
    }
}
