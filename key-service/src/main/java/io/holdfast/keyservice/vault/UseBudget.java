package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the encryptions of key versions whose nonces are random and short, across restarts and replicas: at most
 * {@value #MOST}, 2^32, for each (NIST SP 800-38D, section 8.3).
 *
 * <p>A replica takes uses from etcd by the block. What it has not used when it ends counts as used.
 */
public final class UseBudget {
    /** The most encryptions of one key version. */
    public static final long MOST = 1L << 32;

    /** Uses taken from etcd at once. */
    static final long BLOCK = 1L << 14;

    private static final int ATTEMPTS = 64;
    private static final int REMEMBERED = 4096;

    private final KeyValueStore store;
    private final long most;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<KeyVersionId, Long> left = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<KeyVersionId, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    public UseBudget(KeyValueStore store) {
        this(store, MOST);
    }

    UseBudget(KeyValueStore store, long most) {
        this.store = store;
        this.most = most;
    }

    /**
     * Takes one use.
     *
     * @throws ProblemException CONFLICT when there is none left
     */
    void take(KeyVersionId version) {
        lock.lock();
        try {
            long mine = left.getOrDefault(version, 0L);
            if (mine == 0) {
                mine = block(version);
            }
            left.put(version, mine - 1);
        } finally {
            lock.unlock();
        }
    }

    private long block(KeyVersionId version) {
        String at = Layout.uses(version);
        for (int tries = 0; tries < ATTEMPTS; tries++) {
            Optional<StoredValue> found = store.get(at);
            long used = found.map(
                            value -> ByteBuffer.wrap(value.value().toArray()).getLong())
                    .orElse(0L);
            long take = Math.min(BLOCK, most - used);
            if (take <= 0) {
                throw new ProblemException(
                        ProblemCode.CONFLICT,
                        "The key version has encrypted as often as it may (" + most
                                + " times); rotate the key. It still decrypts.");
            }
            Bytes next = Bytes.takeOwnershipOf(
                    ByteBuffer.allocate(Long.BYTES).putLong(used + take).array());
            Transaction.Builder transaction = Transaction.builder().put(at, next);
            Transaction claim = found.map(transaction::ifUnchanged)
                    .orElseGet(() -> transaction.ifAbsent(at))
                    .build();
            if (store.commit(claim).committed()) {
                return take;
            }
        }
        throw new ProblemException(
                ProblemCode.SERVICE_UNAVAILABLE, "The uses of the key version can't be counted now; try again.");
    }

    /** The version is gone. */
    void forget(KeyVersionId version) {
        lock.lock();
        try {
            left.remove(version);
        } finally {
            lock.unlock();
        }
        store.commit(Transaction.builder().delete(Layout.uses(version)).build());
    }
}
