package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.vault.OpenedMaterial;
import jakarta.enterprise.context.ApplicationScoped;

/** The end of access to a key: its opened material in this process is dropped before access ends everywhere. */
@ApplicationScoped
public class KeyAccessEnd {
    private final AccessEnd end;
    private final OpenedMaterial opened;

    public KeyAccessEnd(AccessEnd end, OpenedMaterial opened) {
        this.end = end;
        this.opened = opened;
    }

    /** Drops what this process has open of a key. */
    void drop(KeyId key, long stateRevision) {
        opened.end(key, stateRevision);
    }

    /** Returns when access has ended everywhere; see {@link AccessEnd#await}. */
    void await(long stateRevision) {
        end.await(stateRevision);
    }
}
