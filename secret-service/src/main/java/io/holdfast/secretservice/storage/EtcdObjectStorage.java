package io.holdfast.secretservice.storage;

import io.holdfast.envelope.cbc.SealedSecret;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.RevisionCompacted;
import io.holdfast.platform.store.Scan;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import io.holdfast.platform.store.TransactionResult;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.endpoint.ClusterRecord;
import io.holdfast.secretservice.endpoint.ServedClusters;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.fence.WriteFences;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.keys.KeyAccessRefused;
import io.holdfast.secretservice.keys.KeyServiceUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The storage on the data etcd. Thread safe.
 *
 * <p>A write: seal once, wrap, commit if and only if the fence is open under exactly the version that it was wrapped
 * under. On a fence that moved, the same sealed value is wrapped again. A read: unwrap under a live session, verify,
 * decrypt; it never looks at the fence, only at what key-service grants now.
 */
public final class EtcdObjectStorage implements ObjectStorage {
    /** A fence that moves this often within one write is no fence at work but an error. */
    private static final int WRITE_TRIES = 10;

    private static final int MAX_LIMIT = 500;
    private static final int MOST_NAMED = 100;

    private final KeyValueStore store;
    private final ServedClusters clusters;
    private final WriteFences fences;
    private final Envelopes envelopes;
    private final AccessSession session;
    private final MeterRegistry meters;
    private final Tracer tracer;
    private final WriteStep step;
    private final LiveWatches watches;

    public EtcdObjectStorage(
            KeyValueStore store,
            ServedClusters clusters,
            WriteFences fences,
            Envelopes envelopes,
            AccessSession session,
            LiveWatches watches,
            MeterRegistry meters,
            Tracer tracer) {
        this(store, clusters, fences, envelopes, session, watches, meters, tracer, WriteStep.NONE);
    }

    EtcdObjectStorage(
            KeyValueStore store,
            ServedClusters clusters,
            WriteFences fences,
            Envelopes envelopes,
            AccessSession session,
            LiveWatches watches,
            MeterRegistry meters,
            Tracer tracer,
            WriteStep step) {
        this.store = store;
        this.clusters = clusters;
        this.fences = fences;
        this.envelopes = envelopes;
        this.session = session;
        this.watches = watches;
        this.meters = meters;
        this.tracer = tracer;
        this.step = step;
    }

    // Reads

    @Override
    public StoredObject read(ClusterId cluster, Resource resource, String namespace, String name) {
        return observed("read", cluster, resource, () -> {
            ClusterRecord record = served(cluster);
            StoredValue value =
                    store.get(key(cluster, resource, namespace, name)).orElseThrow(StorageRefusal.ObjectUnknown::new);
            return open(record, resource, List.of(value)).getFirst();
        });
    }

    @Override
    public ObjectPage list(
            ClusterId cluster, Resource resource, String namespace, @Nullable Continuation continuation, int limit) {
        return observed("list", cluster, resource, () -> {
            ClusterRecord record = served(cluster);
            Page page = page(cluster, resource, namespace, continuation, limit, false);
            List<StoredObject> objects = page.values().isEmpty() ? List.of() : open(record, resource, page.values());
            return new ObjectPage(
                    objects,
                    page.revision(),
                    next(cluster, resource, page),
                    page.total() - page.values().size());
        });
    }

    @Override
    public NamePage names(
            ClusterId cluster, Resource resource, String namespace, @Nullable Continuation continuation, int limit) {
        return observed("names", cluster, resource, () -> {
            served(cluster);
            Page page = page(cluster, resource, namespace, continuation, limit, true);
            List<ObjectName> names = page.values().stream()
                    .map(value -> named(cluster, resource, value))
                    .toList();
            return new NamePage(
                    names,
                    page.revision(),
                    next(cluster, resource, page),
                    page.total() - page.values().size());
        });
    }

