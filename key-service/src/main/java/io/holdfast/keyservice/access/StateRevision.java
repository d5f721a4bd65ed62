package io.holdfast.keyservice.access;

import io.holdfast.platform.store.Transaction;
import java.util.function.Consumer;

/**
 * The revision that every change of key, version, vault, binding, compartment, policy, group or API key raises: the etcd
 * mod revision of one key that each such transaction writes.
 */
public interface StateRevision {
    /** The one key. */
    String KEY = "/holdfast/keys/state";

    /** Read linearizably from etcd; callers that come while a read is under way share the next one. */
    long current();

    /** Part of every transaction that changes access: writes the one key. */
    Consumer<Transaction.Builder> raise();
}
