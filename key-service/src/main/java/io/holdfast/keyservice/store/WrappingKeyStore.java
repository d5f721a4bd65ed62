package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** The wrapping keys of tenancies, each written once; after that only its seal changes, see {@link SealedStore}. */
@ApplicationScoped
public class WrappingKeyStore {
    private final KeyValueStore store;

    public WrappingKeyStore(KeyValueStore store) {
        this.store = store;
    }

    /**
     * @param stored the private half as the software vault sealed it
     * @param publicKey as PEM
     */
    public record WrappingKey(KeyId id, KeyVersionId version, Bytes stored, String publicKey, Instant timeCreated) {
        WrappingKey with(Bytes newlyStored) {
            return new WrappingKey(id, version, newlyStored, publicKey, timeCreated);
        }
    }

    public Optional<WrappingKey> find(TenancyId tenancy) {
        return store.get(Layout.wrappingKey(tenancy)).map(StoredValue::value).map(Documents::wrappingKey);
    }

    /**
     * Records it if there is none yet, and answers the one that is recorded.
     *
     * @param alongside further writes of the same transaction
     */
    public WrappingKey recordFirst(TenancyId tenancy, WrappingKey key, Consumer<Transaction.Builder> alongside) {
        String at = Layout.wrappingKey(tenancy);
        // Whatever became of the transaction, the record that is there now counts.
        store.commit(Transaction.builder()
                .ifAbsent(at)
                .put(at, Documents.write(key))
                .with(alongside)
                .build());
        return find(tenancy).orElseThrow();
    }
}