    private Page page(
            ClusterId cluster,
            Resource resource,
            String namespace,
            @Nullable Continuation continuation,
            int limit,
            boolean keysOnly) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("a page of " + limit + " objects");
        }
        String prefix = prefix(cluster, resource, namespace);
        String after = continuation == null ? "" : position(cluster, resource, continuation);
        if (!after.isEmpty() && !after.startsWith(prefix)) {
            // A position of another list: from there the range would reach into other namespaces.
            throw new StorageRefusal.RevisionExpired();
        }
        long revision = continuation == null ? 0 : continuation.revision();
        try {
            return store.scan(
                    new Scan(prefix(cluster, resource, namespace), after, limit, revision, Scan.Order.KEY, keysOnly));
        } catch (RevisionCompacted compacted) {
            throw new StorageRefusal.RevisionExpired();
        }
    }

    private static String position(ClusterId cluster, Resource resource, Continuation continuation) {
        ClusterPaths paths = ClusterPaths.of(cluster);
        return switch (resource) {
            case NAMESPACES -> paths.namespace(continuation.afterName());
            case SECRETS -> paths.secret(continuation.afterNamespace(), continuation.afterName());
        };
    }

    private static @Nullable Continuation next(ClusterId cluster, Resource resource, Page page) {
        if (!page.more() || page.values().isEmpty()) {
            return null;
        }
        ObjectName last = named(cluster, resource, page.values().getLast());
        return new Continuation(page.revision(), last.namespace(), last.name());
    }

    /** All of them, or a refusal that names those which cannot be opened. */
    private List<StoredObject> open(ClusterRecord record, Resource resource, List<StoredValue> values) {
        if (resource == Resource.NAMESPACES) {
            return values.stream()
                    .map(value -> object(
                            named(record.id(), resource, value),
                            SecretBytes.takeOwnershipOf(value.value().toArray()),
                            value.modRevision(),
                            0))
                    .toList();
        }
        Envelopes.OpenedBatch batch = openSecrets(record.id(), record.bindingId(), values);
        List<ObjectName> damaged = new ArrayList<>();
        List<StoredObject> objects = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            ObjectName name = named(record.id(), resource, values.get(i));
            switch (batch.outcomes().get(i)) {
                case Envelopes.Outcome.Plain plain ->
                    objects.add(object(name, plain.plaintext(), name.revision(), batch.stateRevision()));
                case Envelopes.Outcome.Damaged unreadable -> damaged.add(name);
            }
        }
        if (!damaged.isEmpty()) {
            batch.close();
            meters.counter("holdfast.secrets.damaged").increment(damaged.size());
            throw new StorageRefusal.ObjectsDamaged(damaged.subList(0, Math.min(MOST_NAMED, damaged.size())));
        }
        return objects;
    }

    private Envelopes.OpenedBatch openSecrets(ClusterId cluster, BindingId binding, List<StoredValue> values) {
        return envelopes.open(
                ClusterPaths.of(cluster),
                binding,
                values.stream()
                        .map(value -> new Envelopes.Found(value.key(), value.value()))
                        .toList());
    }

    private static StoredObject object(ObjectName name, SecretBytes value, long revision, long stateRevision) {
        return new StoredObject(name.namespace(), name.name(), value, revision, stateRevision);
    }

    // Writes

    @Override
    public StoredObject create(
            ClusterId cluster, Resource resource, String namespace, String name, SecretBytes value, CommitGuard guard) {
        return observed(
                "create",
                cluster,
                resource,
                () -> write(cluster, resource, namespace, name, new Absent(), value, guard));
    }

    @Override
    public StoredObject replace(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value,
            CommitGuard guard) {
        return observed(
                "replace",
                cluster,
                resource,
                () -> write(cluster, resource, namespace, name, new At(expectedRevision), value, guard));
    }

    @Override
    public StoredObject refresh(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value,
            CommitGuard guard) {
        return observed("refresh", cluster, resource, () -> {
            ClusterRecord record = served(cluster);
            Optional<StoredValue> stored = store.get(key(cluster, resource, namespace, name));
            requireAt(stored, expectedRevision);
            boolean fresh = resource == Resource.NAMESPACES
                    || Envelopes.upToDate(
                            stored.get().value(),
                            fences.read(cluster)
                                    .orElseThrow(StorageRefusal.ClusterUnknown::new)
                                    .terms()
                                    .version()
                                    .id());
            // What stays is opened once more: its answer rests on access now, not on that of the earlier read.
            return fresh
                    ? open(record, resource, List.of(stored.get())).getFirst()
                    : write(cluster, resource, namespace, name, new At(expectedRevision), value, guard);
        });
    }

    /** What a write finds in place of its object, if it is to happen. */
    private sealed interface Expected permits Absent, At {}

    private record Absent() implements Expected {}

    private record At(long revision) implements Expected {}

    private StoredObject write(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            Expected expected,
            SecretBytes value,
            CommitGuard guard) {
        served(cluster);
        return switch (resource) {
            case NAMESPACES -> writeNamespace(cluster, name, expected, value, guard);
            case SECRETS -> writeSecret(cluster, namespace, name, expected, value, guard);
        };
    }

    private StoredObject writeNamespace(
            ClusterId cluster, String name, Expected expected, SecretBytes value, CommitGuard guard) {
        String key = key(cluster, Resource.NAMESPACES, "", name);
        Bytes stored = value.use(Bytes::copyOf);
        for (int attempt = 0; attempt < WRITE_TRIES; attempt++) {
            PlacedFence fence = fence(cluster, attempt);
            Optional<Long> revision = commit(cluster, fence, key, expected, stored, "", guard);
            if (revision.isPresent()) {
                return new StoredObject("", name, copy(value), revision.get(), 0);
            }
        }
        throw new StorageRefusal.StorageUnavailable("the write fence keeps moving", null);
    }

    private StoredObject writeSecret(
            ClusterId cluster, String namespace, String name, Expected expected, SecretBytes value, CommitGuard guard) {
        if (!Envelopes.fits(namespace, name, value)) {
            throw new IllegalArgumentException("the object does not carry the name it is stored under");
        }
        String key = key(cluster, Resource.SECRETS, namespace, name);
        try (SealedSecret sealed = envelopes.seal(key, value)) {
            for (int attempt = 0; attempt < WRITE_TRIES; attempt++) {
                PlacedFence seen = fence(cluster, attempt);
                KeyAccess.Wrapped wrapped = envelopes.wrap(seen.terms().bindingId(), List.of(sealed));
                Optional<PlacedFence> fence = alignedWith(seen, wrapped.version());
                if (fence.isEmpty()) {
                    Envelopes.pause(attempt);
                    continue;
                }
                step.beforeCommit(cluster, key, attempt);
                Bytes stored =
                        Bytes.takeOwnershipOf(sealed.stored(wrapped.wrapped().getFirst()));
                Optional<Long> revision = commit(cluster, fence.get(), key, expected, stored, namespace, guard);
                if (revision.isPresent()) {
                    return new StoredObject(namespace, name, copy(value), revision.get(), wrapped.stateRevision());
                }
                meters.counter("holdfast.secrets.rewraps").increment();
            }
        }
        throw new StorageRefusal.StorageUnavailable("the write fence keeps moving", null);
    }

    /**
     * The fence open under exactly this version, helped there where the key is ahead of it: a wrap that key-service has
     * just granted is a live grant. Empty when the race was lost, or the wrap is older than the fence: start again.
     */
    private Optional<PlacedFence> alignedWith(PlacedFence seen, KeyVersion version) {
        Optional<PlacedFence> open =
                seen.fence() instanceof WriteFence.Blocked ? fences.reopen(seen) : Optional.of(seen);
        return open.flatMap(fence -> {
            KeyVersion fenced = fence.terms().version();
            if (version.newerThan(fenced)) {
                return fences.forward(fence, version, "KeyRotated");
            }
            return version.equals(fenced) ? Optional.of(fence) : Optional.empty();
        });
    }

    private PlacedFence fence(ClusterId cluster, int attempt) {
        PlacedFence fence = (attempt == 0 ? fences.recent(cluster) : fences.read(cluster))
                .orElseThrow(StorageRefusal.ClusterUnknown::new);
        return switch (fence.fence()) {
            case WriteFence.Open open -> fence;
            case WriteFence.Blocked blocked -> fence;
            case WriteFence.Closed closed -> throw new StorageRefusal.ClusterUnknown();
        };
    }

    /**
     * @param namespace of a Secret to be created, which must exist; empty where none is needed
     * @return the revision of the write; empty when the fence has moved
     */
    private Optional<Long> commit(
            ClusterId cluster,
            PlacedFence fence,
            String key,
            Expected expected,
            Bytes stored,
            String namespace,
            CommitGuard guard) {
        ClusterPaths paths = ClusterPaths.of(cluster);
        Transaction.Builder transaction = Transaction.builder()
                .ifModRevision(paths.fence(), fence.revision())
                .read(key)
                .put(key, stored);
        boolean needsNamespace = expected instanceof Absent && !namespace.isEmpty();
        switch (expected) {
            case Absent absent -> transaction.ifAbsent(key);
            case At at -> transaction.ifModRevision(key, at.revision());
        }
        if (needsNamespace) {
            transaction.ifPresent(paths.namespace(namespace)).read(paths.namespace(namespace));
        }
        TransactionResult result;
        try {
            result = guard.holding(() -> store.commit(transaction.build()));
        } catch (OutcomeUnknown unknown) {
            return Optional.of(settle(key, stored, unknown));
        }
        if (result.committed()) {
            return Optional.of(result.revision());
        }
        Optional<StoredValue> found = result.read(key);
        switch (expected) {
            case Absent absent -> {
                if (found.isPresent()) {
                    throw new StorageRefusal.ObjectExists();
                }
            }
            case At at -> requireAt(found, at.revision());
        }
        if (needsNamespace && result.read(paths.namespace(namespace)).isEmpty()) {
            throw new StorageRefusal.NamespaceUnknown();
        }
        return Optional.empty();
    }

    private static void requireAt(Optional<StoredValue> found, long revision) {
        if (found.isEmpty()) {
            throw new StorageRefusal.ObjectUnknown();
        }
        if (found.get().modRevision() != revision) {
            throw new StorageRefusal.ObjectChanged();
        }
    }

    /** Our exact bytes under the key are proof that the write happened: each seal has its own key and IV. */
    private long settle(String key, Bytes stored, OutcomeUnknown unknown) {
        Optional<StoredValue> found =
                store.get(key).filter(value -> value.value().equals(stored));
        if (found.isPresent()) {
            return found.get().modRevision();
        }
        // Not there may also mean "not yet": the request can still be on its way.
        throw new StorageRefusal.StorageUnavailable("the outcome of the write is unknown", unknown);
    }

    @Override
    public long delete(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            CommitGuard guard) {
        return observed("delete", cluster, resource, () -> {
            served(cluster);
            String key = key(cluster, resource, namespace, name);
            TransactionResult result;
            try {
                result = guard.holding(() -> store.commit(Transaction.builder()
                        .ifModRevision(key, expectedRevision)
                        .read(key)
                        .delete(key)
                        .build()));
            } catch (OutcomeUnknown unknown) {
                throw new StorageRefusal.StorageUnavailable("the outcome of the deletion is unknown", unknown);
            }
            if (!result.committed()) {
                requireAt(result.read(key), expectedRevision);
                throw new StorageRefusal.ObjectChanged();
            }
            return result.revision();
        });
    }

    // Watches

    @Override
    public AutoCloseable watch(
            ClusterId cluster, Resource resource, String namespace, long fromRevision, ObjectWatcher watcher) {
        return observed("watch", cluster, resource, () -> {
            ClusterRecord record = served(cluster);
            Function<List<StoredValue>, Envelopes.OpenedBatch> opening =
                    switch (resource) {
                        case NAMESPACES -> EtcdObjectStorage::plainly;
                        case SECRETS -> values -> openSecrets(cluster, record.bindingId(), values);
                    };
            OpeningWatch watch = new OpeningWatch(
                    record, resource, watcher, values -> guarded(cluster, () -> opening.apply(values)), watches);
            watches.add(watch);
            watch.start(() -> store.watch(prefix(cluster, resource, namespace), fromRevision + 1, watch));
            return watch;
        });
    }

    private static Envelopes.OpenedBatch plainly(List<StoredValue> values) {
        return new Envelopes.OpenedBatch(
                0,
                values.stream()
                        .<Envelopes.Outcome>map(value -> new Envelopes.Outcome.Plain(
                                SecretBytes.takeOwnershipOf(value.value().toArray()), true))
                        .toList());
    }

    // What all share

    @Override
    public Optional<ServedCluster> cluster(ClusterId cluster) {
        return guarded(
                cluster,
                () -> clusters.find(cluster)
                        .map(record -> new ServedCluster(
                                cluster,
                                record.compartmentId().value(),
                                record.tenancyId().value(),
                                record.keyId().value(),
                                record.bindingId().value(),
                                fences.recent(cluster)
                                        .map(fence -> fence.fence() instanceof WriteFence.Open)
                                        .orElse(false))));
    }

    private ClusterRecord served(ClusterId cluster) {
        return clusters.find(cluster).orElseThrow(StorageRefusal.ClusterUnknown::new);
    }

    private static String prefix(ClusterId cluster, Resource resource, String namespace) {
        ClusterPaths paths = ClusterPaths.of(cluster);
        return switch (resource) {
            case NAMESPACES -> paths.namespaces();
            case SECRETS -> namespace.isEmpty() ? paths.secrets() : paths.secretsOf(namespace);
        };
    }

    private static String key(ClusterId cluster, Resource resource, String namespace, String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || namespace.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a name with a slash, or none");
        }
        ClusterPaths paths = ClusterPaths.of(cluster);
        return switch (resource) {
            case NAMESPACES -> paths.namespace(name);
            case SECRETS -> {
                if (namespace.isEmpty()) {
                    throw new IllegalArgumentException("a Secret without a namespace");
                }
                yield paths.secret(namespace, name);
            }
        };
    }

    static ObjectName named(ClusterId cluster, Resource resource, StoredValue value) {
        return named(cluster, resource, value.key(), value.modRevision());
    }

    static ObjectName named(ClusterId cluster, Resource resource, String key, long revision) {
        ClusterPaths paths = ClusterPaths.of(cluster);
        return switch (resource) {
            case NAMESPACES ->
                new ObjectName("", key.substring(paths.namespaces().length()), revision);
            case SECRETS -> {
                ClusterPaths.Located located = paths.locate(key);
                yield new ObjectName(located.namespace(), located.name(), revision);
            }
        };
    }

    private static SecretBytes copy(SecretBytes value) {
        return value.use(SecretBytes::copyOf);
    }

    private <T> T observed(String operation, ClusterId cluster, Resource resource, Supplier<T> work) {
        Span span = tracer.spanBuilder("storage " + operation)
                .setAttribute("holdfast.cluster.id", cluster.value())
                .setAttribute("holdfast.resource", resource.name())
                .startSpan();
        String outcome = "ok";
        try (Scope scope = span.makeCurrent()) {
            return guarded(cluster, work);
        } catch (StorageRefusal refusal) {
            outcome = refusal.getClass().getSimpleName();
            span.setStatus(StatusCode.ERROR, outcome);
            throw refusal;
        } catch (RuntimeException e) {
            outcome = "error";
            span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
            throw e;
        } finally {
            span.end();
            meters.counter(
                            "holdfast.storage.operations",
                            "operation",
                            operation,
                            "resource",
                            resource.name(),
                            "outcome",
                            outcome)
                    .increment();
        }
    }

    /** Turns what the store and key-service refuse into what a caller of the storage can act on. */
    private <T> T guarded(ClusterId cluster, Supplier<T> work) {
        try {
            return work.get();
        } catch (KeyAccessRefused refused) {
            throw refusal(cluster, refused);
        } catch (KeyServiceUnavailable | Envelopes.NotAdmitted e) {
            throw new StorageRefusal.StorageUnavailable("key-service does not answer", e);
        } catch (StoreFull full) {
            throw new StorageRefusal.StorageUnavailable("the data etcd is out of space", full);
        } catch (StoreUnavailable | OutcomeUnknown e) {
            throw new StorageRefusal.StorageUnavailable("the data etcd does not answer", e);
        }
    }

    private StorageRefusal refusal(ClusterId cluster, KeyAccessRefused refused) {
        Denial denial = refused.denial();
        if (!denial.blocks()) {
            return new StorageRefusal.StorageUnavailable("the vault of the key does not answer", refused);
        }
        String keyId =
                clusters.find(cluster).map(record -> record.keyId().value()).orElse("");
        return new StorageRefusal.KeyAccessBlocked(
                keyId, denial.name(), String.valueOf(refused.getMessage()), denial.permanent());
    }
}
