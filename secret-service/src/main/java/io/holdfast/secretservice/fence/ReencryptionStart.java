package io.holdfast.secretservice.fence;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;

/** Starts the re-encryption that a move of the fence to a newer version makes necessary. */
public interface ReencryptionStart {

    /**
     * A new job to be written in the transaction that moves the fence: its record and the event that it has started.
     *
     * @param cause for example KeyRotated
     */
    Consumer<Transaction.Builder> stage(ClusterId cluster, WriteFence.Terms to, String cause);
}
