package io.holdfast.keyservice.rotate;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.store.RotationIndex;
import io.holdfast.keyservice.vault.MaterialUnusable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/** Rotates keys by their schedules. What became of it stands in the key's lastRotationStatus. */
@ApplicationScoped
public class AutomaticRotation {
    private static final Logger LOG = Logger.getLogger(AutomaticRotation.class);
    private static final int AT_ONCE = 100;

    private final RotationIndex index;
    private final Keys keys;

    public AutomaticRotation(RotationIndex index, Keys keys) {
        this.index = index;
        this.keys = keys;
    }

    /**
     * Rotates what is due.
     *
     * @param attempt runs what is named, and throws nothing: what fails in a way that is not a rotation's stays due
     */
    public void rotateDue(Instant now, BiConsumer<String, Runnable> attempt) {
        for (KeyId id : index.due(now, AT_ONCE)) {
            attempt.accept(id.value(), () -> rotate(id, now));
        }
    }

    private void rotate(KeyId id, Instant now) {
        try {
            keys.rotateBySchedule(id, now);
        } catch (ProblemException | MaterialUnusable e) {
            LOG.warnv("A scheduled rotation failed. key={0} cause={1}", id.value(), e.getMessage());
            keys.rotationFailed(id, now, String.valueOf(e.getMessage()));
        }
    }
}
