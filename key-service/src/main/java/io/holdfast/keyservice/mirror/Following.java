package io.holdfast.keyservice.mirror;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.vault.RemoteKeys.State;
import java.time.Instant;
import java.util.Optional;

/**
 * The next step that brings a key's record nearer to what its own vault says of it. Steps are the legal transitions of
 * {@link MasterKey} and tell of themselves by the events that a request would cause; several may be needed.
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
                    case MasterKey.Kept kept -> toBeDeleted(kept, timeOfDeletion.orElseGet(Instant::now), actor);
                    case MasterKey.PendingDeletion pending ->
                        Optional.of(new Move(pending.complete(), new KeyEvent.KeyDeleted(id), true));
                    case MasterKey.Deleted deleted -> Optional.empty();
                };
        };
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
