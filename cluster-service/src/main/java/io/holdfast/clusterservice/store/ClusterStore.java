package io.holdfast.clusterservice.store;

import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.Intent;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The state of this service. Every change happens atomically, if and only if what it rests on is still as read; a method
 * that answers false or empty lost a race and wrote nothing, no event either.
 */
@ApplicationScoped
public class ClusterStore {
    /** The most clusters, and the most work requests, that a list over a compartment looks at. */
    public static final int MAX_LISTED = 10_000;

    private static final Bytes EMPTY = Bytes.takeOwnershipOf(new byte[0]);

    private final KeyValueStore store;
    private final Outbox outbox;

    public ClusterStore(KeyValueStore store, Outbox outbox) {
        this.store = store;
        this.outbox = outbox;
    }

    /** @param more whether clusters remain behind the last key that was looked at, {@code last} */
    public record ClusterPage(List<Cluster> clusters, String last, boolean more) {}

    /** A cluster together with one of its work requests, read together. */
    public record Work(Stored<Cluster> cluster, Stored<WorkRequest> request) {}

    public Optional<Stored<Cluster>> cluster(ClusterId id) {
        return store.get(Layout.cluster(id)).map(ClusterStore::asCluster);
    }

    public Optional<Stored<WorkRequest>> work(WorkRequestId id) {
        return store.get(Layout.work(id)).map(ClusterStore::asWork);
    }

    /** A cluster and one of its work requests; empty when either does not exist. */
    public Optional<Work> workOn(ClusterId cluster, WorkRequestId work) {
        TransactionResult result = store.commit(Transaction.builder()
                .read(Layout.cluster(cluster))
                .read(Layout.work(work))
                .build());
        Optional<Stored<WorkRequest>> request = result.read(Layout.work(work)).map(ClusterStore::asWork);
        return result.read(Layout.cluster(cluster))
                .map(ClusterStore::asCluster)
                .flatMap(found -> request.map(its -> new Work(found, its)));
    }

    /** Writes the intent down; the cluster's id is new. */
    public Stored<Intent> intend(Intent intent) {
        String key = Layout.pending(intent.clusterId());
        TransactionResult result = store.commit(Transaction.builder()
                .ifAbsent(key)
                .put(key, Documents.write(intent))
                .build());
        if (!result.committed()) {
            throw new IllegalStateException(
                    "the intent of " + intent.clusterId().value() + " exists already");
        }
        return new Stored<>(intent, result.revision());
    }

    /** Removes the intent, if and only if it is still as read. */
    public boolean withdraw(Stored<Intent> seen) {
        String key = Layout.pending(seen.value().clusterId());
        return store.commit(Transaction.builder()
                        .ifModRevision(key, seen.modRevision())
                        .delete(key)
                        .build())
                .committed();
    }

    /** Makes sure that the intent's cluster does not come into being any more; empty when the intent moved. */
    public Optional<Stored<Intent>> abandon(Stored<Intent> seen) {
        String key = Layout.pending(seen.value().clusterId());
        Intent next = seen.value().abandon();
        TransactionResult result = store.commit(Transaction.builder()
                .ifModRevision(key, seen.modRevision())
                .ifAbsent(Layout.cluster(next.clusterId()))
                .put(key, Documents.write(next))
                .build());
        return result.committed() ? Optional.of(new Stored<>(next, result.revision())) : Optional.empty();
    }

    /** The oldest intents first. */
    public List<Stored<Intent>> intents(int limit) {
        return store.scan(Scan.oldestFirst(Layout.PENDING, limit)).values().stream()
                .map(value -> new Stored<>(Documents.intent(value.value()), value.modRevision()))
                .toList();
    }

    /**
     * A new cluster with its work request in place of its intent, if and only if the intent is still as read.
     *
     * @param also what else must hold and be written in the same transaction, for example a retry token
     */
    public boolean create(
            Stored<Intent> intent,
            Cluster.Creating cluster,
            WorkRequest.InProgress work,
            Consumer<Transaction.Builder> also,
            DomainEvent event) {
        String pending = Layout.pending(cluster.id());
        CompartmentId compartment = cluster.facts().compartmentId();
        return store.commit(Transaction.builder()
                        .ifModRevision(pending, intent.modRevision())
                        .ifAbsent(Layout.cluster(cluster.id()))
                        .delete(pending)
                        .put(Layout.cluster(cluster.id()), Documents.write(cluster))
                        .put(Layout.clustersOf(compartment) + cluster.id().value(), EMPTY)
                        .with(writeNew(work))
                        .with(also)
                        .with(outbox.stage(event))
                        .build())
                .committed();
    }

