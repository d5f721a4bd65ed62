package io.holdfast.platform.http;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One etcd lease for each hour, shared by all replicas: what is attached to it in that hour lives for the time asked for, and
 * at most an hour and a bit longer. A lease for each record would be a burden to etcd; a sweep would be another thing that
 * can fall behind.
 *
 * <p>The lease's id stands under a key that is attached to the lease itself. Where etcd has lost the lease, as after a
 * restore, the key is gone too, and the next caller grants another.
 */
final class HourlyLeases {
    private static final Duration MARGIN = Duration.ofMinutes(10);
    /** Each try means that another replica was faster, once in an hour. */
    private static final int TRIES = 5;

    private final KeyValueStore store;
    private final String prefix;
    private final Duration kept;
    private final TimeSource time;

    /**
     * @param prefix of the keys that name the leases
     * @param kept how long what is attached lives at least
     */
    HourlyLeases(KeyValueStore store, String prefix, Duration kept, TimeSource time) {
        this.store = store;
        this.prefix = prefix;
        this.kept = kept;
        this.time = time;
    }

    /**
     * The lease of this hour.
     *
     * @throws IllegalStateException when other replicas win again and again, which one hour has no room for
     */
    long current() {
        Instant now = time.wall();
        Instant hour = now.truncatedTo(ChronoUnit.HOURS);
        String key = prefix + hour.getEpochSecond() / Duration.ofHours(1).toSeconds();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<StoredValue> known = store.get(key);
            if (known.isPresent()) {
                return id(known.get());
            }
            Duration left = Duration.between(now, hour.plus(Duration.ofHours(1)));
            long granted = store.expiringLease(left.plus(kept).plus(MARGIN));
            // The lease of who loses this race has no keys and ends with its time.
            if (store.commit(Transaction.builder()
                            .ifAbsent(key)
                            .putLeased(
                                    key,
                                    Bytes.takeOwnershipOf(
                                            Long.toHexString(granted).getBytes(StandardCharsets.US_ASCII)),
                                    granted)
                            .build())
                    .committed()) {
                return granted;
            }
        }
        throw new IllegalStateException("the lease at " + key + " comes and goes");
    }

    private static long id(StoredValue value) {
        return Long.parseUnsignedLong(new String(value.value().toArray(), StandardCharsets.US_ASCII), 16);
    }
}
