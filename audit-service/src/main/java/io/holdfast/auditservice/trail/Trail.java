package io.holdfast.auditservice.trail;

import io.holdfast.auditservice.domain.DeadLetter;
import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.domain.Finding;
import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.domain.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The record of what happened. Grows at its end and is never changed.
 *
 * <p>Every method fails with a StoreUnavailable of the store behind it when that does not answer in time; nothing has
 * happened then, except after {@link #record}, where the outcome may be unknown: the same call again is safe.
 */
public interface Trail {
    /** Most entries that one call gives. */
    int MOST_ENTRIES = 1001;

    /**
     * Puts an event on the trail and moves the mark of its source, in one transaction, if and only if the event lies
     * behind the mark. Whatever lies before it changes nothing. A gap or a new epoch becomes a finding in the same
     * transaction. Safe to call from several replicas at once: they take turns on the head of the chain.
     */
    Outcome record(Fact fact);

    /**
     * Moves the mark past an event that could not be decoded and so has no entry, if and only if it lies behind the mark. A
     * finding says which number is missing.
     */
    void passBy(String source, int partition, Place to);

    /** Where the trail stands on a source's line. */
    Place place(String source, int partition);

    /** Keeps a record that was set aside, if and only if it is not kept yet. */
    void keep(DeadLetter letter);

    /** Entries behind a position that fit, oldest first, at most {@link #MOST_ENTRIES}. */
    List<Entry> list(EventFilter filter, long after, int limit);

    /** The entry of an event. */
    Optional<Entry> find(String eventId);

    /** The hash at a position, empty where there is no entry. */
    Optional<Head> at(long position);

    /** How far the trail reaches, read in one instant. */
    Extent extent();

    /** The newest findings first, at most {@link #MOST_ENTRIES}. */
    List<Finding> findings(int limit);

    /** How many events per source and epoch came again under another number, and so have no entry of that number. */
    Map<SourceLine, Long> repeated();

    /** What became of an event. */
    sealed interface Outcome {
        /** It is on the trail now. */
        record Recorded(Entry entry, Optional<Finding> finding) implements Outcome {}

        /** It was on the trail, or lies before the mark; nothing changed. */
        record Known() implements Outcome {}

        /** It was on the trail under another number; the mark moved and the finding says so. */
        record Repeated(Finding finding) implements Outcome {}
    }

    /**
     * @param head as the store remembers it
     * @param beyond entries that lie behind that head, which no recording leaves
     */
    record Extent(Head head, long beyond, long findings, long deadLetters) {}

    /** One number line. */
    record SourceLine(String source, long epoch) implements Comparable<SourceLine> {
        @Override
        public int compareTo(SourceLine other) {
            int bySource = source.compareTo(other.source);
            return bySource != 0 ? bySource : Long.compare(epoch, other.epoch);
        }
    }
}
