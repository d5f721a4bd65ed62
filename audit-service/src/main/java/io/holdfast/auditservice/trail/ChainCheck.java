package io.holdfast.auditservice.trail;

import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.trail.Trail.SourceLine;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chain from its start, entry by entry, and counts each source's line. Holds one head and one line per source,
 * however long the trail is. The first break stays the answer; counting goes on behind it.
 */
final class ChainCheck {
    private Head head = Head.GENESIS;
    private @Nullable Break firstBreak;
    private long entries;
    private final Map<SourceLine, Line> lines = new TreeMap<>();

    /** @param position of the entry that does not fit what is before it */
    record Break(long position, String reason) {}

    void accept(Entry entry) {
        entries++;
        if (entry.position() != head.position() + 1) {
            broken(head.position() + 1, "the entry is missing");
        } else if (!entry.previousHash().equals(head.hash())) {
            broken(entry.position(), "its previous hash is not the hash of the entry before it");
        } else if (!entry.hashHolds()) {
            broken(entry.position(), "its hash is not that of its fields");
        }
        head = entry.head();
        Fact fact = entry.fact();
        lines.computeIfAbsent(new SourceLine(fact.source(), fact.epoch()), line -> new Line(fact.sequence()))
                .accept(fact.sequence());
    }

    /** Compares the end with what was remembered of it. */
    void endsAt(Head remembered, String what) {
        if (remembered.position() > head.position()) {
            broken(head.position() + 1, "the trail ends before " + what + " at " + remembered.position());
        } else if (!remembered.equals(head)) {
            broken(remembered.position(), "the hash is not " + what);
        }
    }

    void broken(long position, String reason) {
        if (firstBreak == null) {
            firstBreak = new Break(position, reason);
        }
    }

    Optional<Break> firstBreak() {
        return Optional.ofNullable(firstBreak);
    }

    long entries() {
        return entries;
    }

    Head head() {
        return head;
    }

    Map<SourceLine, Line> lines() {
        return lines;
    }

    /** What the trail holds of one number line. */
    static final class Line {
        private final long first;
        private long last;
        private long count;
        private boolean ascending = true;

        Line(long first) {
            this.first = first;
            this.last = first - 1;
        }

        void accept(long sequence) {
            ascending &= sequence > last;
            last = Math.max(last, sequence);
            count++;
        }

        long first() {
            return first;
        }

        long last() {
            return last;
        }

        long count() {
            return count;
        }

        /** Whether each number from the first to the last is there, in its order. Epoch 1 begins at 1. */
        boolean contiguous(long epoch, long repeated) {
            return ascending && last - first + 1 == count + repeated && (epoch > 1 || first == 1);
        }
    }
}
