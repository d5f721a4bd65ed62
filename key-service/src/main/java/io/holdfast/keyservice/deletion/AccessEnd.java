package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.access.AccessBarrier;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.vault.OpenedMaterial;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * The end of access after a change that takes it away: the opened material of this process is dropped, then every access
 * session has acknowledged the change or its time is over, then what was under way here has ended.
 */
@ApplicationScoped
public class AccessEnd {
    private final AccessBarrier barrier;
    private final KeyUses uses;
    private final OpenedMaterial opened;

    public AccessEnd(AccessBarrier barrier, KeyUses uses, OpenedMaterial opened) {
        this.barrier = barrier;
        this.uses = uses;
        this.opened = opened;
    }

    /** Drops what this process has open of a key. */
    void drop(KeyId key, long stateRevision) {
        opened.end(key, stateRevision);
    }

    /** Returns when access has ended everywhere. */
    void await(long stateRevision) {
        barrier.awaitEnded(stateRevision);
        uses.awaitEarlier();
    }
}
