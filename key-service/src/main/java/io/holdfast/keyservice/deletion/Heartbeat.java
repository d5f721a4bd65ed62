package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.Bytes;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The newest wall time that any replica believed, or that an operator confirmed, as it stands in etcd.
 *
 * @param time in ISO-8601; what can't be read counts as the epoch, so that nothing agrees with it and deletions are held
 */
record Heartbeat(StoredValue stored, Instant time) {

    /** Empty before the first sweep of the first replica ever. */
    static Optional<Heartbeat> read(KeyValueStore store) {
        return store.get(Layout.HEARTBEAT).map(value -> new Heartbeat(value, parse(value)));
    }

    /** The write of a new one; its condition is the caller's. */
    static Consumer<Transaction.Builder> put(Instant time) {
        return transaction -> transaction.put(
                Layout.HEARTBEAT, Bytes.takeOwnershipOf(time.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    /** Whether a wall clock that shows this may be believed. */
    boolean agreesWith(Instant wall, Duration tolerance) {
        return Duration.between(time, wall).abs().compareTo(tolerance) <= 0;
    }

    private static Instant parse(StoredValue value) {
        try {
            return Instant.parse(new String(value.value().toArray(), StandardCharsets.US_ASCII));
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }
}
