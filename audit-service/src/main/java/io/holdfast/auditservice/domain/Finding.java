package io.holdfast.auditservice.domain;

import java.time.Instant;

/**
 * Something about a source that a reader of the trail must know.
 *
 * @param firstSequence of the numbers it is about
 * @param lastSequence of the numbers it is about
 * @param beforePosition the entry that it was found at
 */
public record Finding(
        Kind kind,
        String source,
        long epoch,
        long firstSequence,
        long lastSequence,
        long beforePosition,
        Instant foundAt) {

    /** What was found. */
    public enum Kind {
        /** These sequences of the source never reached the trail. */
        GAP,
        /** A new epoch began: the owner was restored from a backup. The sequences are the last before and the first after. */
        RESTORED,
        /** The event of this number could not be decoded: its bytes are with the dead letters. */
        SET_ASIDE,
        /** An event came with a new number under an id that is on the trail: recorded once, its new number is here. */
        REPEATED_ID
    }
}
