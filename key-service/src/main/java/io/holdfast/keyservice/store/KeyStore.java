package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.keyservice.store.Changes.Made;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.WatchListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Master keys, their versions and their sealed material. Changes are as {@link Changes} makes them; reads are
 * linearizable.
 */
@ApplicationScoped
public class KeyStore {
    /** The most vaults or keys that a listing gathers; a compartment with more is answered with a refusal, not a part. */
    public static final int MAX_LISTED = 10_000;

    private final KeyValueStore store;
    private final Outbox outbox;
    private final Changes<MasterKey> changes;
    private final Listings listings;

    public KeyStore(KeyValueStore store, StateRevision state, Outbox outbox) {
        this.store = store;
        this.outbox = outbox;
        this.changes = new Changes<>(
                store,
                state,
                outbox,
                "key",
                KeyStore::asKey,
                Documents::write,
                key -> key.facts().compartmentId());
        this.listings = new Listings(store);
    }

    public Optional<Stored<MasterKey>> key(KeyId id) {
        return store.get(Layout.key(id)).map(KeyStore::asKey);
    }

    public List<Stored<MasterKey>> keysOf(CompartmentId compartment) {
        return keys(Layout.keysOf(compartment));
    }

    public List<Stored<MasterKey>> keysIn(VaultId vault) {
        return keys(Layout.keysIn(vault));
    }

    private List<Stored<MasterKey>> keys(String index) {
        return listings
                .read(listings.ids(index).stream()
                        .map(id -> Layout.key(new KeyId(id)))
                        .toList())
                .stream()
                .map(KeyStore::asKey)
                .toList();
    }

    /** Versions of a key, oldest first. */
    public List<Stored<KeyVersion>> versionsOf(KeyId key) {
        return listings.all(Layout.versionsOf(key)).stream()
                .map(KeyStore::asVersion)
                .sorted(Comparator.comparingLong(version -> version.value().number()))
                .toList();
    }

    /** Those that are not deleted: which have material. */
    public List<KeyVersion> liveVersionsOf(KeyId key) {
        return versionsOf(key).stream()
                .map(Stored::value)
                .filter(version -> !(version instanceof KeyVersion.Deleted))
                .toList();
    }

    public Optional<Stored<KeyVersion>> version(KeyId key, KeyVersionId version) {
        return store.get(Layout.version(key, version)).map(KeyStore::asVersion);
    }

    /**
     * A version and its material as the vault gave it.
     *
     * @param material empty when it was wiped, or lost
     */
    public record VersionMaterial(KeyVersion version, Optional<Bytes> material) {}

    /** Versions of a key with their material. A version that the key never had is not in the answer. */
    public Map<KeyVersionId, VersionMaterial> material(KeyId key, List<KeyVersionId> versions) {
        List<String> wanted = new ArrayList<>();
        for (KeyVersionId version : versions) {
            wanted.add(Layout.version(key, version));
            wanted.add(Layout.material(version));
        }
        Map<String, Bytes> found = new HashMap<>();
        listings.read(wanted).forEach(value -> found.put(value.key(), value.value()));
        Map<KeyVersionId, VersionMaterial> material = new HashMap<>();
        for (KeyVersionId version : versions) {
            @Nullable Bytes record = found.get(Layout.version(key, version));
            if (record != null) {
                material.put(
                        version,
                        new VersionMaterial(
                                Documents.version(record), Optional.ofNullable(found.get(Layout.material(version)))));
            }
        }
        return material;
    }

    /**
     * Creates the key with its first version, atomically, if and only if the vault has not changed since it was read. A
     * repeated request answers the key of the first one.
     *
     * @param also further writes of the same transaction
     * @throws ProblemException CONFLICT when the vault has changed
     */
    public Stored<MasterKey> create(
            MasterKey.Enabled key,
            KeyVersion first,
            Bytes material,
            Stored<Vault> vault,
            Consumer<Transaction.Builder> also,
            DomainEvent event,
            ChangeRequest request) {
        Made made = changes.make(
                Layout.key(key.id()),
                request,
                key.id().value(),
                key,
                () -> Transaction.builder()
                        .with(VaultStore.unchanged(vault))
                        .with(Compartments.open(key.facts().compartmentId()))
                        .put(
                                Layout.keysOf(key.facts().compartmentId())
                                        + key.id().value(),
                                EMPTY)
                        .put(Layout.keysIn(key.facts().vaultId()) + key.id().value(), EMPTY)
                        .with(putVersion(first, material))
                        .with(also)
                        .with(outbox.stage(event)));
        return switch (made) {
            case Made.Now now -> new Stored<>(key, now.revision());
            case Made.Before before -> key(new KeyId(before.result())).orElseThrow(ProblemException::notFound);
        };
    }

    /** The writes of a new version. */
    public static Consumer<Transaction.Builder> putVersion(KeyVersion version, Bytes material) {
        return transaction -> transaction
                .put(Layout.version(version.keyId(), version.id()), Documents.write(version))
                .put(Layout.material(version.id()), material);
    }

    /** The writes that end the material of versions for good. */
    public static Consumer<Transaction.Builder> wipe(List<KeyVersion> versions) {
        return transaction -> versions.forEach(version -> transaction.delete(Layout.material(version.id())));
    }

    /** The writes that change a version's record. */
    public static Consumer<Transaction.Builder> putVersion(KeyVersion version) {
        return transaction -> transaction.put(Layout.version(version.keyId(), version.id()), Documents.write(version));
    }

    /** Lists the key in another compartment. */
    public static Consumer<Transaction.Builder> move(KeyId id, CompartmentId from, CompartmentId to) {
        return transaction -> transaction
                .with(Compartments.open(to))
                .delete(Layout.keysOf(from) + id.value())
                .put(Layout.keysOf(to) + id.value(), EMPTY);
    }

    /** See {@link Changes#change}. */
    public Changed<MasterKey> change(KeyId id, ChangeRequest request, Function<MasterKey, Step<MasterKey>> plan) {
        return changes.change(Layout.key(id), request, plan);
    }

    /** See {@link Changes#changeIf}. */
    public Optional<Changed<MasterKey>> changeIf(KeyId id, Function<MasterKey, Optional<Step<MasterKey>>> plan) {
        return changes.changeIf(Layout.key(id), plan);
    }

    /** Follows every key from a revision on (inclusive), each with the revision of its change. */
    public KeyValueStore.Watch followKeys(long fromRevision, BiConsumer<Long, MasterKey> changed, Runnable ended) {
        return store.watch(Layout.KEYS, fromRevision, new WatchListener() {
            @Override
            public void onChanges(List<Change> changes) {
                for (Change change : changes) {
                    switch (change) {
                        case Change.Put put ->
                            changed.accept(put.revision(), asKey(put.current()).value());
                        case Change.Deleted deleted -> ended.run(); // keys are never removed: forget what is held
                    }
                }
            }

            @Override
            public void onCompacted(long compactRevision) {
                ended.run();
            }

            @Override
            public void onFailed(Throwable cause) {
                ended.run();
            }
        });
    }

    /** The store's revision now. */
    public long revision() {
        return store.revision();
    }

    static Stored<MasterKey> asKey(StoredValue value) {
        return new Stored<>(Documents.key(value.value()), value.modRevision());
    }

    private static Stored<KeyVersion> asVersion(StoredValue value) {
        return new Stored<>(Documents.version(value.value()), value.modRevision());
    }

    static final Bytes EMPTY = Bytes.takeOwnershipOf(new byte[0]);
}
