package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Count;
import io.holdfast.keyservice.store.HoldStore;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * An operator's word that the wall clock is right, where {@link DeletionClock} doubts it. It records the time as a
 * heartbeat, so every replica whose clock agrees with it goes on with its next sweep, and one whose clock does not still
 * holds.
 */
@ApplicationScoped
public class ClockConfirmation {
    /** How far the time that a request names may be from this service's: requests take a while, and clocks differ. */
    public static final Duration CLOSE = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(ClockConfirmation.class);
    private static final int ATTEMPTS = 8;

    private final KeyValueStore store;
    private final Outbox outbox;
    private final DueDeletions due;
    private final HoldStore holds;
    private final TimeSource time;
    private final Duration tolerance;

    @Inject
    public ClockConfirmation(KeyValueStore store, Outbox outbox, DueDeletions due, HoldStore holds, KeysConfig config) {
        this(store, outbox, due, holds, TimeSource.system(), config.deletion().clockTolerance());
    }

    ClockConfirmation(
            KeyValueStore store,
            Outbox outbox,
            DueDeletions due,
            HoldStore holds,
            TimeSource time,
            Duration tolerance) {
        this.store = store;
        this.outbox = outbox;
        this.due = due;
        this.holds = holds;
        this.time = time;
        this.tolerance = tolerance;
    }

    /**
     * How this replica's clock stands.
     *
     * @param heartbeat the last wall time that was believed; empty when none ever was
     * @param believed whether the two agree within the tolerance
     * @param since what {@link KeyEvent.DeletionsHeld} told the tenancy, while its deletions are held
     */
    public record Standing(
            Instant wallTime,
            Optional<Instant> heartbeat,
            boolean believed,
            Duration tolerance,
            Count deletions,
            Optional<Instant> since) {}

    /** @param tenancy whose deletions are counted */
    public Standing standing(TenancyId tenancy) {
        Instant now = now();
        Optional<Heartbeat> last = Heartbeat.read(store);
        return new Standing(
                now,
                last.map(Heartbeat::time),
                last.map(heartbeat -> heartbeat.agreesWith(now, tolerance)).orElse(true),
                tolerance,
                due.perTenancy(now).getOrDefault(tenancy, new Count(0, 0)),
                holds.of(tenancy).map(HoldStore.Hold::since));
    }

    /** Whose deletions a confirmation lets go on. */
    public Set<TenancyId> concerned() {
        Map<TenancyId, Count> deletions = due.perTenancy(now());
        return Set.copyOf(deletions.keySet());
    }

    /**
     * Makes this service's wall time the believed one, if and only if the caller names it. Where it is believed already
     * nothing is done and nothing is told.
     *
     * @param named the time that the caller holds to be right
     * @param request of who may let every concerned tenancy's deletions go on
     * @throws ProblemException CONFLICT when the named time is more than {@link #CLOSE} from this service's, or every race
     *     was lost
     */
    public void confirm(Instant named, ChangeRequest request) {
        Caller caller = request.caller();
        for (int tries = 0; tries < ATTEMPTS; tries++) {
            Instant now = now();
            if (Duration.between(named, now).abs().compareTo(CLOSE) > 0) {
                throw new ProblemException(
                        ProblemCode.CONFLICT,
                        "The clock of this service shows " + now + ", not " + named
                                + ": one of them is wrong, so nothing is confirmed.");
            }
            Optional<Heartbeat> last = Heartbeat.read(store);
            if (last.isEmpty() || last.get().agreesWith(now, tolerance)) {
                return;
            }
            Instant heartbeat = last.get().time();
            boolean recorded = store.commit(Transaction.builder()
                            .ifUnchanged(last.get().stored())
                            .with(Heartbeat.put(now))
                            .with(request.right().get())
                            .with(outbox.stage(new KeyEvent.DeletionClockConfirmed(
                                    caller.tenancyId(), now, heartbeat, caller.id())))
                            .build())
                    .committed();
            if (recorded) {
                LOG.warnv(
                        "The wall clock was confirmed; deletions go on. wall={0} heartbeat={1} principal={2}",
                        now, heartbeat, caller.id());
                return;
            }
        }
        throw new ProblemException(
                ProblemCode.CONFLICT, "Others record the time at the same time; look whether it is believed by now.");
    }

    private Instant now() {
        return time.wall().truncatedTo(ChronoUnit.MILLIS);
    }
}
