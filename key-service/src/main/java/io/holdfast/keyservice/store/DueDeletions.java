package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The orders of deletions: one entry for each key, key version or vault whose deletion is scheduled. What a vault elsewhere
 * deletes stands in an order of its own, by which nobody here deletes anything.
 *
 * <pre>
 * entry = scheduled [ SP key ]      ; the value; empty in entries of the first release
 * scheduled = 1*DIGIT               ; when the deletion was asked for, epoch milliseconds
 * key   = ocid                      ; of a version's key
 * </pre>
 */
@ApplicationScoped
public class DueDeletions {
    private static final Logger LOG = Logger.getLogger(DueDeletions.class);

    private final KeyValueStore store;
    private final Outbox outbox;
    private final Listings listings;

    public DueDeletions(KeyValueStore store, Outbox outbox) {
        this.listings = new Listings(store);
        this.store = store;
        this.outbox = outbox;
    }

    /** Who deletes what stands in it. */
    public enum Order {
        HERE(Layout.DUE),
        ELSEWHERE(Layout.DUE_ELSEWHERE);

        private final String prefix;

        Order(String prefix) {
            this.prefix = prefix;
        }

        private String at(Instant time, Ocid id) {
            return Layout.due(prefix, time, id);
        }
    }

    /** A scheduled deletion. */
    public sealed interface Due {
        Ocid id();

        /** When it is to be deleted. */
        Instant time();

        /** When that was asked for. */
        Instant scheduledAt();
    }

    public record DueKey(KeyId id, Instant time, Instant scheduledAt) implements Due {}

    public record DueVersion(KeyId key, KeyVersionId id, Instant time, Instant scheduledAt) implements Due {}

    public record DueVault(VaultId id, Instant time, Instant scheduledAt) implements Due {}

    /** Enters it among what is deleted here. */
    public static Consumer<Transaction.Builder> put(Due due) {
        return put(Order.HERE, due);
    }