    /** Moves the cluster and accepts the work request that is to carry it out. */
    public boolean begin(Stored<Cluster> seen, Cluster next, WorkRequest.Accepted work) {
        return store.commit(beginning(seen, next, work).build()).committed();
    }

    /** As {@link #begin}, and ends the work request that the move makes pointless. */
    public boolean beginInsteadOf(
            Stored<Cluster> seen,
            Cluster next,
            WorkRequest.Accepted work,
            Stored<WorkRequest> pointless,
            WorkRequest.Failed ended) {
        return store.commit(beginning(seen, next, work)
                        .ifModRevision(Layout.work(ended.id()), pointless.modRevision())
                        .put(Layout.work(ended.id()), Documents.write(ended))
                        .build())
                .committed();
    }

    private static Transaction.Builder beginning(Stored<Cluster> seen, Cluster next, WorkRequest.Accepted work) {
        return Transaction.builder()
                .ifModRevision(Layout.cluster(next.id()), seen.modRevision())
                .put(Layout.cluster(next.id()), Documents.write(next))
                .put(
                        Layout.unfinished(work.id()),
                        ascii(work.facts().clusterId().value()))
                .with(writeNew(work));
    }

    /** Marks the work request as begun; empty when it moved. */
    public Optional<Stored<WorkRequest>> start(Stored<WorkRequest> seen, WorkRequest.InProgress next) {
        String key = Layout.work(next.id());
        TransactionResult result = store.commit(Transaction.builder()
                .ifModRevision(key, seen.modRevision())
                .put(key, Documents.write(next))
                .build());
        return result.committed() ? Optional.of(new Stored<>(next, result.revision())) : Optional.empty();
    }

    /** Moves the cluster and ends its work request, with the events of it. */
    public boolean finish(Work seen, Cluster next, WorkRequest ended, DomainEvent... events) {
        Transaction.Builder transaction = Transaction.builder()
                .ifModRevision(Layout.cluster(next.id()), seen.cluster().modRevision())
                .ifModRevision(Layout.work(ended.id()), seen.request().modRevision())
                .put(Layout.cluster(next.id()), Documents.write(next))
                .put(Layout.work(ended.id()), Documents.write(ended))
                .delete(Layout.unfinished(ended.id()))
                .with(outbox.stage(events));
        if (next instanceof Cluster.Deleted deleted) {
            transaction.put(Layout.deleted(deleted.deleted().at(), deleted.id()), EMPTY);
        }
        return store.commit(transaction.build()).committed();
    }

    /** The oldest work that is still to be done. */
    public List<Work> unfinished(int limit) {
        List<Work> all = new ArrayList<>();
        for (StoredValue value :
                store.scan(Scan.oldestFirst(Layout.UNFINISHED, limit)).values()) {
            ClusterId cluster = new ClusterId(new String(value.value().toArray(), StandardCharsets.US_ASCII));
            workOn(cluster, new WorkRequestId(Layout.last(value.key()))).ifPresent(all::add);
        }
        return all;
    }

    /** All clusters of a compartment, deleted ones too, by id; at most {@value #MAX_LISTED}. */
    public List<Stored<Cluster>> clustersIn(CompartmentId compartment) {
        return readAll(
                Layout.clustersOf(compartment), key -> Layout.CLUSTERS + Layout.last(key), ClusterStore::asCluster);
    }

    /** All work requests of a compartment, by id; at most {@value #MAX_LISTED}. */
    public List<Stored<WorkRequest>> worksIn(CompartmentId compartment) {
        return readAll(
                Layout.worksOf(compartment),
                key -> Layout.work(new WorkRequestId(Layout.last(key))),
                ClusterStore::asWork);
    }

