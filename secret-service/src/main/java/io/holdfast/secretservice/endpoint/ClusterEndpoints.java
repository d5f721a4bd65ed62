package io.holdfast.secretservice.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.events.SecretEvent.ClusterEndpointOpened;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.fence.FenceCodec;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.keys.BindingDirectory;
import io.holdfast.secretservice.keys.ClusterDirectory;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.keys.KeyAccess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Opens the endpoint of a cluster and removes it again. Every method is idempotent and may be repeated after any error;
 * errors of the store and of key-service come out as they are.
 */
public final class ClusterEndpoints {
    private static final Logger LOG = Logger.getLogger(ClusterEndpoints.class);
    private static final int BATCH = 100;
    private static final int TRIES = 10;
    private static final Duration TELL_AGAIN_AFTER = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final KeyValueStore store;
    private final Outbox outbox;
    private final ServedClusters clusters;
    private final WriteFences fences;
    private final BindingDirectory bindings;
    private final KeyAccess keys;
    private final AccessSession session;
    private final TimeSource time;
    private final String publicUrl;

    /** @param publicUrl the URL of this service as clients reach it, without a slash at its end */
    public ClusterEndpoints(
            KeyValueStore store,
            Outbox outbox,
            ServedClusters clusters,
            WriteFences fences,
            BindingDirectory bindings,
            KeyAccess keys,
            AccessSession session,
            TimeSource time,
            String publicUrl) {
        this.store = store;
        this.outbox = outbox;
        this.clusters = clusters;
        this.fences = fences;
        this.bindings = bindings;
        this.keys = keys;
        this.session = session;
        this.time = time;
        this.publicUrl = publicUrl;
    }

    /** How an opening ended. */
    public enum Opening {
        OPENED,
        /** Open already, or deleted meanwhile, or never to be: its binding is another's or released. */
        NOTHING_TO_DO,
        /** Open already, and its owner is told again: it still waited. */
        TOLD_AGAIN,
        /** The key is not granted now; it is opened as soon as it is. */
        WAITING
    }

    /**
     * Opens the endpoint: record, fence, first namespaces and the event in one transaction, if and only if the cluster was
     * never opened here and its key is granted now.
     */
    public Opening open(Wish wish) {
        if (clusters.known(wish.id())) {
            return wish.life() == ClusterDirectory.Life.AWAITED ? tellAgain(wish) : Opening.NOTHING_TO_DO;
        }
        Optional<BindingDirectory.Binding> binding = bindings.find(wish.bindingId());
        if (binding.isEmpty()
                || binding.get().released()
                || !binding.get().clusterId().equals(wish.id())
                || !binding.get().keyId().equals(wish.keyId())) {
            LOG.warnf(
                    "Cluster %s is not opened: key-service knows no such binding",
                    wish.id().value());
            store.commit(Transaction.builder()
                    .delete(ClusterPaths.of(wish.id()).opening())
                    .build());
            return Opening.NOTHING_TO_DO;
        }
        KeyAccess.Grants grants = keys.grants(List.of(wish.bindingId()));
        if (session.admits(grants.stateRevision())
                && !grants.holdsUntil().isOverAt(time.wall())
                && grants.grants().getFirst() instanceof KeyAccess.Allowed allowed) {
            return open(wish, allowed);
        }
        remember(wish);
        return Opening.WAITING;
    }

    /**
     * The owner still waits: the event may be on its way, or lost with a broker's disk. Told again only when it had its
     * time; what it is told twice changes nothing.
     */
    private Opening tellAgain(Wish wish) {
        ClusterPaths paths = ClusterPaths.of(wish.id());
        Optional<StoredValue> stored = store.get(paths.record());
        Optional<ClusterRecord> record = stored.flatMap(value -> ClusterRecord.decode(value.value()));
        if (record.isEmpty()
                || record.get().deleted()
                || !record.get().bindingId().equals(wish.bindingId())
                || time.wall().toEpochMilli() - record.get().openedAtMillis() < TELL_AGAIN_AFTER.toMillis()) {
            return Opening.NOTHING_TO_DO;
        }
        boolean told = store.commit(Transaction.builder()
                        .ifUnchanged(stored.get())
                        .with(outbox.stage(new ClusterEndpointOpened(
                                wish.id(), wish.bindingId(), record.get().endpoint())))
                        .build())
                .committed();
        LOG.warnf(
                "Endpoint of cluster %s is open and its owner still waits; told again",
                wish.id().value());
        return told ? Opening.TOLD_AGAIN : Opening.NOTHING_TO_DO;
    }

    private Opening open(Wish wish, KeyAccess.Allowed allowed) {
        ClusterPaths paths = ClusterPaths.of(wish.id());
        Instant now = time.wall();
        String endpoint = publicUrl + "/clusters/" + wish.id().value();
        ClusterRecord record = new ClusterRecord(
                wish.id(),
                wish.compartmentId(),
                wish.tenancyId(),
                wish.keyId(),
                wish.bindingId(),
                endpoint,
                now.toEpochMilli(),
                0);
        WriteFence fence = new WriteFence.Open(
                new WriteFence.Terms(wish.bindingId(), wish.keyId(), allowed.current(), WriteFence.FORMAT));
        Transaction.Builder transaction = Transaction.builder()
                .ifAbsent(paths.record())
                .ifAbsent(paths.fence())
                .put(paths.record(), record.encode())
                .put(paths.fence(), FenceCodec.encode(fence))
                .put(paths.index(), record.encode())
                .delete(paths.opening())
                .with(outbox.stage(new ClusterEndpointOpened(wish.id(), wish.bindingId(), endpoint)));
        for (String name : FirstNamespaces.NAMES) {
            transaction.put(paths.namespace(name), FirstNamespaces.stored(name, now));
        }
        boolean opened = store.commit(transaction.build()).committed();
        clusters.forget(wish.id());
        if (opened) {
            LOG.infof("Endpoint of cluster %s opened", wish.id().value());
        }
        return opened ? Opening.OPENED : Opening.NOTHING_TO_DO;
    }

