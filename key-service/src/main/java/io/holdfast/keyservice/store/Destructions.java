package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a vault that holds material itself must destroy: versions that were deleted, and, in case of a crash, versions that
 * were about to be made and never recorded.
 */
@ApplicationScoped
public class Destructions {
    private static final String BEGUN = " begun";

    private final KeyValueStore store;

    public Destructions(KeyValueStore store) {
        this.store = store;
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
        return transaction -> transaction.put(at(destruction), write(destruction));
    }

    /** Part of a transaction that records the versions: fails it when their destruction has begun. */
    public static Consumer<Transaction.Builder> callOff(Destruction destruction) {
        return transaction ->
                transaction.ifEqual(at(destruction), write(destruction)).delete(at(destruction));
    }

    /** Records one by itself. */
    public void announce(Destruction destruction) {
        store.commit(Transaction.builder().with(put(destruction)).build());
    }

    /**
     * What is to be destroyed by now, the earliest first.
     *
     * @param limit the most that are answered
     */
    public List<Recorded> until(Instant now, int limit) {
        return store.scan(Scan.of(Layout.DESTRUCTIONS, limit)).values().stream()
                .map(value -> new Recorded(read(value), value))
                .filter(each -> !each.destruction().from().isAfter(now))
                .toList();
    }

    /** Whether a version has material on record: then it is in use, whatever else is written. */
    public boolean isOnRecord(Destruction destruction) {
        return destruction.versions().stream()
                .anyMatch(version -> store.get(Layout.material(version)).isPresent());
    }

    /**
     * Begins it, if and only if none of its versions is on record and it is still as read: from now on they can't be.
     *
     * @return empty when that is not so
     */
    public Optional<Recorded> begin(Recorded recorded) {
        Destruction destruction = recorded.destruction();
        Transaction.Builder transaction = Transaction.builder().ifUnchanged(recorded.at());
        destruction.versions().forEach(version -> transaction.ifAbsent(Layout.material(version)));
        Bytes begun = Bytes.copyOf((text(destruction) + BEGUN).getBytes(StandardCharsets.US_ASCII));
        return store.commit(transaction.put(recorded.at().key(), begun).build()).committed()
                ? store.get(recorded.at().key()).map(value -> new Recorded(destruction, value))
                : Optional.empty();
    }

    /** It is done. */
    public void done(Recorded recorded) {
        store.commit(Transaction.builder()
                .ifUnchanged(recorded.at())
                .delete(recorded.at().key())
                .build());
    }

    private static String at(Destruction destruction) {
        return Layout.destruction(destruction.from(), destruction.name());
    }

    private static Bytes write(Destruction destruction) {
        return Bytes.copyOf(text(destruction).getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(Destruction destruction) {
        StringBuilder line = new StringBuilder()
                .append(destruction.from().toEpochMilli())
                .append(' ')
                .append(destruction.vault().value())
                .append(' ')
                .append(destruction.mode());
        destruction.versions().forEach(version -> line.append(' ').append(version.value()));
        return line.toString();
    }

    private static Destruction read(StoredValue value) {
        String[] words = new String(value.value().toArray(), StandardCharsets.US_ASCII).split(" ");
        return new Destruction(
                Layout.last(value.key()),
                Instant.ofEpochMilli(Long.parseLong(words[0])),
                new VaultId(words[1]),
                ProtectionMode.valueOf(words[2]),
                Arrays.stream(words)
                        .skip(3)
                        .filter(word -> !word.equals(BEGUN.strip()))
                        .map(KeyVersionId::new)
                        .toList());
    }
}
