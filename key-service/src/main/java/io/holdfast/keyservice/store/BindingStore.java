package io.holdfast.keyservice.store;

import io.holdfast.events.DomainEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.identity.Compartments;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Bindings, and the snapshots of binding, key and state revision that decisions rest on. */
@ApplicationScoped
public class BindingStore {
    private static final int BINDINGS_PER_READ = 60;

    private final KeyValueStore store;
    private final StateRevision state;
    private final Outbox outbox;

    public BindingStore(KeyValueStore store, StateRevision state, Outbox outbox) {
        this.store = store;
        this.state = state;
        this.outbox = outbox;
    }

    /**
     * One binding and its key, read together.
     *
     * @param key absent only when etcd was tampered with: keys are never removed
     */
    public record Bound(Stored<Binding> binding, Optional<Stored<MasterKey>> key) {}

    /**
     * What one etcd transaction read.
     *
     * @param stateRevision the state revision at that moment
     */
    public record Snapshot(Map<BindingId, Bound> bound, long stateRevision) {}

    /**
     * A key, the cluster's held binding if any, and the state revision, read together.
     *
     * @param index mod revision of the cluster's entry, 0 when there is none
     */
    public record BeforeBind(
            Optional<Stored<MasterKey>> key, Optional<BindingId> bound, long index, long stateRevision) {}

    /** @param stateRevision at or before which all of the page was read */
    public record BindingPage(List<Stored<Binding>> bindings, boolean more, long stateRevision) {}

    public Optional<Stored<Binding>> binding(BindingId id) {
        return store.get(Layout.binding(id)).map(BindingStore::asBinding);
    }

    /** The binding that a cluster holds; empty when it has none, or none any more. */
    public Optional<Binding.Held> heldBy(ClusterId cluster) {
        return store.get(Layout.bindingOf(cluster))
                .flatMap(
                        index -> binding(new BindingId(new String(index.value().toArray(), StandardCharsets.US_ASCII))))
                .map(Stored::value)
                .filter(Binding.Held.class::isInstance)
                .map(Binding.Held.class::cast);
    }

