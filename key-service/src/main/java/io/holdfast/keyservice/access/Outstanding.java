package io.holdfast.keyservice.access;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a session may still be using: for each state revision that it was told, until when. Not thread safe.
 *
 * <p>An entry (revision, deadline) says: until the deadline the client may use answers made at that revision. Answers of
 * before a revision R are over when no entry below R has a deadline ahead. At most {@value #MAX_ENTRIES} entries are
 * kept; beyond that the two oldest become one that promises no less than both.
 */
final class Outstanding {
    static final int MAX_ENTRIES = 32;

    /** By ascending revision; no two of the same. Deadlines are monotonic nanoseconds: only differences mean something. */
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(long revision, long deadline) {}

    /** The client was told this revision and may use it until the deadline. */
    void told(long revision, long deadline) {
        int at = 0;
        while (at < entries.size() && entries.get(at).revision() < revision) {
            at++;
        }
        if (at < entries.size() && entries.get(at).revision() == revision) {
            entries.set(at, new Entry(revision, later(entries.get(at).deadline(), deadline)));
        } else {
            entries.add(at, new Entry(revision, deadline));
        }
        if (entries.size() > MAX_ENTRIES) {
            Entry oldest = entries.removeFirst();
            Entry second = entries.getFirst();
            entries.set(0, new Entry(oldest.revision(), later(oldest.deadline(), second.deadline())));
        }
    }

    /** The client has dropped everything older than this revision: its entries below now stand for this revision. */
    void acknowledged(long revision) {
        OptionalLong dropped = latestBelow(revision);
        if (dropped.isPresent()) {
            entries.removeIf(entry -> entry.revision() < revision);
            told(revision, dropped.getAsLong());
        }
    }

    /** The latest deadline of an entry below the revision. */
    OptionalLong latestBelow(long revision) {
        OptionalLong latest = OptionalLong.empty();
        for (Entry entry : entries) {
            if (entry.revision() < revision) {
                latest = OptionalLong.of(
                        latest.isPresent() ? later(latest.getAsLong(), entry.deadline()) : entry.deadline());
            }
        }
        return latest;
    }

    /** Forgets what is over. */
    void forgetEnded(long now) {
        entries.removeIf(entry -> entry.deadline() - now <= 0);
    }

    /** Takes over all that another one holds. */
    void addAll(Outstanding other) {
        other.entries.forEach(entry -> told(entry.revision(), entry.deadline()));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int size() {
        return entries.size();
    }

    private static long later(long one, long other) {
        return one - other >= 0 ? one : other;
    }
}
