package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.KeyStore.Changed;
import io.holdfast.keyservice.store.KeyStore.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.vault.OpenedMaterial;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the use of a key away and gives it back.
 *
 * <p>{@link #disable} and {@link #scheduleDeletion} return only when access has ended everywhere: first the change is
 * committed, then the opened material of this process is dropped, then the barrier waits for every access session.
 */
@ApplicationScoped
public class KeyAccess {
    private static final Duration SLACK = Duration.ofMinutes(1);

    private final KeyStore store;
    private final AccessBarrier barrier;
    private final KeyUses uses;
    private final OpenedMaterial opened;
    private final Duration minimum;
    private final Duration maximum;

    public KeyAccess(KeyStore store, AccessBarrier barrier, KeyUses uses, OpenedMaterial opened, KeysConfig config) {
        this.uses = uses;
        this.store = store;
        this.barrier = barrier;
        this.opened = opened;
        this.minimum = config.deletion().minimumWindow();
        this.maximum = config.deletion().maximumWindow();
        if (minimum.isNegative() || minimum.isZero() || maximum.compareTo(minimum) < 0) {
            throw new IllegalArgumentException(
                    "holdfast.keys.deletion.minimum-window must be more than zero and not more"
                            + " than holdfast.keys.deletion.maximum-window");
        }
    }

    /**
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is not ENABLED
     */
    public Stored<MasterKey> disable(KeyId id, ChangeRequest request) {
        return ended(store.change(id, request, seen -> {
            return switch (seen) {
                case MasterKey.Enabled enabled ->
                    new Step(
                            enabled.disable(),
                            new KeyEvent.KeyDisabled(id, request.caller().id()));
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
                    return switch (seen) {
                        case MasterKey.Disabled disabled ->
                            new Step(
                                    disabled.enable(),
                                    new KeyEvent.KeyEnabled(id, request.caller().id()));
                        case MasterKey.Enabled other -> throw conflict(other, "only a DISABLED key can be enabled");
                        case MasterKey.PendingDeletion other -> throw conflict(other, "cancel its deletion first");
                        case MasterKey.Deleted other -> throw conflict(other, "its material is gone for good");
                    };
                })
                .key();
    }

    /**
     * @param requested when it is to be deleted; null for the latest that the window allows
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, INVALID_PARAMETER when the time is outside the
     *     window, CONFLICT when a deletion is already scheduled or done
     */
    public Stored<MasterKey> scheduleDeletion(KeyId id, @Nullable Instant requested, ChangeRequest request) {
        Instant time = timeOfDeletion(Instant.now(), requested);
        return ended(store.change(id, request, seen -> {
            return switch (seen) {
                case MasterKey.Kept kept ->
                    new Step(
                            kept.scheduleDeletion(time),
                            new KeyEvent.KeyScheduledForDeletion(
                                    id, time, request.caller().id()),
                            id.value(),
                            KeyStore.putDue(id, time));
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
                    return switch (seen) {
                        case MasterKey.PendingDeletion pending -> {
                            MasterKey.Kept restored = pending.cancelDeletion();
                            yield new Step(
                                    restored,
                                    new KeyEvent.KeyDeletionCancelled(
                                            id,
                                            restored.lifecycleState(),
                                            request.caller().id()),
                                    id.value(),
                                    KeyStore.removeDue(id, pending.timeOfDeletion()));
                        }
                        case MasterKey.Kept other -> throw conflict(other, "no deletion is scheduled");
                        case MasterKey.Deleted other -> throw conflict(other, "its material is gone for good");
                    };
                })
                .key();
    }

    private Stored<MasterKey> ended(Changed changed) {
        // A repeated request may find the key in use again; it waits for the barrier all the same.
        if (!(changed.key().value() instanceof MasterKey.Enabled)) {
            opened.end(changed.key().value().id(), changed.stateRevision());
        }
        barrier.awaitEnded(changed.stateRevision());
        uses.awaitEarlier();
        return changed.key();
    }

    Instant timeOfDeletion(Instant now, @Nullable Instant requested) {
        if (requested == null) {
            return now.plus(maximum).truncatedTo(ChronoUnit.MILLIS);
        }
        Instant time = requested.truncatedTo(ChronoUnit.MILLIS);
        // A client adds the shortest window to its own clock, and the request takes a while.
        Duration slack = minimum.dividedBy(10).compareTo(SLACK) < 0 ? minimum.dividedBy(10) : SLACK;
        if (time.isBefore(now.plus(minimum).minus(slack))
                || time.isAfter(now.plus(maximum).plus(slack))) {
            throw ProblemException.invalid(
                    "timeOfDeletion", "must be " + words(minimum) + " to " + words(maximum) + " from now");
        }
        return time;
    }

    private static String words(Duration window) {
        return window.toSeconds() % 86_400 == 0 && window.toDays() > 0 ? window.toDays() + " days" : window.toString();
    }

    private static ProblemException conflict(MasterKey key, String why) {
        return new ProblemException(ProblemCode.CONFLICT, "The key is " + key.lifecycleState() + ": " + why + ".");
    }
}
