package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** When key versions were last used, for as long as the key's record stands. Changes no access: no state revision, no event. */
@ApplicationScoped
public class LastUseStore {
    /** The most uses that one call records. */
    public static final int MOST_AT_ONCE = 100;

    /** A recorded use that is further ahead of the clock came of a wrong one, and gives way to any other. */
    private static final Duration AHEAD = Duration.ofHours(1);

    private final KeyValueStore store;
    private final Listings listings;

    public LastUseStore(KeyValueStore store) {
        this.store = store;
        this.listings = new Listings(store);
    }

    /** Who uses keys: clusters through their bindings, or clients of the REST API. */
    public enum By {
        CLUSTERS,
        CLIENTS
    }

    /** A key version and a kind of its users. */
    public record Use(KeyId key, KeyVersionId version, By by) {
        private String at() {
            return Layout.lastUse(key, version, by.name());
        }
    }

    /**
     * Records those uses that are later than what is recorded, atomically, if and only if nobody else records any of them at
     * the same time.
     *
     * @param uses at most {@value #MOST_AT_ONCE}
     * @return false when that race was lost and nothing was recorded
     */
    public boolean record(Map<Use, Instant> uses, Instant now) {
        Map<String, StoredValue> before = listings
                .read(uses.keySet().stream().map(Use::at).toList())
                .stream()
                .collect(Collectors.toMap(StoredValue::key, value -> value));
        Transaction.Builder transaction = Transaction.builder();
        boolean any = false;
        for (Map.Entry<Use, Instant> each : uses.entrySet()) {
            String at = each.getKey().at();
            @Nullable StoredValue recorded = before.get(at);
            if (recorded == null) {
                transaction.ifAbsent(at);
            } else if (later(each.getValue(), time(recorded), now)) {
                transaction.ifUnchanged(recorded);
            } else {
                continue;
            }
            transaction.put(at, Bytes.takeOwnershipOf(each.getValue().toString().getBytes(StandardCharsets.US_ASCII)));
            any = true;
        }
        return !any || store.commit(transaction.build()).committed();
    }

    private static boolean later(Instant use, Instant recorded, Instant now) {
        return use.isAfter(recorded) || recorded.isAfter(now.plus(AHEAD));
    }

    /** The last uses of a key's versions, as far as they are recorded. */
    public Map<Use, Instant> of(KeyId key) {
        Map<Use, Instant> uses = new HashMap<>();
        for (StoredValue value : listings.all(Layout.lastUsesOf(key))) {
            List<String> path = List.of(value.key().split("/"));
            uses.put(
                    new Use(key, new KeyVersionId(path.get(path.size() - 2)), By.valueOf(path.getLast())), time(value));
        }
        return uses;
    }

    private static Instant time(StoredValue value) {
        return Instant.parse(new String(value.value().toArray(), StandardCharsets.US_ASCII));
    }
}
