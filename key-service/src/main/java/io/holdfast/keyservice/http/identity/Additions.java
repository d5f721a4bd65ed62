package io.holdfast.keyservice.http.identity;

import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.identity.IdentityConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Changes that add something: a policy, a member of a group, a dynamic group, a compartment that is there again. They give
 * access, which may take its time. But where Deny statements hold, each may take some away, and is answered as a removal
 * is.
 */
@ApplicationScoped
class Additions {
    private final boolean mayTake;
    private final StateRevision state;
    private final AccessEnd end;

    @Inject
    Additions(IdentityConfig config, StateRevision state, AccessEnd end) {
        this.mayTake = config.denyStatements();
        this.state = state;
        this.end = end;
    }

    /**
     * Returns when what the addition takes away has ended everywhere. Call it once the addition is made, also for one that a
     * retry token repeats: the first request may not have come so far.
     *
     * @throws io.holdfast.kernel.ProblemException as {@link AccessEnd#await}
     */
    void await() {
        if (mayTake) {
            end.await(state.current());
        }
    }
}
