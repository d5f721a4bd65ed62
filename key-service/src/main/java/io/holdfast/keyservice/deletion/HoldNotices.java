package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.keyservice.deletion.DeletionClock.Reading.Doubted;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.HoldStore;
import io.holdfast.keyservice.store.HoldStore.Hold;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells each tenancy that has scheduled deletions, once, that they are held, and once that they go on.
 *
 * <p>Used by one thread.
 */
@ApplicationScoped
public class HoldNotices {
    private static final Logger LOG = Logger.getLogger(HoldNotices.class);
    /**
     * So many sweeps a doubt must last, with no other replica recording the time, until it is told: a replica that is alone
     * with its doubt keeps nobody's deletion from being done.
     */
    private static final int SWEEPS_UNTIL_TOLD = 3;
    /** A tenancy's first deletion may be scheduled while others' are held already. */
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private final HoldStore holds;
    private final DueDeletions due;
    private @Nullable Look last;

    /**
     * When tenancies were looked at last.
     *
     * @param against the revision of the heartbeat
     * @param at how long the doubt had lasted
     */
    private record Look(long against, Duration at) {}

    public HoldNotices(HoldStore holds, DueDeletions due) {
        this.holds = holds;
        this.due = due;
    }

    /**
     * This replica holds deletions; told when no other has gone on with them for some sweeps.
     *
     * @param sweepInterval at which every replica that believes its clock records it
     */
    void held(Doubted doubt, Duration sweepInterval) {
        if (doubt.lasting().compareTo(sweepInterval.multipliedBy(SWEEPS_UNTIL_TOLD)) < 0) {
            return;
        }
        long against = doubt.heartbeat().stored().modRevision();
        Look before = last;
        if (before != null
                && before.against() == against
                && doubt.lasting().compareTo(before.at().plus(LOOK_EVERY)) < 0) {
            return;
        }
        List<Hold> told = holds.all();
        // Of a clock that was set back, too, it is told what a right one would have deleted.
        Instant heartbeat = doubt.heartbeat().time();
        due.perTenancy(doubt.wall().isAfter(heartbeat) ? doubt.wall() : heartbeat)
                .forEach((tenancy, count) -> {
                    if (told.stream().noneMatch(hold -> hold.tenancy().equals(tenancy))
                            && holds.begin(
                                    tenancy,
                                    doubt.since(),
                                    doubt.heartbeat().stored(),
                                    new KeyEvent.DeletionsHeld(
                                            tenancy,
                                            doubt.since(),
                                            doubt.wall(),
                                            heartbeat,
                                            count.due(),
                                            count.scheduled()))) {
                        LOG.warnv(
                                "The deletions of a tenancy are held. tenancy={0} due={1} scheduled={2}",
                                tenancy.value(), count.due(), count.scheduled());
                    }
                });
        last = new Look(against, doubt.lasting());
    }

    /** Deletions go on. */
    void resumed(Instant now) {
        for (Hold hold : holds.all()) {
            if (holds.end(hold, new KeyEvent.DeletionsResumed(hold.tenancy(), hold.since(), now))) {
                LOG.infov(
                        "The deletions of a tenancy go on. tenancy={0}",
                        hold.tenancy().value());
            }
        }
    }
}
