package io.holdfast.keyservice.store;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Which vaults elsewhere have been out of reach for too long to say how their keys are. It is part of what access rests on:
 * both ways it raises the state revision and is told by an event.
 */
@ApplicationScoped
public class VaultReach {
    private final KeyValueStore store;
    private final StateRevision state;
    private final Outbox outbox;

    public VaultReach(KeyValueStore store, StateRevision state, Outbox outbox) {
        this.store = store;
        this.state = state;
        this.outbox = outbox;
    }

    public boolean isOutOfReach(VaultId vault) {
        return store.get(Layout.outOfReach(vault)).isPresent();
    }

    /**
     * Records that nothing certain is known of the vault's keys.
     *
     * @param since the last time that something was
     */
    public void lost(VaultId vault, Instant since) {
        String at = Layout.outOfReach(vault);
        store.commit(Transaction.builder()
                .ifAbsent(at)
                .put(at, Bytes.copyOf(since.toString().getBytes(StandardCharsets.US_ASCII)))
                .with(state.raise())
                .with(outbox.stage(new KeyEvent.VaultOutOfReach(vault, since)))
                .build());
    }

    /** Records that it is in reach again; nothing when it was all the time. */
    public void found(VaultId vault) {
        String at = Layout.outOfReach(vault);
        if (!isOutOfReach(vault)) {
            return;
        }
        store.commit(Transaction.builder()
                .ifPresent(at)
                .delete(at)
                .with(state.raise())
                .with(outbox.stage(new KeyEvent.VaultInReach(vault)))
                .build());
    }
}
