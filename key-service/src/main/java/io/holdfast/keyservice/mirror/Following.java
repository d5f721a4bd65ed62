package io.holdfast.keyservice.mirror;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.RemoteKeys.State;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The next step that brings the record of a key, or of one version, nearer to what its own vault says of it. Steps are the legal
 * transitions of {@link MasterKey} and {@link KeyVersion} and tell of themselves by the events that a request would cause; several may be needed.
 */
final class Following {
    private Following() {}

    /** @param also whether the key's material goes with this step */
    record Move(MasterKey next, DomainEvent event, boolean wipes) {
        private Move(MasterKey next, DomainEvent event) {
            this(next, event, false);
        }
    }

    /**
     * @param seen what is recorded
     * @param there how the key is in its vault
     * @param timeOfDeletion as its vault says; of a key that is to be deleted
     * @param actor whom the events name
     * @return empty when the record says what the vault says, or the vault has not decided yet
     */
    static Optional<Move> next(MasterKey seen, State there, Optional<Instant> timeOfDeletion, String actor) {
        KeyId id = seen.id();
        return switch (there) {
            case CHANGING -> Optional.empty();
            case ENABLED ->
                switch (seen) {
                    case MasterKey.Enabled enabled -> Optional.empty();
                    case MasterKey.Disabled disabled ->
                        Optional.of(new Move(disabled.enable(), new KeyEvent.KeyEnabled(id, actor)));
                    case MasterKey.PendingDeletion pending -> Optional.of(cancel(pending, actor));
                    case MasterKey.Deleted deleted -> Optional.empty();
                };
            case DISABLED ->
                switch (seen) {
                    case MasterKey.Enabled enabled ->
                        Optional.of(new Move(enabled.disable(), new KeyEvent.KeyDisabled(id, actor)));
                    case MasterKey.Disabled disabled -> Optional.empty();
                    // In one step: between two, the key would be ENABLED.
                    case MasterKey.PendingDeletion pending -> Optional.of(toDisabled(pending, actor));
                    case MasterKey.Deleted deleted -> Optional.empty();
                };
            case PENDING_DELETION -> timeOfDeletion.flatMap(time -> toBeDeleted(seen, time, actor));
            case DELETED ->
                switch (seen) {
                    case MasterKey.Kept kept -> toBeDeleted(kept, timeOfDeletion.orElseGet(Following::now), actor);
                    case MasterKey.PendingDeletion pending ->
                        Optional.of(new Move(pending.complete(), new KeyEvent.KeyDeleted(id), true));
                    case MasterKey.Deleted deleted -> Optional.empty();
                };
        };
    }

    /** @param wipes whether what is kept beside the version goes with this step */
    record VersionMove(KeyVersion next, DomainEvent event, boolean wipes) {}

    /**
     * The next step of one version's record, likewise.
     *
     * @return empty also for a version that is DISABLED there, as all of a disabled key are
     */
    static Optional<VersionMove> next(KeyVersion seen, RemoteKeys.Version there, String actor) {
        return switch (there.state()) {
            case CHANGING, DISABLED -> Optional.empty();
            case ENABLED ->
                seen instanceof KeyVersion.PendingDeletion pending
                        ? Optional.of(new VersionMove(
                                pending.cancelDeletion(),
                                new KeyEvent.KeyVersionDeletionCancelled(seen.keyId(), seen.id(), actor),
                                false))
                        : Optional.empty();
            case PENDING_DELETION -> toBeDeleted(seen, there.timeOfDeletion(), actor);
            case DELETED ->
                seen instanceof KeyVersion.PendingDeletion pending
                        ? Optional.of(new VersionMove(
                                pending.complete(), new KeyEvent.KeyVersionDeleted(seen.keyId(), seen.id()), true))
                        : toBeDeleted(seen, there.timeOfDeletion(), actor);
        };
    }

    private static Optional<VersionMove> toBeDeleted(KeyVersion seen, Optional<Instant> told, String actor) {
        return switch (seen) {
            // A time that is not told keeps nothing usable.
            case KeyVersion.Enabled enabled -> Optional.of(toBeDeleted(enabled, told.orElseGet(Following::now), actor));
            case KeyVersion.PendingDeletion pending ->
                told.filter(time -> !time.equals(pending.timeOfDeletion()))
                        .map(time -> toBeDeleted(pending.cancelDeletion(), time, actor));
            case KeyVersion.Deleted deleted -> Optional.empty();
        };
    }

    private static VersionMove toBeDeleted(KeyVersion.Enabled seen, Instant time, String actor) {
        return new VersionMove(
                seen.scheduleDeletion(time),
                new KeyEvent.KeyVersionScheduledForDeletion(seen.keyId(), seen.id(), time, actor),
                false);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Optional<Move> toBeDeleted(MasterKey seen, Instant time, String actor) {
        DomainEvent event = new KeyEvent.KeyScheduledForDeletion(seen.id(), time, actor);
        return switch (seen) {
            case MasterKey.Kept kept -> Optional.of(new Move(kept.scheduleDeletion(time), event));
            case MasterKey.PendingDeletion pending ->
                pending.timeOfDeletion().equals(time)
                        ? Optional.empty()
                        : Optional.of(new Move(pending.before().scheduleDeletion(time), event));
            case MasterKey.Deleted deleted -> Optional.empty();
        };
    }

    private static Move toDisabled(MasterKey.PendingDeletion pending, String actor) {
        MasterKey.Kept next =
                switch (pending.cancelDeletion()) {
                    case MasterKey.Enabled enabled -> enabled.disable();
                    case MasterKey.Disabled disabled -> disabled;
                };
        return new Move(next, new KeyEvent.KeyDeletionCancelled(pending.id(), next.lifecycleState(), actor));
    }

    private static Move cancel(MasterKey.PendingDeletion pending, String actor) {
        MasterKey.Kept restored = pending.cancelDeletion();
        return new Move(restored, new KeyEvent.KeyDeletionCancelled(pending.id(), restored.lifecycleState(), actor));
    }
}
