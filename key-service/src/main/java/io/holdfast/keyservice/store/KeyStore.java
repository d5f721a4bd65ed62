package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.platform.http.RetryTokens.Attempt;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.platform.store.WatchListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Vaults, master keys, their versions and their sealed material.
 *
 * <p>Every change is one transaction: what was read is compared, the state revision is raised, and the event is staged
 * beside it. Reads are linearizable.
 */
@ApplicationScoped
public class KeyStore {
    /** The most vaults or keys that a listing gathers; a compartment with more is answered with a refusal, not a part. */
    public static final int MAX_LISTED = 10_000;

    private static final int ATTEMPTS = 8;
    private static final int READS_PER_TRANSACTION = 100;

    private final KeyValueStore store;
    private final StateRevision state;
    private final Outbox outbox;

    public KeyStore(KeyValueStore store, StateRevision state, Outbox outbox) {
        this.store = store;
        this.state = state;
        this.outbox = outbox;
    }

    /**
     * One step of a key.
     *
     * @param next the key after it
     * @param result what a repeated request with the same retry token is told
     * @param also further writes of the same transaction
     */
    public record Step(MasterKey next, DomainEvent event, String result, Consumer<Transaction.Builder> also) {
        public Step(MasterKey next, DomainEvent event) {
            this(next, event, next.id().value(), nothing -> {});
        }
    }

    /**
     * @param stateRevision the state revision that the change raised, or a later one
     * @param replayed the result of the earlier request with the same retry token, when there was one
     */
    public record Changed(Stored<MasterKey> key, long stateRevision, Optional<String> replayed) {}

    public Optional<Stored<Vault>> vault(VaultId id) {
        return store.get(Layout.vault(id)).map(KeyStore::asVault);
    }

    public List<Stored<Vault>> vaultsOf(CompartmentId compartment) {
        return read(ids(Layout.vaultsOf(compartment)).stream()
                        .map(id -> Layout.vault(new VaultId(id)))
                        .toList())
                .stream()
                .map(KeyStore::asVault)
                .toList();
    }

    /** The newest vault that is ACTIVE in the compartment, or else in the tenancy: where a key goes that names no vault. */
    public Optional<Stored<Vault>> defaultVault(CompartmentId compartment, TenancyId tenancy) {
        return newestActive(vaultsOf(compartment))
                .or(() -> newestActive(scanAll(Layout.VAULTS).stream()
                        .map(KeyStore::asVault)
                        .filter(vault -> vault.value().facts().tenancyId().equals(tenancy))
                        .toList()));
    }

    private static Optional<Stored<Vault>> newestActive(List<Stored<Vault>> vaults) {
        return vaults.stream()
                .filter(vault -> vault.value() instanceof Vault.Active)
                .max(Comparator.comparing(
                                (Stored<Vault> vault) -> vault.value().facts().timeCreated())
                        .thenComparing(vault -> vault.value().id().value()));
    }

    /** Creates the vault atomically with its event; a repeated request answers the vault of the first one. */
    public Stored<Vault> create(Vault.Active vault, DomainEvent event, ChangeRequest request) {
        String at = Layout.vault(vault.id());
        Made made = make(
                at,
                request,
                vault.id().value(),
                () -> Transaction.builder()
                        .ifAbsent(at)
                        .put(at, Documents.write(vault))
                        .put(
                                Layout.vaultsOf(vault.facts().compartmentId())
                                        + vault.id().value(),
                                EMPTY)
                        .with(state.raise())
                        .with(outbox.stage(event)));
        return switch (made) {
            case Made.Now now -> new Stored<>(vault, now.revision());
            case Made.Before before -> vault(new VaultId(before.result())).orElseThrow(ProblemException::notFound);
        };
    }

    public Optional<Stored<MasterKey>> key(KeyId id) {
        return store.get(Layout.key(id)).map(KeyStore::asKey);
    }

    public List<Stored<MasterKey>> keysOf(CompartmentId compartment) {
        return read(ids(Layout.keysOf(compartment)).stream()
                        .map(id -> Layout.key(new KeyId(id)))
                        .toList())
                .stream()
                .map(KeyStore::asKey)
                .toList();
    }

    /** Versions of a key, oldest first. */
    public List<Stored<KeyVersion>> versionsOf(KeyId key) {
        return scanAll(Layout.versionsOf(key)).stream()
                .map(value -> new Stored<>(Documents.version(value.value()), value.modRevision()))
                .sorted(Comparator.comparingLong(version -> version.value().number()))
                .toList();
    }

