package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.Changed;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Due;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.DueDeletions.DueVersion;
import io.holdfast.keyservice.store.DueDeletions.Order;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Completes deletions whose time has come.
 *
 * <p>What is due stands in etcd, so a restart forgets nothing; each change is one compare-and-swap, so of many replicas one
 * deletes and one event tells it. The material goes in that transaction. (etcd's history and its backups keep what was there
 * until they are compacted and expire.)
 */
@ApplicationScoped
public class Completion {
    private static final Logger LOG = Logger.getLogger(Completion.class);
    private static final int AT_ONCE = 100;

    private final KeyStore store;
    private final VaultStore vaults;
    private final DueDeletions due;
    private final VaultDeletion vaultDeletion;
    private final OpenedMaterial opened;
    private final Destroyer destroyer;

    public Completion(
            KeyStore store,
            VaultStore vaults,
            DueDeletions due,
            VaultDeletion vaultDeletion,
            OpenedMaterial opened,
            Destroyer destroyer) {
        this.destroyer = destroyer;
        this.store = store;
        this.vaults = vaults;
        this.due = due;
        this.vaultDeletion = vaultDeletion;
        this.opened = opened;
    }

    /** Vaults whose keys a request is bringing after them, or a crash left half way. */
    List<VaultId> unfinishedVaults() {
        return vaults.unfinished();
    }

    /** Takes such a vault up. */
    void finish(VaultId id) {
        vaultDeletion.finish(id, id.value());
    }

    /** What is due, the earliest first. */
    List<Due> due(Instant now) {
        return due.until(now, AT_ONCE);
    }

    /** Deletes it if it is still to be deleted. Answers whether this call did. */
    boolean complete(Due each, Instant now) {
        return switch (each) {
            case DueKey key -> deleteKey(key.id(), now);
            case DueVersion version -> deleteVersion(version, now);
            case DueVault vault -> deleteVault(vault, now);
        };
    }

    private boolean deleteKey(KeyId id, Instant now) {
        Optional<Changed<MasterKey>> changed = store.changeIf(id, seen -> switch (seen) {
            case MasterKey.PendingDeletion pending ->
                pending.timeOfDeletion().isAfter(now)
                        ? Optional.<Step<MasterKey>>empty()
                        : whileVaultGoes(pending)
                                .map(going -> new Step<>(
                                        pending.complete(),
                                        new KeyEvent.KeyDeleted(id),
                                        id.value(),
                                        wipe(id, pending.facts(), now)
                                                .andThen(DueDeletions.remove(id, pending.timeOfDeletion()))
                                                .andThen(going)));
            // Another replica was first, or the deletion was cancelled.
            case MasterKey.Kept kept -> Optional.<Step<MasterKey>>empty();
            case MasterKey.Deleted gone -> Optional.<Step<MasterKey>>empty();
        });
        changed.ifPresent(done -> {
            opened.end(id, done.stateRevision());
            LOG.infov("Deleted a master key with all its versions. key={0}", id.value());
        });
        return changed.isPresent();
    }

    /**
     * What lets the deletion of a key that goes with its vault commit only while that is to be deleted; empty when it is not:
     * then the key is about to come back with it.
     */
    private Optional<Consumer<Transaction.Builder>> whileVaultGoes(MasterKey.PendingDeletion key) {
        return key.withVault()
                ? vaults.vault(key.facts().vaultId())
                        .filter(vault -> vault.value() instanceof Vault.PendingDeletion)
                        .map(VaultStore::unchanged)
                : Optional.of(nothing -> {});
    }

    private Consumer<Transaction.Builder> wipe(KeyId id, MasterKey.Facts facts, Instant now) {
        List<KeyVersion> live = store.liveVersionsOf(id);
        return KeyStore.wipe(live)
                .andThen(destroyer.destroy(
                        id.value(), facts, live.stream().map(KeyVersion::id).toList(), now));
    }

    private boolean deleteVersion(DueVersion each, Instant now) {
        Optional<Changed<MasterKey>> changed = store.changeIf(each.key(), seen -> {
            if (seen instanceof MasterKey.Deleted) {
                return Optional.empty();
            }
            return store.version(each.key(), each.id())
                    .map(Stored::value)
                    .flatMap(version -> version instanceof KeyVersion.PendingDeletion pending
                                    && !pending.timeOfDeletion().isAfter(now)
                            ? Optional.of(pending)
                            : Optional.<KeyVersion.PendingDeletion>empty())
                    .map(pending -> new Step<>(
                            seen.with(seen.facts().withoutOneVersion()),
                            new KeyEvent.KeyVersionDeleted(each.key(), each.id()),
                            each.id().value(),
                            KeyStore.putVersion(pending.complete())
                                    .andThen(KeyStore.wipe(List.of(pending)))
                                    .andThen(
                                            destroyer.destroy(each.id().value(), seen.facts(), List.of(each.id()), now))
                                    .andThen(DueDeletions.remove(each.id(), pending.timeOfDeletion()))));
        });
        changed.ifPresentOrElse(
                done -> {
                    opened.end(each.key(), done.stateRevision());
                    LOG.infov("Deleted a key version. version={0}", each.id().value());
                },
                () -> due.forgetIfGone(Order.HERE, each));
        return changed.isPresent();
    }

    private boolean deleteVault(DueVault each, Instant now) {
        List<Stored<MasterKey>> keys = store.keysIn(each.id());
        if (!keys.stream().allMatch(key -> key.value() instanceof MasterKey.Deleted)) {
            // Its keys are due as well and go first; one that outlived that is scheduled again.
            vaultDeletion.scheduleRest(each.id(), now);
            return false;
        }
        Optional<Changed<Vault>> changed = vaults.changeIf(
                each.id(),
                seen -> seen instanceof Vault.PendingDeletion pending
                                && !pending.timeOfDeletion().isAfter(now)
                        ? Optional.of(new Step<>(
                                pending.complete(),
                                new KeyEvent.VaultDeleted(each.id()),
                                each.id().value(),
                                DueDeletions.remove(each.id(), pending.timeOfDeletion())))
                        : Optional.empty());
        changed.ifPresent(
                done -> LOG.infov("Deleted a vault. vault={0}", each.id().value()));
        return changed.isPresent();
    }
}
