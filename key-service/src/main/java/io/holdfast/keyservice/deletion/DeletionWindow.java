package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.KeysConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** When something may be deleted: OCI's 7 to 30 days from the request, as configured. */
@ApplicationScoped
public class DeletionWindow {
    private static final Duration SLACK = Duration.ofMinutes(1);

    private final Duration minimum;
    private final Duration maximum;

    public DeletionWindow(KeysConfig config) {
        this.minimum = config.deletion().minimumWindow();
        this.maximum = config.deletion().maximumWindow();
        if (minimum.isNegative() || minimum.isZero() || maximum.compareTo(minimum) < 0) {
            throw new IllegalArgumentException(
                    "holdfast.keys.deletion.minimum-window must be more than zero and not more"
                            + " than holdfast.keys.deletion.maximum-window");
        }
    }

    /**
     * @param requested null for the latest that the window allows
     * @throws ProblemException INVALID_PARAMETER when it is outside the window
     */
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
}
