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
        return transaction -> {
            if (!from.map(RotationSchedule::next).equals(to.map(RotationSchedule::next))) {
                from.ifPresent(before -> transaction.delete(Layout.rotation(before.next(), key)));
                to.ifPresent(after -> transaction.put(Layout.rotation(after.next(), key), KeyStore.EMPTY));
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
