package io.holdfast.keyservice.bindings;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.TimeSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was decided at one state revision. It lives until the revision moves, so it needs no eviction; but no standing in it
 * is used after its own end. Thread safe.
 */
final class KeptStandings {
    private final long revision;
    private final TimeSource time;
    private final Map<BindingId, Standing> standings = new ConcurrentHashMap<>();

    KeptStandings(long revision, TimeSource time) {
        this.revision = revision;
        this.time = time;
    }

    long revision() {
        return revision;
    }

    /** Empty when it is to be decided, for the first time or again. */
    Optional<Standing> of(BindingId id) {
        return Optional.ofNullable(standings.get(id)).filter(this::stands);
    }

    /**
     * Keeps a standing if it is of this revision and not over.
     *
     * @return whether it was
     */
    boolean keep(BindingId id, Standing standing) {
        boolean stands = standing.stateRevision() == revision && stands(standing);
        if (stands) {
            standings.put(id, standing);
        }
        return stands;
    }

    private boolean stands(Standing standing) {
        return !standing.holdsUntil().isOverAt(time.wall());
    }
}
