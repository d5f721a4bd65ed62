package io.holdfast.keyservice.store;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The order of scheduled rotations. */
@ApplicationScoped
public class RotationIndex {
    private final KeyValueStore store;

    public RotationIndex(KeyValueStore store) {
        this.store = store;
    }

    /** The writes that bring the order from one schedule of a key to another. */
    public static Consumer<Transaction.Builder> move(
            KeyId key, Optional<RotationSchedule> from, Optional<RotationSchedule> to) {
        // Compared as they are stored: two times may be one entry, which no transaction may both delete and write.
        Optional<String> before = from.map(schedule -> Layout.rotation(schedule.next(), key));
        Optional<String> after = to.map(schedule -> Layout.rotation(schedule.next(), key));
        return transaction -> {
            if (!before.equals(after)) {
                before.ifPresent(transaction::delete);
                after.ifPresent(entry -> transaction.put(entry, KeyStore.EMPTY));
            }
        };
    }

    /** Keys whose rotation is due, the earliest first. */
    public List<KeyId> due(Instant now, int limit) {
        return store.scan(Scan.of(Layout.ROTATIONS, limit)).values().stream()
                .filter(entry -> !Layout.timeOf(Layout.ROTATIONS, entry.key()).isAfter(now))
                .map(entry -> new KeyId(Layout.last(entry.key())))
                .toList();
    }
}
