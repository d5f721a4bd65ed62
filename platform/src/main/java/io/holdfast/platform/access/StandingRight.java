package io.holdfast.platform.access;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Credential;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A request's right to a change, while the request runs. It was allowed before its change is made; in between the right may
 * go. So the change is committed only while the decision stands, and while it is, no newer state is acknowledged: once a
 * removal is answered, no request that was allowed before it commits anything. A decision that was left behind is asked for
 * again.
 *
 * <p>Of one request; not for several threads.
 */
public final class StandingRight {
    /** Decisions in a row that are left behind before they can be used. */
    private static final int TRIES = 5;
    /** A service that has just started, or lost its stream, has a session within moments. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

    private final AccessSession session;
    private final Supplier<Instant> clock;
    private final Supplier<Decision> ask;
    private Decision decision;

    /**
     * @param clock wall time, that a decision's end is compared with
     * @param decision that allowed the request
     * @param ask decides again, with all that the decision rests on; throws the refusal when that is no more allowed
     */
    public StandingRight(AccessSession session, Supplier<Instant> clock, Decision decision, Supplier<Decision> ask) {
        this.session = session;
        this.clock = clock;
        this.decision = decision;
        this.ask = ask;
    }

    /**
     * A right that rests on the credential of the request as well: it goes with that, and is asked for again with it.
     *
     * @param ask decides for the credential's caller; may throw what else refuses the request
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND when denied, as {@link #holding} then does
     */
    public static StandingRight of(
            AccessSession session, Supplier<Instant> clock, Credential credential, Function<Caller, Decision> ask) {
        Supplier<Decision> both = () -> {
            if (credential.stateRevision() < session.revision()) {
                credential.renew();
            }
            Decision now = ask.apply(credential.caller());
            if (!now.allowed()) {
                throw ProblemException.notFound();
            }
            return now.restingOn(credential.stateRevision());
        };
        return new StandingRight(session, clock, both.get(), both);
    }

    /** The newest decision. */
    public Decision decision() {
        return decision;
    }

    /** Decides again, whether or not the decision still stands; throws the refusal. */
    public void renew() {
        decision = ask.get();
    }

    /**
     * Runs a commit while the right stands. Keep it to the commit: as long as it runs, whoever takes access away waits, and
     * no longer than {@link AccessSession#deliver} says. It runs once, or not at all when this throws what it did not throw.
     *
     * @return the commit's
     * @throws AccessUnavailable when there is no live session, or no decision stands long enough to be used
     */
    public <T> T holding(Supplier<T> commit) {
        awaitSession();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            List<T> made = new ArrayList<>(1);
            if (!decision.holdsUntil().isOverAt(clock.get())
                    && session.deliver(decision.stateRevision(), () -> {
                        made.add(commit.get());
                        return CompletableFuture.completedStage(null);
                    })) {
                return made.getFirst();
            }
            renew();
        }
        throw new AccessUnavailable("the access state keeps changing, or the session with key-service is lost", null);
    }

    private void awaitSession() {
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!session.live()) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                throw new AccessUnavailable("there is no live session with key-service", null);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
