package io.holdfast.keyservice.access;

import io.holdfast.platform.store.Transaction;
import java.util.OptionalLong;
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

    /**
     * A revision that was the current one a moment ago, and than which this process has heard of none newer. It needs no
     * read as a rule. Allowed by it is what {@link #current} would allow, or would have allowed a tenth of a session term
     * ago; whoever ends access waits for longer (see {@link KeyUses}). Let nothing be refused by it: what is refused may have
     * been allowed meanwhile, by another replica.
     */
    default long held() {
        return current();
    }

    /** What {@link #held} answers where it needs no read, and so does not wait; else empty. */
    default OptionalLong atHand() {
        return OptionalLong.empty();
    }

    /** Lets a transaction commit only while the revision is the one that {@link #current} answered. */
    static Consumer<Transaction.Builder> still(long revision) {
        return revision == 0
                ? transaction -> transaction.ifAbsent(KEY)
                : transaction -> transaction.ifModRevision(KEY, revision);
    }

    /** Part of every transaction that changes access: writes the one key. */
    Consumer<Transaction.Builder> raise();
}
