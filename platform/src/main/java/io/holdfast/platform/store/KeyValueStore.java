package io.holdfast.platform.store;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * The state of a service. Calls block; call from a virtual thread.
 *
 * <p>All reads are linearizable unless a revision is named. Every method throws {@link StoreUnavailable} when etcd does
 * not answer within the configured time; {@link #commit} throws {@link OutcomeUnknown} instead when the transaction may
 * have been applied, and {@link StoreFull} when etcd is out of space.
 */
public interface KeyValueStore extends AutoCloseable {

    Optional<StoredValue> get(String key);

    /**
     * Keys under a prefix in key order, or as {@link Scan} says.
     *
     * @throws RevisionCompacted when the scan names a revision that etcd no longer has
     */
    Page scan(Scan scan);

    /** How many keys start with the prefix. */
    long count(String prefix);

    /** How large the backend is, in bytes, as its quota counts it: the largest of the members. 0 when unknown. */
    default long sizeInBytes() {
        return 0;
    }

    /** The revision of a linearizable read made now. */
    long revision();

    /** Applies the transaction atomically, if and only if all its conditions hold. */
    TransactionResult commit(Transaction transaction);

    /**
     * Follows changes under a prefix from a revision on (inclusive), in order, on a thread of the store's own. Reconnects
     * by itself; {@link WatchListener#onCompacted} ends it.
     */
    Watch watch(String prefix, long fromRevision, WatchListener listener);

    /** A lease that is kept alive until closed; its keys vanish when it ends. */
    Lease lease(Duration timeToLive);

    /**
     * Commits what a new lease is for. The lease lives on only when that is certain to have been committed: one that is kept
     * alive and forgotten would keep its key for ever.
     *
     * @param use the transaction, given the lease's id
     * @return the lease, empty when the transaction's conditions did not hold
     */
    default Optional<Lease> lease(Duration timeToLive, LongFunction<Transaction> use) {
        Lease fresh = lease(timeToLive);
        boolean used = false;
        try {
            used = commit(use.apply(fresh.id())).committed();
        } finally {
            if (!used) {
                fresh.close();
            }
        }
        return used ? Optional.of(fresh) : Optional.empty();
    }

    /**
     * A lease that nobody renews, for keys that shall vanish by themselves. etcd counts its time, not this process.
     *
     * @param timeToLive in whole seconds, at least one
     * @return its id, for {@link Transaction.Builder#putLeased}
     */
    long expiringLease(Duration timeToLive);

    @Override
    void close();

    /** A lease held by this process. */
    interface Lease extends AutoCloseable {
        long id();

        /** False once etcd has said that the lease is gone, or was not renewed in time. */
        boolean alive();

        /** Revokes it; idempotent. */
        @Override
        void close();
    }

    /** A running watch. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
