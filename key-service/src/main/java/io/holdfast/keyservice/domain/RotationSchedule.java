package io.holdfast.keyservice.domain;

import io.holdfast.kernel.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * When a key is rotated by itself (OCI KMS, AutoKeyRotationDetails).
 *
 * @param intervalDays {@value #SHORTEST} to {@value #LONGEST}
 * @param start the day from which the interval counts, at 00:00 UTC
 * @param next when the next rotation is due
 * @param last what became of the last one
 */
public record RotationSchedule(int intervalDays, Instant start, Instant next, Optional<Outcome> last) {
    public static final int SHORTEST = 60;
    public static final int LONGEST = 365;

    private static final Duration AGAIN = Duration.ofHours(1);

    /**
     * How a scheduled rotation ended.
     *
     * @param time of the rotation, or of the attempt that failed
     * @param succeeded OCI's lastRotationStatus, SUCCESS or FAILED
     * @param message why it failed
     */
    public record Outcome(Instant time, boolean succeeded, Optional<String> message) {}

    /**
     * A new schedule: first due one interval after its start, or on the first day of its rhythm that is still to come.
     *
     * @param start any time of the day it starts; OCI ignores the time of day
     * @throws ProblemException INVALID_PARAMETER for an interval outside its bounds
     */
    public static RotationSchedule of(int intervalDays, Instant start, Instant now) {
        if (intervalDays < SHORTEST || intervalDays > LONGEST) {
            throw ProblemException.invalid(
                    "autoKeyRotationDetails.rotationIntervalInDays",
                    "must be " + SHORTEST + " to " + LONGEST + " (days)");
        }
        Instant day = start.truncatedTo(ChronoUnit.DAYS);
        Instant first = day.plus(Duration.ofDays(intervalDays));
        Instant next = first.isAfter(now) ? first : following(intervalDays, day, now);
        return new RotationSchedule(intervalDays, day, next, Optional.empty());
    }

    /**
     * The schedule after a change. What repeats it changes nothing, the next rotation included; what became of the last
     * rotation stays known.
     *
     * @param newStart as for {@link #of}
     * @throws ProblemException INVALID_PARAMETER for an interval outside its bounds
     */
    public RotationSchedule changed(int newIntervalDays, Instant newStart, Instant now) {
        RotationSchedule other = of(newIntervalDays, newStart, now);
        return other.intervalDays == intervalDays && other.start.equals(start)
                ? this
                : new RotationSchedule(other.intervalDays, other.start, other.next, last);
    }

    public boolean isDue(Instant now) {
        return !next.isAfter(now);
    }

    /** The schedule after a rotation: the next is due on the first day of its rhythm that is still to come. */
    public RotationSchedule rotated(Instant now) {
        return new RotationSchedule(
                intervalDays,
                start,
                following(intervalDays, start, now),
                Optional.of(new Outcome(now, true, Optional.empty())));
    }

    private static Instant following(int intervalDays, Instant start, Instant now) {
        long intervals = start.isAfter(now) ? 0 : Duration.between(start, now).toDays() / intervalDays + 1;
        return start.plus(Duration.ofDays(intervals * intervalDays));
    }

    /** The schedule after an attempt that failed: due again in an hour. */
    public RotationSchedule failed(Instant now, String why) {
        return new RotationSchedule(
                intervalDays, start, now.plus(AGAIN), Optional.of(new Outcome(now, false, Optional.of(why))));
    }
}
