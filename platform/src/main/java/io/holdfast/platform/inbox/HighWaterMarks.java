package io.holdfast.platform.inbox;

/** Where the consumer stands on each number line. Kept in the consumer's own store, with the effect where possible. */
public interface HighWaterMarks {

    /** The newest event applied; {@link Mark#NONE} before the first. */
    Mark read(String source, int partition);

    /** Moves the mark forward; called after the effect of the event is durable, if the effect has not moved it itself. */
    void advance(String source, int partition, Mark mark);

    /**
     * @param epoch of the newest event applied
     * @param sequence of the newest event applied
     */
    record Mark(long epoch, long sequence) {
        public static final Mark NONE = new Mark(0, 0);
    }
}
