package io.holdfast.auditservice.trail;

import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Finding;
import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.trail.Trail.Extent;
import io.holdfast.auditservice.trail.Trail.SourceLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Recomputes the whole chain.
 *
 * <p>What it shows: an entry that was edited, taken out, put in or moved, by anybody, the owner of the database included.
 * What it cannot show by itself: that someone who can write every row cut off the end, or computed the chain anew from
 * some point on. Against that a reader remembers a head (from an earlier verification) and has it compared.
 */
public final class Verification {
    /** Most findings that a report shows; it counts all. */
    public static final int MOST_FINDINGS = 100;

    private final Trail trail;
    private final int page;

    /** @param page entries read at a time; the most that is held in memory */
    public Verification(Trail trail, int page) {
        if (page < 1 || page > Trail.MOST_ENTRIES) {
            throw new IllegalArgumentException("pages of " + page);
        }
        this.trail = trail;
        this.page = page;
    }

    /**
     * Checks all that was on the trail when it began; what comes in meanwhile is left to the next.
     *
     * @param remembered a head from an earlier report
     */
    public Report run(Optional<Head> remembered) {
        Extent extent = trail.extent();
        ChainCheck check = new ChainCheck();
        Optional<Head> atRemembered = Optional.empty();
        long after = 0;
        boolean more = extent.head().position() > 0;
        while (more) {
            List<Entry> entries = trail.list(EventFilter.ALL, after, page);
            for (Entry entry : entries) {
                if (entry.position() > extent.head().position()) {
                    more = false;
                    break;
                }
                check.accept(entry);
                if (remembered.isPresent() && remembered.get().position() == entry.position()) {
                    atRemembered = Optional.of(entry.head());
                }
            }
            more &= entries.size() == page;
            if (!entries.isEmpty()) {
                after = entries.get(entries.size() - 1).position();
            }
        }
        check.endsAt(extent.head(), "the head that was recorded");
        if (extent.beyond() > 0) {
            check.broken(extent.head().position() + 1, "there are entries behind the head that was recorded");
        }
        if (remembered.isPresent() && remembered.get().position() > 0 && !atRemembered.equals(remembered)) {
            check.broken(
                    remembered.get().position(),
                    atRemembered.isEmpty()
                            ? "the trail has no entry where the remembered head stood"
                            : "the hash is not the remembered one");
        }
        return report(extent, check);
    }

    private Report report(Extent extent, ChainCheck check) {
        Map<SourceLine, Long> repeated = trail.repeated();
        List<Source> sources = new ArrayList<>();
        check.lines()
                .forEach((line, counted) -> sources.add(new Source(
                        line.source(),
                        line.epoch(),
                        counted.first(),
                        counted.last(),
                        counted.count(),
                        counted.contiguous(line.epoch(), repeated.getOrDefault(line, 0L)))));
        return new Report(
                check.firstBreak().isEmpty(),
                check.entries(),
                check.head(),
                check.firstBreak().map(at -> new FirstBroken(at.position(), at.reason())),
                List.copyOf(sources),
                trail.findings(MOST_FINDINGS),
                extent.findings(),
                extent.deadLetters());
    }

    /**
     * @param intact whether nobody changed the trail; a gap in a source is no change, see the sources
     * @param head to be remembered by whoever asked
     * @param findings the newest of them
     */
    public record Report(
            boolean intact,
            long entries,
            Head head,
            Optional<FirstBroken> firstBroken,
            List<Source> sources,
            List<Finding> findings,
            long findingsTotal,
            long deadLetters) {}

    /** The first place where the chain does not hold. */
    public record FirstBroken(long position, String reason) {}

    /** @param contiguous whether every event of the line between first and last is there, in order */
    public record Source(String source, long epoch, long first, long last, long count, boolean contiguous) {}
}