    /** Bindings with their keys, in groups, each group of one etcd transaction; unknown bindings are left out. */
    public List<Snapshot> snapshots(List<BindingId> ids) {
        List<Snapshot> snapshots = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += BINDINGS_PER_READ) {
            snapshots.add(snapshot(ids.subList(from, Math.min(ids.size(), from + BINDINGS_PER_READ))));
        }
        return snapshots;
    }

    private Snapshot snapshot(List<BindingId> ids) {
        // A binding names its key for ever, so the names may come from an earlier read than the snapshot.
        Transaction.Builder names = Transaction.builder();
        ids.forEach(id -> names.read(Layout.binding(id)));
        Map<BindingId, KeyId> keys = new LinkedHashMap<>();
        for (StoredValue value : store.commit(names.build()).read()) {
            Binding binding = Documents.binding(value.value());
            keys.put(binding.id(), binding.facts().keyId());
        }
        Transaction.Builder reads = Transaction.builder().read(StateRevision.KEY);
        keys.keySet().forEach(id -> reads.read(Layout.binding(id)));
        keys.values().stream().distinct().forEach(key -> reads.read(Layout.key(key)));
        TransactionResult result = store.commit(reads.build());
        Map<String, StoredValue> found = new LinkedHashMap<>();
        result.read().forEach(value -> found.put(value.key(), value));
        Map<BindingId, Bound> bound = new LinkedHashMap<>();
        keys.forEach((id, key) -> {
            @Nullable StoredValue binding = found.get(Layout.binding(id));
            if (binding != null) {
                bound.put(
                        id,
                        new Bound(
                                asBinding(binding),
                                Optional.ofNullable(found.get(Layout.key(key))).map(KeyStore::asKey)));
            }
        });
        return new Snapshot(bound, stateRevision(result));
    }

    public BeforeBind beforeBind(ClusterId cluster, KeyId key) {
        TransactionResult result = store.commit(Transaction.builder()
                .read(StateRevision.KEY)
                .read(Layout.key(key))
                .read(Layout.bindingOf(cluster))
                .build());
        Optional<StoredValue> index = result.read(Layout.bindingOf(cluster));
        return new BeforeBind(
                result.read(Layout.key(key)).map(KeyStore::asKey),
                index.map(value -> new BindingId(new String(value.value().toArray(), StandardCharsets.US_ASCII))),
                index.map(StoredValue::modRevision).orElse(0L),
                stateRevision(result));
    }

    /**
     * Records a new binding atomically, if and only if the key, the state revision and the cluster's absence of a binding
     * are still as read.
     *
     * @return empty when a race was lost: read again, decide again
     */
    public Optional<Stored<Binding>> create(
            Binding.Reserved binding, BeforeBind seen, Stored<MasterKey> key, DomainEvent event) {
        Binding.Facts facts = binding.facts();
        Transaction.Builder transaction = Transaction.builder()
                .ifModRevision(Layout.key(facts.keyId()), key.modRevision())
                .with(Compartments.open(facts.clusterCompartmentId()))
                .ifAbsent(Layout.bindingOf(facts.clusterId()))
                .ifAbsent(Layout.binding(facts.id()))
                .with(StateRevision.still(seen.stateRevision()));
        TransactionResult result = store.commit(transaction
                .put(Layout.binding(facts.id()), Documents.write(binding))
                .put(Layout.bindingOf(facts.clusterId()), ascii(facts.id().value()))
                .put(Layout.bindingsOf(facts.keyId()) + facts.id().value(), KeyStore.EMPTY)
                .with(state.raise())
                .with(outbox.stage(event))
                .build());
        return result.committed() ? Optional.of(new Stored<>(binding, result.revision())) : Optional.empty();
    }

    /** RESERVED to ACTIVE, atomically, if and only if the binding is still as read; false when the race was lost. */
    public boolean activate(Stored<Binding> seen, Binding.Active next) {
        return store.commit(Transaction.builder()
                        .ifModRevision(Layout.binding(next.id()), seen.modRevision())
                        .put(Layout.binding(next.id()), Documents.write(next))
                        .with(state.raise())
                        .build())
                .committed();
    }

    /** To RELEASED, atomically, if and only if the binding is still as read; false when the race was lost. */
    public boolean release(Stored<Binding> seen, Binding.Released next, DomainEvent event) {
        Binding.Facts facts = next.facts();
        // Nothing is unwrapped for a released binding any more, so none can be made meanwhile that counts.
        Page keks =
                store.scan(new Scan(Layout.keksOf(facts.id()), "", MasterKey.MAX_VERSIONS, 0, Scan.Order.KEY, true));
        return store.commit(Transaction.builder()
                        .ifModRevision(Layout.binding(facts.id()), seen.modRevision())
                        .put(Layout.binding(facts.id()), Documents.write(next))
                        .with(transaction -> keks.values().forEach(kek -> transaction.delete(kek.key())))
                        .delete(Layout.bindingOf(facts.clusterId()))
                        .delete(Layout.bindingsOf(facts.keyId()) + facts.id().value())
                        .with(state.raise())
                        .with(outbox.stage(event))
                        .build())
                .committed();
    }

    /** The binding that a cluster has now. */
    public Optional<Stored<Binding>> heldOf(ClusterId cluster) {
        return store.get(Layout.bindingOf(cluster))
                .flatMap(
                        value -> binding(new BindingId(new String(value.value().toArray(), StandardCharsets.US_ASCII))))
                .filter(bound -> bound.value() instanceof Binding.Held);
    }

    /** Held bindings in the order of cluster ids. */
    public BindingPage heldAfter(String cluster, int limit) {
        // The revision first: what is read afterwards is at least as new.
        long revision = state.current();
        Page page = store.scan(new Scan(
                Layout.BINDINGS_BY_CLUSTER,
                cluster.isEmpty() ? "" : Layout.BINDINGS_BY_CLUSTER + cluster,
                limit,
                0,
                Scan.Order.KEY,
                false));
        List<String> at = page.values().stream()
                .map(value ->
                        Layout.binding(new BindingId(new String(value.value().toArray(), StandardCharsets.US_ASCII))))
                .toList();
        return new BindingPage(read(at), page.more(), revision);
    }

    /** The keys that have held bindings. */
    public Set<KeyId> boundKeys() {
        Set<KeyId> keys = new HashSet<>();
        Scan scan = new Scan(Layout.BINDINGS_BY_KEY, "", Scan.MAX_LIMIT, 0, Scan.Order.KEY, true);
        while (true) {
            Page page = store.scan(scan);
            page.values().forEach(value -> keys.add(Layout.keyOfBinding(value.key())));
            if (!page.more() || page.values().isEmpty()) {
                return keys;
            }
            scan = scan.after(page.values().getLast().key());
        }
    }

    /** Held bindings of one key, in the order of binding ids. */
    public BindingPage heldOfKey(KeyId key, String afterBinding, int limit) {
        long revision = state.current();
        String prefix = Layout.bindingsOf(key);
        Page page = store.scan(
                new Scan(prefix, afterBinding.isEmpty() ? "" : prefix + afterBinding, limit, 0, Scan.Order.KEY, true));
        List<String> at = page.values().stream()
                .map(value -> Layout.binding(new BindingId(Layout.last(value.key()))))
                .toList();
        return new BindingPage(read(at), page.more(), revision);
    }

    private List<Stored<Binding>> read(List<String> keys) {
        List<Stored<Binding>> bindings = new ArrayList<>(keys.size());
        for (int from = 0; from < keys.size(); from += Transaction.MAX_OPERATIONS) {
            Transaction.Builder reads = Transaction.builder();
            keys.subList(from, Math.min(keys.size(), from + Transaction.MAX_OPERATIONS))
                    .forEach(reads::read);
            store.commit(reads.build()).read().forEach(value -> bindings.add(asBinding(value)));
        }
        return bindings;
    }

    private static long stateRevision(TransactionResult result) {
        return result.read(StateRevision.KEY).map(StoredValue::modRevision).orElse(0L);
    }

    private static Stored<Binding> asBinding(StoredValue value) {
        return new Stored<>(Documents.binding(value.value()), value.modRevision());
    }

    private static Bytes ascii(String text) {
        return Bytes.takeOwnershipOf(text.getBytes(StandardCharsets.US_ASCII));
    }
}