    public static Consumer<Transaction.Builder> put(Order order, Due due) {
        String scheduled = Long.toString(due.scheduledAt().toEpochMilli());
        String value =
                switch (due) {
                    case DueKey key -> scheduled;
                    case DueVault vault -> scheduled;
                    case DueVersion version -> scheduled + " " + version.key().value();
                };
        return transaction -> transaction.put(
                order.at(due.time(), due.id()), Bytes.takeOwnershipOf(value.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Takes it out of what is deleted here. */
    public static Consumer<Transaction.Builder> remove(Ocid id, Instant time) {
        return remove(Order.HERE, id, time);
    }

    public static Consumer<Transaction.Builder> remove(Order order, Ocid id, Instant time) {
        return transaction -> transaction.delete(order.at(time, id));
    }

    /**
     * Deletions here whose time is not after {@code until}, the earliest first.
     *
     * @param limit the most that are answered
     */
    public List<Due> until(Instant until, int limit) {
        return read(Order.HERE, store.scan(Scan.of(Layout.DUE, limit)), until);
    }

    /** Every deletion whose time is not after {@code until}, the earliest first, page by page. */
    public void forEachUntil(Order order, Instant until, Consumer<Due> each) {
        forEachPageUntil(order, until, page -> page.forEach(each));
    }

    private void forEachPageUntil(Order order, Instant until, Consumer<List<Due>> each) {
        Scan scan = Scan.of(order.prefix, Scan.MAX_LIMIT);
        while (true) {
            Page page = store.scan(scan);
            each.accept(read(order, page, until));
            if (!page.more() || page.values().isEmpty()) {
                return;
            }
            String last = page.values().getLast().key();
            if (Layout.timeOf(order.prefix, last).isAfter(until)) {
                return;
            }
            scan = scan.after(last);
        }
    }

    /**
     * How many deletions a tenancy has.
     *
     * @param due those whose time has come
     * @param scheduled all
     */
    public record Count(long due, long scheduled) {
        private Count and(Count other) {
            return new Count(due + other.due, scheduled + other.scheduled);
        }
    }

    /**
     * The deletions here of every tenancy that has any. Reads the record of each: not for every sweep.
     *
     * @param now by which they are due
     */
    public Map<TenancyId, Count> perTenancy(Instant now) {
        Map<TenancyId, Count> counts = new HashMap<>();
        forEachPageUntil(Order.HERE, Instant.MAX, page -> {
            Map<String, TenancyId> owners = owners(page);
            for (Due each : page) {
                @Nullable TenancyId owner = owners.get(owned(each));
                if (owner != null) {
                    counts.merge(owner, new Count(each.time().isAfter(now) ? 0 : 1, 1), Count::and);
                }
            }
        });
        return counts;
    }

    private Map<String, TenancyId> owners(List<Due> page) {
        Map<String, TenancyId> owners = new HashMap<>();
        for (StoredValue value :
                listings.read(page.stream().map(DueDeletions::owned).distinct().toList())) {
            if (value.key().startsWith(Layout.VAULTS)) {
                owners.put(value.key(), Documents.vault(value.value()).facts().tenancyId());
            } else {
                MasterKey key = Documents.key(value.value());
                // What is left of its versions was deleted with it.
                if (!(key instanceof MasterKey.Deleted)) {
                    owners.put(value.key(), key.facts().tenancyId());
                }
            }
        }
        return owners;
    }

    /** The record that names its tenancy. */
    private static String owned(Due due) {
        return switch (due) {
            case DueKey key -> Layout.key(key.id());
            case DueVersion version -> Layout.key(version.key());
            case DueVault vault -> Layout.vault(vault.id());
        };
    }

    private static List<Due> read(Order order, Page page, Instant until) {
        return page.values().stream()
                .filter(entry -> !Layout.timeOf(order.prefix, entry.key()).isAfter(until))
                .flatMap(entry -> read(order, entry).stream())
                .toList();
    }

    private static Optional<Due> read(Order order, StoredValue entry) {
        Instant time = Layout.timeOf(order.prefix, entry.key());
        String id = Layout.last(entry.key());
        String[] value = new String(entry.value().toArray(), StandardCharsets.US_ASCII).split(" ", 2);
        try {
            Instant scheduledAt = value[0].isEmpty() ? Instant.EPOCH : Instant.ofEpochMilli(Long.parseLong(value[0]));
            return switch (id.split("\\.", 3)[1]) {
                case "key" -> Optional.of(new DueKey(new KeyId(id), time, scheduledAt));
                case "vault" -> Optional.of(new DueVault(new VaultId(id), time, scheduledAt));
                case "keyversion" ->
                    Optional.of(new DueVersion(new KeyId(value[1]), new KeyVersionId(id), time, scheduledAt));
                default -> unreadable(entry, null);
            };
        } catch (ProblemException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return unreadable(entry, e);
        }
    }

    /** One damaged entry must not keep the others waiting. */
    private static Optional<Due> unreadable(StoredValue entry, @Nullable Exception e) {
        LOG.errorv(e, "An entry of the order of deletions can''t be read. entry={0}", entry.key());
        return Optional.empty();
    }

    /**
     * Tells of a deletion that is near, once: across restarts and replicas.
     *
     * @param notice names the warning
     * @return whether this call was the first
     */
    public boolean noticeOnce(Order order, Due due, String notice, DomainEvent event) {
        String at = Layout.notice(due.id(), due.time(), notice);
        String entry = order.at(due.time(), due.id());
        return store.commit(Transaction.builder()
                        .ifAbsent(at)
                        .ifModRevision(entry, modRevision(entry))
                        .put(at, KeyStore.EMPTY)
                        .with(outbox.stage(event))
                        .build())
                .committed();
    }

    private long modRevision(String entry) {
        return store.get(entry).map(StoredValue::modRevision).orElse(Long.MAX_VALUE);
    }

    /** Takes an entry out. */
    public void forget(Order order, Due due) {
        store.commit(
                Transaction.builder().with(remove(order, due.id(), due.time())).build());
    }

    /** Takes an entry out whose key is gone with all its versions; answers whether it is. */
    public boolean forgetIfGone(Order order, DueVersion due) {
        boolean gone = store.get(Layout.key(due.key()))
                .map(value -> KeyStore.asKey(value).value() instanceof MasterKey.Deleted)
                .orElse(true);
        if (gone) {
            forget(order, due);
        }
        return gone;
    }
}
