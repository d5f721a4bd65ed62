package io.holdfast.platform.store;

import java.util.List;
import java.util.Optional;

/** How a transaction ended. */
public sealed interface TransactionResult {

    /** The store's revision: of the writes when committed and there were any, of the reads otherwise. */
    long revision();

    /** What {@link Transaction#reads} found; keys that do not exist are left out. */
    List<StoredValue> read();

    default Optional<StoredValue> read(String key) {
        return read().stream().filter(value -> value.key().equals(key)).findFirst();
    }

    default boolean committed() {
        return this instanceof Committed;
    }

    record Committed(long revision, List<StoredValue> read) implements TransactionResult {
        public Committed {
            read = List.copyOf(read);
        }
    }

    /** A condition did not hold; nothing was written. */
    record Refused(long revision, List<StoredValue> read) implements TransactionResult {
        public Refused {
            read = List.copyOf(read);
        }
    }
}
