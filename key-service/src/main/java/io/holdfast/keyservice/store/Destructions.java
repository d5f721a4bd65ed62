package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a vault that holds material itself must destroy: versions that were deleted, and, in case of a crash, versions that
 * were about to be made and never recorded.
 */
@ApplicationScoped
public class Destructions {
    private final KeyValueStore store;
    private final Listings listings;

    public Destructions(KeyValueStore store) {
        this.store = store;
        this.listings = new Listings(store);
    }

    /**
     * @param name of its record, the OCID of the key or version
     * @param from when on
     * @param vault of the versions' key
     * @param mode of their key
     */
    public record Destruction(
            String name, Instant from, VaultId vault, ProtectionMode mode, List<KeyVersionId> versions) {
        public Destruction {
            versions = List.copyOf(versions);
        }
    }

    /** A record that was read. */
    public record Recorded(Destruction destruction, StoredValue at) {}

    public static Consumer<Transaction.Builder> put(Destruction destruction) {
        return transaction -> transaction.put(Layout.DESTRUCTIONS + destruction.name(), write(destruction));
    }

    /** Calls off a destruction that stands under this name; nothing when there is none. */
    public static Consumer<Transaction.Builder> callOff(String name) {
        return transaction -> transaction.delete(Layout.DESTRUCTIONS + name);
    }

    /** Records one by itself. */
    public void announce(Destruction destruction) {
        store.commit(Transaction.builder().with(put(destruction)).build());
    }

    public List<Recorded> all() {
        return listings.all(Layout.DESTRUCTIONS).stream()
                .map(value -> new Recorded(read(value), value))
                .toList();
    }

    /** Whether the version has material on record: then it is in use, whatever else is written. */
    public boolean isOnRecord(KeyVersionId version) {
        return store.get(Layout.material(version)).isPresent();
    }

    /** It is done. */
    public void done(Recorded recorded) {
        store.commit(Transaction.builder()
                .ifUnchanged(recorded.at())
                .delete(recorded.at().key())
                .build());
    }

    private static Bytes write(Destruction destruction) {
        StringBuilder line = new StringBuilder()
                .append(destruction.from().toEpochMilli())
                .append(' ')
                .append(destruction.vault().value())
                .append(' ')
                .append(destruction.mode());
        destruction.versions().forEach(version -> line.append(' ').append(version.value()));
        return Bytes.copyOf(line.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static Destruction read(StoredValue value) {
        String[] words = new String(value.value().toArray(), StandardCharsets.US_ASCII).split(" ");
        return new Destruction(
                Layout.last(value.key()),
                Instant.ofEpochMilli(Long.parseLong(words[0])),
                new VaultId(words[1]),
                ProtectionMode.valueOf(words[2]),
                Arrays.stream(words).skip(3).map(KeyVersionId::new).toList());
    }
}