    /** What is remembered of a wish. */
    record Written(String id, String compartmentId, String tenancyId, String keyId, String bindingId) {}

    private void remember(Wish wish) {
        try {
            Bytes written = Bytes.takeOwnershipOf(JSON.writeValueAsBytes(new Written(
                    wish.id().value(),
                    wish.compartmentId().value(),
                    wish.tenancyId().value(),
                    wish.keyId().value(),
                    wish.bindingId().value())));
            store.commit(Transaction.builder()
                    .ifAbsent(ClusterPaths.of(wish.id()).record())
                    .put(ClusterPaths.of(wish.id()).opening(), written)
                    .build());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a cluster that cannot be written", e);
        }
    }

    /** Tries again to open what waited for its key. @return whether nothing waits any longer */
    public boolean openWaiting() {
        boolean[] none = {true};
        each(ClusterPaths.OPENINGS, value -> none[0] &= open(wish(value)) != Opening.WAITING);
        return none[0];
    }

    private static Wish wish(StoredValue value) {
        try {
            Written written = JSON.readValue(value.value().toArray(), Written.class);
            return new Wish(
                    new ClusterId(written.id()),
                    new CompartmentId(written.compartmentId()),
                    new TenancyId(written.tenancyId()),
                    new KeyId(written.keyId()),
                    new BindingId(written.bindingId()),
                    ClusterDirectory.Life.WANTED);
        } catch (IOException e) {
            throw new IllegalStateException("an opening that cannot be read", e);
        }
    }

    /**
     * Removes a deleted cluster: closes the fence first, so that no write follows, then removes its data in bounded
     * batches, and leaves a tombstone; also where nothing was opened yet, so that an opening under way is refused.
     */
    public void close(ClusterId cluster) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<ClusterRecord> record = clusters.stored(cluster);
            if (record.isPresent()) {
                remove(record.get());
                return;
            }
            // Refused when it is buried already, or when an opening was faster, whose record is then found.
            if (bury(cluster) || clusters.stored(cluster).isEmpty()) {
                return;
            }
        }
        throw new IllegalStateException("the record of the cluster keeps changing and it cannot be closed");
    }

    private boolean bury(ClusterId cluster) {
        ClusterPaths paths = ClusterPaths.of(cluster);
        return store.commit(Transaction.builder()
                        .ifAbsent(paths.record())
                        .put(
                                paths.record(),
                                ClusterRecord.neverOpened(cluster, time.wall().toEpochMilli()))
                        .delete(paths.opening())
                        .build())
                .committed();
    }

    private void remove(ClusterRecord record) {
        ClusterId cluster = record.id();
        ClusterPaths paths = ClusterPaths.of(cluster);
        closeFence(cluster);
        store.commit(Transaction.builder().delete(paths.opening()).build());
        if (!record.deleted()) {
            store.commit(Transaction.builder()
                    .put(
                            paths.record(),
                            record.deletedAt(time.wall().toEpochMilli()).encode())
                    .build());
        }
        clusters.forget(cluster);
        removeAll(paths.registry());
        removeAll(ClusterPaths.UNFINISHED_JOBS + cluster.value() + "/");
        removeAll(paths.jobs());
        // Last: while it stands, a removal that was broken off is taken up again.
        store.commit(Transaction.builder().delete(paths.index()).build());
        LOG.infof("Cluster %s and its data removed", cluster.value());
    }

    /** Takes up removals that were broken off. */
    public void finishRemovals() {
        clusters.forEach(cluster -> {
            if (isClosed(cluster)) {
                close(cluster);
            }
        });
    }

    private boolean isClosed(ClusterId cluster) {
        try {
            return fences.recent(cluster)
                    .map(fence -> fence.fence() instanceof WriteFence.Closed)
                    .orElse(false);
        } catch (IllegalStateException unreadable) {
            LOG.errorf(unreadable, "Whether cluster %s is being removed cannot be told", cluster.value());
            return false;
        }
    }

    private void closeFence(ClusterId cluster) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<PlacedFence> fence = fences.read(cluster);
            if (fence.isEmpty() || fence.get().fence() instanceof WriteFence.Closed) {
                return;
            }
            fences.close(fence.get());
        }
        throw new IllegalStateException("the write fence keeps moving and cannot be closed");
    }

    private void removeAll(String prefix) {
        while (true) {
            Page page = store.scan(new Scan(prefix, "", BATCH, 0, Scan.Order.KEY, true));
            if (page.values().isEmpty()) {
                return;
            }
            Transaction.Builder batch = Transaction.builder();
            page.values().forEach(value -> batch.delete(value.key()));
            store.commit(batch.build());
        }
    }

    private void each(String prefix, Consumer<StoredValue> consumer) {
        Scan scan = Scan.of(prefix, BATCH);
        while (true) {
            Page page = store.scan(scan);
            page.values().forEach(consumer);
            if (!page.more() || page.values().isEmpty()) {
                return;
            }
            scan = scan.after(page.values().getLast().key());
        }
    }
}