    /** How many clusters a compartment holds, deleted ones that are still readable included. */
    public long countIn(CompartmentId compartment) {
        return store.count(Layout.clustersOf(compartment));
    }

    /** A page of the clusters of all compartments that are not deleted, by id. */
    public ClusterPage page(String afterId, int limit) {
        Page page = store.scan(new Scan(
                Layout.CLUSTERS, afterId.isEmpty() ? "" : Layout.CLUSTERS + afterId, limit, 0, Scan.Order.KEY, false));
        List<Cluster> clusters = page.values().stream()
                .map(value -> Documents.cluster(value.value()))
                .filter(cluster -> !(cluster instanceof Cluster.Deleted))
                .toList();
        String last = page.values().isEmpty()
                ? ""
                : Layout.last(page.values().getLast().key());
        return new ClusterPage(clusters, last, page.more());
    }

    /**
     * Forgets a few of the clusters deleted before a time, with their work requests.
     *
     * @return how many
     */
    public int forgetDeletedBefore(Instant time, int limit) {
        int forgotten = 0;
        for (StoredValue value : store.scan(Scan.of(Layout.DELETED, limit)).values()) {
            if (!Layout.timeOfDeleted(value.key()).isBefore(time)) {
                break;
            }
            ClusterId id = new ClusterId(Layout.last(value.key()));
            Optional<Stored<Cluster>> cluster = cluster(id);
            if (cluster.isEmpty()) {
                store.commit(Transaction.builder().delete(value.key()).build());
                continue;
            }
            CompartmentId compartment = cluster.get().value().facts().compartmentId();
            for (StoredValue work :
                    store.scan(Scan.of(Layout.worksOf(id), Scan.MAX_LIMIT)).values()) {
                WorkRequestId request = new WorkRequestId(Layout.last(work.key()));
                store.commit(Transaction.builder()
                        .delete(work.key())
                        .delete(Layout.work(request))
                        .delete(Layout.worksOf(compartment) + request.value())
                        .build());
            }
            store.commit(Transaction.builder()
                    .delete(value.key())
                    .delete(Layout.cluster(id))
                    .delete(Layout.clustersOf(compartment) + id.value())
                    .build());
            forgotten++;
        }
        return forgotten;
    }

    private static Consumer<Transaction.Builder> writeNew(WorkRequest work) {
        WorkRequest.Facts facts = work.facts();
        return builder -> builder.ifAbsent(Layout.work(facts.id()))
                .put(Layout.work(facts.id()), Documents.write(work))
                .put(Layout.worksOf(facts.compartmentId()) + facts.id().value(), EMPTY)
                .put(Layout.worksOf(facts.clusterId()) + facts.id().value(), EMPTY);
    }

    private <T> List<Stored<T>> readAll(
            String index, Function<String, String> recordKey, Function<StoredValue, Stored<T>> decode) {
        List<Stored<T>> all = new ArrayList<>();
        Scan scan = new Scan(index, "", Scan.MAX_LIMIT, 0, Scan.Order.KEY, true);
        while (all.size() < MAX_LISTED) {
            Page page = store.scan(scan);
            List<String> keys = page.values().stream()
                    .map(value -> recordKey.apply(value.key()))
                    .toList();
            for (int from = 0; from < keys.size(); from += Transaction.MAX_OPERATIONS) {
                Transaction.Builder reads = Transaction.builder();
                keys.subList(from, Math.min(keys.size(), from + Transaction.MAX_OPERATIONS))
                        .forEach(reads::read);
                store.commit(reads.build()).read().forEach(value -> all.add(decode.apply(value)));
            }
            if (!page.more() || page.values().isEmpty()) {
                break;
            }
            scan = scan.after(page.values().getLast().key());
        }
        return all;
    }

    private static Stored<Cluster> asCluster(StoredValue value) {
        return new Stored<>(Documents.cluster(value.value()), value.modRevision());
    }

    private static Stored<WorkRequest> asWork(StoredValue value) {
        return new Stored<>(Documents.work(value.value()), value.modRevision());
    }

    private static Bytes ascii(String text) {
        return Bytes.takeOwnershipOf(text.getBytes(StandardCharsets.US_ASCII));
    }
}
