package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.keyservice.store.Changes.Made;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Vaults. Changes are as {@link Changes} makes them; reads are linearizable. */
@ApplicationScoped
public class VaultStore {
    private final KeyValueStore store;
    private final Outbox outbox;
    private final Changes<Vault> changes;
    private final Listings listings;

    public VaultStore(KeyValueStore store, StateRevision state, Outbox outbox) {
        this.store = store;
        this.outbox = outbox;
        this.changes = new Changes<>(
                store,
                state,
                outbox,
                "vault",
                VaultStore::asVault,
                Documents::write,
                vault -> vault.facts().compartmentId());
        this.listings = new Listings(store);
    }

    public Optional<Stored<Vault>> vault(VaultId id) {
        return store.get(Layout.vault(id)).map(VaultStore::asVault);
    }

    public List<Stored<Vault>> vaultsOf(CompartmentId compartment) {
        return listings
                .read(listings.ids(Layout.vaultsOf(compartment)).stream()
                        .map(id -> Layout.vault(new VaultId(id)))
                        .toList())
                .stream()
                .map(VaultStore::asVault)
                .toList();
    }

    /** The newest vault that is ACTIVE in the compartment, or else in the tenancy: where a key goes that names no vault. */
    public Optional<Stored<Vault>> defaultVault(CompartmentId compartment, TenancyId tenancy) {
        return newestActive(vaultsOf(compartment))
                .or(() -> newestActive(listings.all(Layout.VAULTS).stream()
                        .map(VaultStore::asVault)
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
        Made made = changes.make(
                Layout.vault(vault.id()),
                request,
                vault.id().value(),
                vault,
                () -> Transaction.builder()
                        .with(Compartments.open(vault.facts().compartmentId()))
                        .put(
                                Layout.vaultsOf(vault.facts().compartmentId())
                                        + vault.id().value(),
                                KeyStore.EMPTY)
                        .with(outbox.stage(event)));
        return switch (made) {
            case Made.Now now -> new Stored<>(vault, now.revision());
            case Made.Before before -> vault(new VaultId(before.result())).orElseThrow(ProblemException::notFound);
        };
    }

    /** See {@link Changes#change}. */
    public Changed<Vault> change(VaultId id, ChangeRequest request, Function<Vault, Step<Vault>> plan) {
        return changes.change(Layout.vault(id), request, plan);
    }

    /** See {@link Changes#changeIf}. */
    public Optional<Changed<Vault>> changeIf(VaultId id, Function<Vault, Optional<Step<Vault>>> plan) {
        return changes.changeIf(Layout.vault(id), plan);
    }

    /** Lets a transaction commit only while the vault is as it was read. */
    public static Consumer<Transaction.Builder> unchanged(Stored<Vault> vault) {
        return transaction ->
                transaction.ifModRevision(Layout.vault(vault.value().id()), vault.modRevision());
    }

    /** Lists the vault in another compartment. */
    public static Consumer<Transaction.Builder> move(VaultId id, CompartmentId from, CompartmentId to) {
        return transaction -> transaction
                .with(Compartments.open(to))
                .delete(Layout.vaultsOf(from) + id.value())
                .put(Layout.vaultsOf(to) + id.value(), KeyStore.EMPTY);
    }

    /** Marks the vault as one whose keys are on their way: whoever comes after a crash finds it. */
    public static Consumer<Transaction.Builder> putUnfinished(VaultId id) {
        return transaction -> transaction.put(Layout.UNFINISHED_VAULTS + id.value(), KeyStore.EMPTY);
    }

    public static Consumer<Transaction.Builder> removeUnfinished(VaultId id) {
        return transaction -> transaction.delete(Layout.UNFINISHED_VAULTS + id.value());
    }

    /** Vaults whose keys are on their way. */
    public List<VaultId> unfinished() {
        return listings.ids(Layout.UNFINISHED_VAULTS).stream().map(VaultId::new).toList();
    }

    private static Stored<Vault> asVault(StoredValue value) {
        return new Stored<>(Documents.vault(value.value()), value.modRevision());
    }
}
