package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.Changed;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.usage.KeyDependents;
import io.holdfast.keyservice.vault.Vaults;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Schedules the deletion of vaults with all their keys, and cancels it (OCI KMS, scheduleVaultDeletion).
 *
 * <p>The vault's state comes first, in one transaction: from then on no key is made in it. Then its keys follow, one
 * transaction each, and last the vault's final state. After a crash in between, {@link #finish} takes it up again.
 */
@ApplicationScoped
public class VaultDeletion {
    private static final int ATTEMPTS = 8;

    private final VaultStore vaults;
    private final KeyStore keys;
    private final DeletionWindow window;
    private final KeyAccessEnd end;
    private final KeyDependents dependents;
    private final Vaults adapters;

    public VaultDeletion(
            VaultStore vaults,
            KeyStore keys,
            DeletionWindow window,
            KeyAccessEnd end,
            KeyDependents dependents,
            Vaults adapters) {
        this.adapters = adapters;
        this.dependents = dependents;
        this.vaults = vaults;
        this.keys = keys;
        this.window = window;
        this.end = end;
    }

    /**
     * Returns when access to every key of the vault has ended everywhere. Keys that were scheduled already keep their time.
     *
     * @param requested when it is to be deleted; null for the latest that the window allows
     * @param force although clusters are bound to keys in it
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER when the time is outside the
     *     window, CONFLICT when the vault is not ACTIVE, a key in it is scheduled for later, or clusters are
     *     bound to one
     */
    public Stored<Vault> scheduleDeletion(
            VaultId id, @Nullable Instant requested, boolean force, ChangeRequest request) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Instant time = window.timeOfDeletion(now, requested);
        Changed<Vault> begun = vaults.change(id, request, seen -> {
            adapters.requireLedHere(id);
            if (!(seen instanceof Vault.Active active)) {
                throw conflict(seen, "only an ACTIVE vault can be scheduled for deletion");
            }
            List<MasterKey> inside = keys.keysIn(id).stream().map(Stored::value).toList();
            requireNoneLater(inside, time);
            List<MasterKey> kept =
                    inside.stream().filter(MasterKey.Kept.class::isInstance).toList();
            return new Step<>(
                    active.scheduleDeletion(time),
                    new KeyEvent.VaultScheduledForDeletion(
                            id, time, request.caller().id()),
                    id.value(),
                    dependents
                            .requireUnbound(kept, force)
                            .andThen(VaultStore.putUnfinished(id))
                            .andThen(DueDeletions.put(new DueVault(id, time, now))));
        });
        finish(id, request.caller().id());
        // Whoever settled it, this request or a sweeper: the vault settles after the last of its keys.
        Stored<Vault> settled = vaults.vault(id).orElseThrow(ProblemException::notFound);
        end.await(Math.max(settled.modRevision(), begun.stateRevision()));
        return settled;
    }

    private static void requireNoneLater(List<MasterKey> inside, Instant time) {
        for (MasterKey key : inside) {
            if (key instanceof MasterKey.PendingDeletion pending
                    && pending.timeOfDeletion().isAfter(time)) {
                throw new ProblemException(
                        ProblemCode.CONFLICT,
                        "The key " + pending.id().value() + " is scheduled for deletion at " + pending.timeOfDeletion()
                                + ", later than the vault would be.");
            }
        }
    }

    /**
     * Vault and keys back to the states before; keys that were scheduled by themselves stay so.
     *
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when no deletion is scheduled
     */
    public Stored<Vault> cancelDeletion(VaultId id, ChangeRequest request) {
        vaults.change(id, request, seen -> {
            adapters.requireLedHere(id);
            if (!(seen instanceof Vault.PendingDeletion pending)) {
                throw conflict(seen, "only a vault that is PENDING_DELETION can be cancelled");
            }
            return new Step<>(
                    pending.cancelDeletion(),
                    new KeyEvent.VaultDeletionCancelled(id, request.caller().id()),
                    id.value(),
                    VaultStore.putUnfinished(id).andThen(DueDeletions.remove(id, pending.timeOfDeletion())));
        });
        finish(id, request.caller().id());
        return vaults.vault(id).orElseThrow(ProblemException::notFound);
    }

    /**
     * Brings the keys of a vault after it, and the vault to its final state. Idempotent. Nothing is done to a key once the
     * vault is another than it was when that began: then it is looked at anew.
     *
     * @param actor on whose behalf
     * @throws ProblemException CONFLICT when the vault is changed by others all the time; a sweep takes it up again
     */
    void finish(VaultId id, String actor) {
        for (int tries = 0; tries < ATTEMPTS; tries++) {
            Optional<Stored<Vault>> vault = vaults.vault(id);
            if (vault.isEmpty() || advance(vault.get(), actor)) {
                return;
            }
        }
        throw new ProblemException(
                ProblemCode.CONFLICT, "The vault is being changed by others at the same time; its keys follow soon.");
    }

    /** Whether the vault, which was as it is given, is in its final state now. */
    private boolean advance(Stored<Vault> vault, String actor) {
        return switch (vault.value()) {
            case Vault.SchedulingDeletion scheduling -> {
                schedule(vault, scheduling.timeOfDeletion(), actor);
                yield settle(vault, scheduling.scheduled());
            }
            case Vault.CancellingDeletion cancelling -> {
                restore(vault, actor);
                yield settle(vault, cancelling.cancelled());
            }
            case Vault.Active done -> true;
            case Vault.PendingDeletion done -> true;
            case Vault.Deleted done -> true;
        };
    }

    /** Whether this call did. */
    private boolean settle(Stored<Vault> vault, Vault next) {
        VaultId id = vault.value().id();
        return vaults.changeIf(
                        id,
                        seen -> whileUnchanged(
                                vault,
                                () -> new Step<>(next, Optional.empty(), id.value(), VaultStore.removeUnfinished(id))))
                .isPresent();
    }

    /** Schedules, with a vault that is due, every key of it that is neither scheduled nor deleted. */
    void scheduleRest(VaultId id, Instant now) {
        vaults.vault(id).ifPresent(vault -> {
            if (vault.value() instanceof Vault.PendingDeletion pending
                    && !pending.timeOfDeletion().isAfter(now)) {
                schedule(vault, pending.timeOfDeletion(), id.value());
            }
        });
    }

    private void schedule(Stored<Vault> vault, Instant time, String actor) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        for (Stored<MasterKey> key : keys.keysIn(vault.value().id())) {
            keys.changeIf(
                            key.value().id(),
                            seen -> seen instanceof MasterKey.Kept kept
                                    ? whileUnchanged(
                                            vault,
                                            () -> new Step<>(
                                                    kept.scheduleDeletionWithVault(time),
                                                    new KeyEvent.KeyScheduledForDeletion(seen.id(), time, actor),
                                                    seen.id().value(),
                                                    DueDeletions.put(new DueKey(seen.id(), time, now))))
                                    : Optional.empty())
                    .ifPresent(changed -> end.drop(changed.value().id(), changed.stateRevision()));
        }
    }

    private void restore(Stored<Vault> vault, String actor) {
        for (Stored<MasterKey> key : keys.keysIn(vault.value().id())) {
            keys.changeIf(
                    key.value().id(),
                    seen -> seen instanceof MasterKey.PendingDeletion pending && pending.withVault()
                            ? whileUnchanged(
                                    vault,
                                    () -> new Step<>(
                                            pending.cancelDeletion(),
                                            new KeyEvent.KeyDeletionCancelled(
                                                    seen.id(),
                                                    pending.cancelDeletion().lifecycleState(),
                                                    actor),
                                            seen.id().value(),
                                            DueDeletions.remove(seen.id(), pending.timeOfDeletion())))
                            : Optional.empty());
        }
    }

    /** The step, which commits only while the vault is as it was read; empty when it is another already. */
    private <T> Optional<Step<T>> whileUnchanged(Stored<Vault> vault, Supplier<Step<T>> step) {
        boolean unchanged = vaults.vault(vault.value().id())
                .filter(now -> now.modRevision() == vault.modRevision())
                .isPresent();
        return unchanged ? Optional.of(step.get().and(VaultStore.unchanged(vault))) : Optional.empty();
    }

    private static ProblemException conflict(Vault vault, String why) {
        return new ProblemException(ProblemCode.CONFLICT, "The vault is " + vault.lifecycleState() + ": " + why + ".");
    }
}
