package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;

/** Every export of key material, for as long as the key's record stands. */
@ApplicationScoped
public class ExportStore {
    private final KeyValueStore store;
    private final Outbox outbox;
    private final Listings listings;

    public ExportStore(KeyValueStore store, Outbox outbox) {
        this.store = store;
        this.outbox = outbox;
        this.listings = new Listings(store);
    }

    /**
     * @param principal the OCID of who asked
     * @param recipientSha256 of the DER of the public key that it was wrapped for, in hex
     */
    public record Export(
            KeyVersionId version, String principal, String algorithm, String recipientSha256, Instant time) {}

    /**
     * Records an export with its event, if and only if the key, and the state revision where one is given, are still as
     * they were read.
     *
     * @param state the state revision before what was read beside the key
     * @param right of who exports, as {@link ChangeRequest#right} finds it
     * @return whether they were, and it is on record
     */
    public boolean record(
            Stored<MasterKey> key,
            OptionalLong state,
            Export export,
            DomainEvent event,
            Consumer<Transaction.Builder> right) {
        KeyId id = key.value().id();
        return store.commit(Transaction.builder()
                        .ifModRevision(Layout.key(id), key.modRevision())
                        .with(it -> state.ifPresent(revision -> it.with(StateRevision.still(revision))))
                        .put(Layout.export(id, export.time(), UUID.randomUUID()), Documents.write(export))
                        .with(outbox.stage(event))
                        .with(right)
                        .build())
                .committed();
    }

    /** The exports of a key, the oldest first. */
    public List<Export> of(KeyId key) {
        return listings.all(Layout.exportsOf(key)).stream()
                .map(StoredValue::value)
                .map(Documents::export)
                .toList();
    }
}
