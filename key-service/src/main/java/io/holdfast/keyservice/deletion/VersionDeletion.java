package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.Changed;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.DueVersion;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.usage.KeyDependents;
import io.holdfast.keyservice.vault.Vaults;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Schedules the deletion of single key versions, and cancels it. A version's record changes only in a transaction that
 * writes its key's record too, so whoever compares the key has compared its versions.
 */
@ApplicationScoped
public class VersionDeletion {
    private final KeyStore store;
    private final DeletionWindow window;
    private final KeyAccessEnd end;
    private final KeyDependents dependents;
    private final Vaults adapters;

    public VersionDeletion(
            KeyStore store, DeletionWindow window, KeyAccessEnd end, KeyDependents dependents, Vaults adapters) {
        this.adapters = adapters;
        this.dependents = dependents;
        this.store = store;
        this.window = window;
        this.end = end;
    }

    /** A version and its key, as they are after the change. */
    public record Result(Stored<KeyVersion> version, MasterKey key) {}

    /**
     * Returns when nothing opens under that version any more, anywhere.
     *
     * @param requested when it is to be deleted; null for the latest that the window allows
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER when the time is outside the
     *     window, CONFLICT for the key's current version, for a key that is itself to be deleted, for a version that Secrets
     *     stand under or may, and when its deletion is already scheduled or done
     */
    public Result scheduleDeletion(KeyId id, KeyVersionId version, @Nullable Instant requested, ChangeRequest request) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Instant time = window.timeOfDeletion(now, requested);
        // The condition is on the version's etag, not on its key's.
        Changed<MasterKey> changed = store.change(id, request.unconditional(), seen -> {
            MasterKey.Kept key = requireKept(seen);
            Stored<KeyVersion> stored = matching(id, version, request);
            if (key.facts().currentVersion().equals(version)) {
                throw conflict("it is the key's current version; rotate the key first");
            }
            return switch (stored.value()) {
                case KeyVersion.Enabled enabled -> {
                    // As it is no longer current, no fence moves back to it and nothing new comes under it.
                    dependents.requireUnused(id, version);
                    yield new Step<>(
                            key,
                            new KeyEvent.KeyVersionScheduledForDeletion(
                                    id, version, time, request.caller().id()),
                            version.value(),
                            KeyStore.putVersion(enabled.scheduleDeletion(time))
                                    .andThen(DueDeletions.put(new DueVersion(id, version, time, now))));
                }
                case KeyVersion.PendingDeletion pending ->
                    throw conflict("its deletion is already scheduled for " + pending.timeOfDeletion());
                case KeyVersion.Deleted gone -> throw conflict("its material is gone for good");
            };
        });
        end.drop(id, changed.stateRevision());
        end.await(changed.stateRevision());
        return result(changed, version);
    }

    /**
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when no deletion is scheduled, or the
     *     key is itself to be deleted
     */
    public Result cancelDeletion(KeyId id, KeyVersionId version, ChangeRequest request) {
        return result(
                store.change(id, request.unconditional(), seen -> {
                    MasterKey.Kept key = requireKept(seen);
                    return switch (matching(id, version, request).value()) {
                        case KeyVersion.PendingDeletion pending ->
                            new Step<>(
                                    key,
                                    new KeyEvent.KeyVersionDeletionCancelled(
                                            id, version, request.caller().id()),
                                    version.value(),
                                    KeyStore.putVersion(pending.cancelDeletion())
                                            .andThen(DueDeletions.remove(version, pending.timeOfDeletion())));
                        case KeyVersion.Enabled enabled -> throw conflict("no deletion is scheduled");
                        case KeyVersion.Deleted gone -> throw conflict("its material is gone for good");
                    };
                }),
                version);
    }

    private Result result(Changed<MasterKey> changed, KeyVersionId version) {
        return new Result(
                store.version(changed.value().id(), version).orElseThrow(ProblemException::notFound), changed.value());
    }

    private Stored<KeyVersion> matching(KeyId id, KeyVersionId version, ChangeRequest request) {
        Stored<KeyVersion> stored = store.version(id, version).orElseThrow(ProblemException::notFound);
        stored.requireMatch(request.ifMatch());
        return stored;
    }

    private MasterKey.Kept requireKept(MasterKey key) {
        adapters.requireLedHere(key.facts().vaultId());
        if (key instanceof MasterKey.Kept kept) {
            return kept;
        }
        throw conflict("its key is " + key.lifecycleState());
    }

    private static ProblemException conflict(String why) {
        return new ProblemException(ProblemCode.CONFLICT, "The key version can't be changed so: " + why + ".");
    }
}
