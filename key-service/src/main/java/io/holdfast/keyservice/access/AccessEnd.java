package io.holdfast.keyservice.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * The end of access after a change that takes some away (of a key, a policy, a membership, an API key): first every access
 * session has acknowledged the change or its time is over, then what was under way in this very process has ended. The
 * barrier alone does not see the latter, which has no session.
 */
@ApplicationScoped
public class AccessEnd {
    private final AccessBarrier barrier;
    private final KeyUses uses;

    @Inject
    public AccessEnd(AccessBarrier barrier, KeyUses uses) {
        this.barrier = barrier;
        this.uses = uses;
    }

    /**
     * Returns when access has ended everywhere. Bounded by the session term, twice, plus the grace after a start.
     *
     * @param stateRevision of the change, which is committed
     * @throws io.holdfast.kernel.ProblemException SERVICE_UNAVAILABLE when the service is stopping; the change is made
     */
    public void await(long stateRevision) {
        barrier.awaitEnded(stateRevision);
        uses.awaitEarlier();
    }
}
