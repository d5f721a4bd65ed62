package io.holdfast.keyservice;

import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;

/** A state revision that nobody asks for, for tests of stores by themselves. */
public final class QuietRevision implements StateRevision {
    @Override
    public long current() {
        return 1;
    }

    @Override
    public Consumer<Transaction.Builder> raise() {
        return transaction -> transaction.put(KEY, Bytes.copyOf(new byte[0]));
    }
}
