package io.holdfast.keyservice;

import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;

/** A replica's state revision that is held until the test says otherwise. */
public final class HandHeldRevision implements StateRevision {
    private final KeyValueStore store;
    private long held;

    public HandHeldRevision(KeyValueStore store) {
        this.store = store;
    }

    public void hold(long revision) {
        held = revision;
    }

    @Override
    public long current() {
        return store.get(KEY).map(StoredValue::modRevision).orElse(0L);
    }

    @Override
    public long held() {
        return held;
    }

    @Override
    public Consumer<Transaction.Builder> raise() {
        return transaction -> transaction.put(KEY, Bytes.copyOf(new byte[1]));
    }
}