    public Optional<Stored<KeyVersion>> version(KeyId key, KeyVersionId version) {
        return store.get(Layout.version(key, version))
                .map(value -> new Stored<>(Documents.version(value.value()), value.modRevision()));
    }

    /**
     * The material of versions of a key, as the vault gave it. A version that the key never had is not in the answer; one
     * whose material was wiped is, with an empty optional.
     */
    public Map<KeyVersionId, Optional<Bytes>> material(KeyId key, List<KeyVersionId> versions) {
        List<String> wanted = new ArrayList<>();
        for (KeyVersionId version : versions) {
            wanted.add(Layout.version(key, version));
            wanted.add(Layout.material(version));
        }
        Map<String, Bytes> found = new HashMap<>();
        read(wanted).forEach(value -> found.put(value.key(), value.value()));
        Map<KeyVersionId, Optional<Bytes>> material = new HashMap<>();
        for (KeyVersionId version : versions) {
            if (found.containsKey(Layout.version(key, version))) {
                material.put(version, Optional.ofNullable(found.get(Layout.material(version))));
            }
        }
        return material;
    }

    /**
     * Creates the key with its first version, atomically, if and only if the vault has not changed since it was read. A
     * repeated request answers the key of the first one.
     *
     * @throws ProblemException CONFLICT when the vault has changed
     */
    public Stored<MasterKey> create(
            MasterKey.Enabled key,
            KeyVersion first,
            Bytes material,
            Stored<Vault> vault,
            DomainEvent event,
            ChangeRequest request) {
        String at = Layout.key(key.id());
        Made made = make(
                at,
                request,
                key.id().value(),
                () -> Transaction.builder()
                        .ifAbsent(at)
                        .ifModRevision(Layout.vault(vault.value().id()), vault.modRevision())
                        .put(at, Documents.write(key))
                        .put(
                                Layout.keysOf(key.facts().compartmentId())
                                        + key.id().value(),
                                EMPTY)
                        .with(putVersion(first, material))
                        .with(state.raise())
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
    public static Consumer<Transaction.Builder> wipe(List<Stored<KeyVersion>> versions) {
        return transaction -> versions.forEach(
                version -> transaction.delete(Layout.material(version.value().id())));
    }

    /** Enters the key in the order of deletions. */
    public static Consumer<Transaction.Builder> putDue(KeyId key, Instant time) {
        return transaction -> transaction.put(Layout.due(time, key), EMPTY);
    }

    public static Consumer<Transaction.Builder> removeDue(KeyId key, Instant time) {
        return transaction -> transaction.delete(Layout.due(time, key));
    }

    /** Keys whose time of deletion is not after {@code now}, the oldest first, at most {@code limit}. */
    public List<KeyId> due(Instant now, int limit) {
        return store.scan(Scan.of(Layout.DUE, limit)).values().stream()
                .filter(entry -> !Layout.timeOfDue(entry.key()).isAfter(now))
                .map(entry -> new KeyId(Layout.last(entry.key())))
                .toList();
    }

    /**
     * Changes a key atomically, if and only if it is still what {@code plan} was given. A lost race asks {@code plan} again
     * with the key as it is then, a bounded number of times. A repeated request changes nothing and answers the key as it
     * is.
     *
     * @param plan decides the step, or throws what the caller is told
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for an unknown key, NO_ETAG_MATCH, INVALIDATED_RETRY_TOKEN,
     *     CONFLICT when every race was lost
     */
    public Changed change(KeyId id, ChangeRequest request, Function<MasterKey, Step> plan) {
        return loop(id, request, key -> Optional.of(plan.apply(key))).orElseThrow();
    }

    /** As {@link #change}, for what nobody asked for; {@code plan} may answer that there is nothing to do. */
    public Optional<Changed> changeIf(KeyId id, Function<MasterKey, Optional<Step>> plan) {
        return loop(id, null, plan);
    }

    private Optional<Changed> loop(
            KeyId id, @Nullable ChangeRequest request, Function<MasterKey, Optional<Step>> plan) {
        String at = Layout.key(id);
        Optional<Bytes> maybeWritten = Optional.empty();
        long maybeOver = 0;
        for (int tries = 0; tries < ATTEMPTS; tries++) {
            StoredValue raw = store.get(at).orElseThrow(ProblemException::notFound);
            Stored<MasterKey> seen = asKey(raw);
            if (maybeWritten.filter(raw.value()::equals).isPresent() && raw.modRevision() > maybeOver) {
                // The transaction whose outcome was unknown has been applied.
                return Optional.of(new Changed(seen, seen.modRevision(), Optional.empty()));
            }
            Consumer<Transaction.Builder> remember = nothing -> {};
            Attempt attempt = request == null ? null : request.attempt().get();
            if (request != null && attempt != null) {
                if (attempt.replay().isPresent()) {
                    return Optional.of(new Changed(seen, seen.modRevision(), attempt.replay()));
                }
                seen.requireMatch(request.ifMatch());
            }
            Optional<Step> planned = plan.apply(seen.value());
            if (planned.isEmpty()) {
                return Optional.empty();
            }
            Step step = planned.get();
            if (attempt != null) {
                remember = attempt.record(step.result());
            }
            Bytes written = Documents.write(step.next());
            Transaction transaction = Transaction.builder()
                    .ifUnchanged(raw)
                    .put(at, written)
                    .with(step.also())
                    .with(remember)
                    .with(state.raise())
                    .with(outbox.stage(step.event()))
                    .build();
            try {
                TransactionResult result = store.commit(transaction);
                if (result.committed()) {
                    Stored<MasterKey> changed = new Stored<>(step.next(), result.revision());
                    return Optional.of(new Changed(changed, result.revision(), Optional.empty()));
                }
            } catch (OutcomeUnknown unknown) {
                maybeWritten = Optional.of(written);
                maybeOver = raw.modRevision();
            }
        }
        throw new ProblemException(
                ProblemCode.CONFLICT, "The key is being changed by others at the same time; try again.");
    }

    private sealed interface Made {
        record Now(long revision) implements Made {}

        record Before(String result) implements Made {}
    }

    private Made make(String at, ChangeRequest request, String id, Supplier<Transaction.Builder> writes) {
        for (int tries = 0; tries < 3; tries++) {
            // A refusal may come of the retry token's record: then the next look at the token finds it.
            Attempt attempt = request.attempt().get();
            if (attempt.replay().isPresent()) {
                return new Made.Before(attempt.replay().get());
            }
            try {
                TransactionResult result =
                        store.commit(writes.get().with(attempt.record(id)).build());
                if (result.committed()) {
                    return new Made.Now(result.revision());
                }
            } catch (OutcomeUnknown unknown) {
                // The id is fresh, so if the record is there it is this transaction's.
                Optional<StoredValue> made = store.get(at);
                if (made.isEmpty()) {
                    throw unknown;
                }
                return new Made.Now(made.get().createRevision());
            }
        }
        throw new ProblemException(ProblemCode.CONFLICT, "The vault was changed at the same time; try again.");
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

    private List<String> ids(String indexPrefix) {
        List<String> ids = new ArrayList<>();
        String after = "";
        while (true) {
            Page page = store.scan(new Scan(indexPrefix, after, Scan.MAX_LIMIT, 0, Scan.Order.KEY, true));
            page.values().forEach(value -> ids.add(Layout.last(value.key())));
            if (!page.more() || page.values().isEmpty()) {
                return ids;
            }
            requireListable(ids.size());
            after = page.values().getLast().key();
        }
    }

    private List<StoredValue> scanAll(String prefix) {
        List<StoredValue> values = new ArrayList<>();
        Scan scan = Scan.of(prefix, Scan.MAX_LIMIT);
        while (true) {
            Page page = store.scan(scan);
            values.addAll(page.values());
            if (!page.more() || page.values().isEmpty()) {
                return values;
            }
            requireListable(values.size());
            scan = scan.after(page.values().getLast().key());
        }
    }

    private static void requireListable(int soFar) {
        if (soFar >= MAX_LISTED) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED, "There are more than " + MAX_LISTED + " resources to list.");
        }
    }

    private List<StoredValue> read(List<String> keys) {
        List<StoredValue> found = new ArrayList<>(keys.size());
        for (int from = 0; from < keys.size(); from += READS_PER_TRANSACTION) {
            Transaction.Builder reads = Transaction.builder();
            keys.subList(from, Math.min(keys.size(), from + READS_PER_TRANSACTION))
                    .forEach(reads::read);
            found.addAll(store.commit(reads.build()).read());
        }
        return found;
    }

    private static Stored<Vault> asVault(StoredValue value) {
        return new Stored<>(Documents.vault(value.value()), value.modRevision());
    }

    static Stored<MasterKey> asKey(StoredValue value) {
        return new Stored<>(Documents.key(value.value()), value.modRevision());
    }

    static final Bytes EMPTY = Bytes.takeOwnershipOf(new byte[0]);
}
