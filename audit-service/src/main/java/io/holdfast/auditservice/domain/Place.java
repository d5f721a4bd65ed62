package io.holdfast.auditservice.domain;

/**
 * Where the trail stands on a source's number line.
 *
 * @param epoch of the newest event recorded, 0 before the first
 * @param sequence of the newest event recorded, 0 before the first
 */
public record Place(long epoch, long sequence) {
    public static final Place NONE = new Place(0, 0);

    /** What an event with these numbers is, seen from here. */
    public Arrival judge(long nextEpoch, long nextSequence) {
        if (nextEpoch < epoch || (nextEpoch == epoch && nextSequence <= sequence)) {
            return new Arrival.Known();
        }
        if (nextEpoch > Math.max(epoch, 1)) {
            return new Arrival.Restored(epoch, sequence);
        }
        // The first epoch begins at 1, so a trail that starts later has missed something too.
        return nextSequence == sequence + 1 ? new Arrival.Following() : new Arrival.Gap(sequence + 1, nextSequence - 1);
    }

    /** What an arriving event is. */
    public sealed interface Arrival {
        /** A duplicate, or a replay of what is past: changes nothing. */
        record Known() implements Arrival {}

        /** The very next one. */
        record Following() implements Arrival {}

        /** Events are missing before it. */
        record Gap(long firstMissing, long lastMissing) implements Arrival {}

        /**
         * The owner's state was restored from a backup: its numbers start anew from wherever the backup stood, so what was
         * lost in between cannot be told from here.
         */
        record Restored(long fromEpoch, long fromSequence) implements Arrival {}
    }
}
