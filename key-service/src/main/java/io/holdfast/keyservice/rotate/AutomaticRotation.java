package io.holdfast.keyservice.rotate;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.store.RotationIndex;
import io.holdfast.keyservice.vault.MaterialUnusable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
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

    /** Rotates what is due. */
    public void rotateDue(Instant now) {
        for (KeyId id : index.due(now, AT_ONCE)) {
            try {
                keys.rotateBySchedule(id, now);
            } catch (ProblemException | MaterialUnusable e) {
                LOG.warnv("A scheduled rotation failed. key={0} cause={1}", id.value(), e.getMessage());
                keys.rotationFailed(id, now, String.valueOf(e.getMessage()));
            }
        }
    }
}
