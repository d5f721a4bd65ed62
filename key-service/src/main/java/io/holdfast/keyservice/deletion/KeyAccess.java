package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.Changed;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
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
import org.jspecify.annotations.Nullable;

/**
 * Takes the use of a key away and gives it back.
 *
 * <p>{@link #disable} and {@link #scheduleDeletion} return only when access has ended everywhere: first the change is
 * committed, then the opened material of this process is dropped, then the barrier waits for every access session.
 */
@ApplicationScoped
public class KeyAccess {
    private final KeyStore store;
    private final VaultStore vaults;
    private final DeletionWindow window;
    private final KeyAccessEnd end;
    private final KeyDependents dependents;
    private final Vaults adapters;

    public KeyAccess(
            KeyStore store,
            VaultStore vaults,
            DeletionWindow window,
            KeyAccessEnd end,
            KeyDependents dependents,
            Vaults adapters) {
        this.adapters = adapters;
        this.dependents = dependents;
        this.store = store;
        this.vaults = vaults;
        this.window = window;
        this.end = end;
    }

    /**
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is not ENABLED
     */
    public Stored<MasterKey> disable(KeyId id, ChangeRequest request) {
        return ended(store.change(id, request, seen -> {
            adapters.requireLedHere(seen.facts().vaultId());
            return switch (seen) {
                case MasterKey.Enabled enabled ->
                    new Step<>(
                            enabled.disable(),
                            new KeyEvent.KeyDisabled(id, request.caller().id()),
                            id.value());
                case MasterKey.Disabled other -> throw conflict(other, "only an ENABLED key can be disabled");
                case MasterKey.PendingDeletion other -> throw conflict(other, "only an ENABLED key can be disabled");
                case MasterKey.Deleted other -> throw conflict(other, "only an ENABLED key can be disabled");
            };
        }));
    }

    /**
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is not DISABLED
     */
    public Stored<MasterKey> enable(KeyId id, ChangeRequest request) {
        return store.change(id, request, seen -> {
                    adapters.requireLedHere(seen.facts().vaultId());
                    return switch (seen) {
                        case MasterKey.Disabled disabled ->
                            new Step<>(
                                    disabled.enable(),
                                    new KeyEvent.KeyEnabled(id, request.caller().id()),
                                    id.value());
                        case MasterKey.Enabled other -> throw conflict(other, "only a DISABLED key can be enabled");
                        case MasterKey.PendingDeletion other -> throw conflict(other, "cancel its deletion first");
                        case MasterKey.Deleted other -> throw conflict(other, "its material is gone for good");
                    };
                })
                .stored();
    }

    /**
     * @param requested when it is to be deleted; null for the latest that the window allows
     * @param force although clusters are bound to it
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER when the time is outside the
     *     window, CONFLICT when a deletion is already scheduled or done, or clusters are bound to the key
     */
    public Stored<MasterKey> scheduleDeletion(
            KeyId id, @Nullable Instant requested, boolean force, ChangeRequest request) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Instant time = window.timeOfDeletion(now, requested);
        return ended(store.change(id, request, seen -> {
            adapters.requireLedHere(seen.facts().vaultId());
            return switch (seen) {
                case MasterKey.Kept kept ->
                    new Step<>(
                            kept.scheduleDeletion(time),
                            new KeyEvent.KeyScheduledForDeletion(
                                    id, time, request.caller().id()),
                            id.value(),
                            dependents
                                    .requireUnbound(List.of(kept), force)
                                    .andThen(DueDeletions.put(new DueKey(id, time, now))));
                case MasterKey.PendingDeletion other ->
                    throw conflict(other, "its deletion is already scheduled for " + other.timeOfDeletion());
                case MasterKey.Deleted other -> throw conflict(other, "its material is gone for good");
            };
        }));
    }

    /**
     * Back to the state before; use comes back with each session's next Pong.
     *
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when no deletion is scheduled
     */
    public Stored<MasterKey> cancelDeletion(KeyId id, ChangeRequest request) {
        return store.change(id, request, seen -> {
                    adapters.requireLedHere(seen.facts().vaultId());
                    return switch (seen) {
                        case MasterKey.PendingDeletion pending -> {
                            Stored<Vault> vault = requireVaultKept(pending);
                            MasterKey.Kept restored = pending.cancelDeletion();
                            yield new Step<>(
                                    restored,
                                    new KeyEvent.KeyDeletionCancelled(
                                            id,
                                            restored.lifecycleState(),
                                            request.caller().id()),
                                    id.value(),
                                    DueDeletions.remove(id, pending.timeOfDeletion())
                                            .andThen(VaultStore.unchanged(vault)));
                        }
                        case MasterKey.Kept other -> throw conflict(other, "no deletion is scheduled");
                        case MasterKey.Deleted other -> throw conflict(other, "its material is gone for good");
                    };
                })
                .stored();
    }

    /** A key can't outlive its vault: only with the vault does it come back. */
    private Stored<Vault> requireVaultKept(MasterKey.PendingDeletion key) {
        return vaults.vault(key.facts().vaultId())
                .filter(vault -> vault.value() instanceof Vault.Active)
                .orElseThrow(() -> conflict(key, "its vault is to be deleted; cancel the deletion of the vault first"));
    }

    private Stored<MasterKey> ended(Changed<MasterKey> changed) {
        // A repeated request may find the key in use again; it waits for the barrier all the same.
        if (!(changed.value() instanceof MasterKey.Enabled)) {
            end.drop(changed.value().id(), changed.stateRevision());
        }
        end.await(changed.stateRevision());
        return changed.stored();
    }

    private static ProblemException conflict(MasterKey key, String why) {
        return new ProblemException(ProblemCode.CONFLICT, "The key is " + key.lifecycleState() + ": " + why + ".");
    }
}
