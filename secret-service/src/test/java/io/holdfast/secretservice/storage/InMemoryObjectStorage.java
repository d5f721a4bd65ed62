package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.SecretBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Objects in memory with etcd's revisions: passes {@link ObjectStorageContract}. Keeps its whole history. */
public final class InMemoryObjectStorage implements ObjectStorage {
    private record Version(long revision, byte @Nullable [] value) {}

    private record Event(
            Resource resource,
            String namespace,
            String name,
            ObjectWatcher.Change change,
            byte[] value,
            long revision) {}

    private record Watch(Resource resource, String namespace, ObjectWatcher watcher) {}

    private static final class Cluster {
        final ServedCluster record;
        final Map<Resource, TreeMap<String, List<Version>>> objects = new HashMap<>();
        final List<Event> events = new ArrayList<>();
        final List<Watch> watches = new CopyOnWriteArrayList<>();
        final Set<String> damaged = new java.util.HashSet<>();
        final Set<String> stale = new java.util.HashSet<>();
        StorageRefusal.@Nullable KeyAccessBlocked blocked;

        Cluster(ServedCluster record) {
            this.record = record;
            for (Resource resource : Resource.values()) {
                objects.put(resource, new TreeMap<>());
            }
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ClusterId, Cluster> clusters = new HashMap<>();
    private final LongSupplier stateRevision;
    private long revision = 1;
    private long compacted;

    /** @param stateRevision the access state that values are read under */
    public InMemoryObjectStorage(LongSupplier stateRevision) {
        this.stateRevision = stateRevision;
    }

    public void open(ServedCluster cluster) {
        lock.lock();
        try {
            clusters.put(cluster.id(), new Cluster(cluster));
        } finally {
            lock.unlock();
        }
    }

    /** Blocks (null opens again); running watches of Secrets end. */
    public void block(ClusterId id, StorageRefusal.@Nullable KeyAccessBlocked blocked) {
        List<Watch> ended = new ArrayList<>();
        lock.lock();
        try {
            Cluster cluster = served(id);
            cluster.blocked = blocked;
            if (blocked != null) {
                cluster.watches.stream()
                        .filter(it -> it.resource() == Resource.SECRETS)
                        .forEach(ended::add);
                cluster.watches.removeAll(ended);
            }
        } finally {
            lock.unlock();
        }
        ended.forEach(it -> it.watcher().onEnded(blocked));
    }

    public void damage(ClusterId id, String namespace, String name) {
        lock.lock();
        try {
            served(id).damaged.add(namespace + "/" + name);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all that is older than the current revision. */
    public void compact() {
        lock.lock();
        try {
            compacted = revision;
        } finally {
            lock.unlock();
        }
    }

    private Cluster served(ClusterId id) {
        Cluster cluster = clusters.get(id);
        if (cluster == null) {
            throw new StorageRefusal.ClusterUnknown();
        }
        return cluster;
    }

    private static void requireAccess(Cluster cluster, Resource resource) {
        StorageRefusal.KeyAccessBlocked blocked = cluster.blocked;
        if (blocked != null && resource == Resource.SECRETS) {
            throw blocked;
        }
    }

    private static String key(Resource resource, String namespace, String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || namespace.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a name with a slash, or none");
        }
        return resource == Resource.SECRETS ? namespace + "/" + name : name;
    }

    private StoredObject object(Resource resource, String key, byte[] value, long at) {
        int slash = key.indexOf('/');
        return new StoredObject(
                slash < 0 ? "" : key.substring(0, slash),
                key.substring(slash + 1),
                SecretBytes.copyOf(value),
                at,
                resource == Resource.SECRETS ? stateRevision.getAsLong() : 0);
    }

    private static @Nullable Version at(@Nullable List<Version> versions, long revision) {
        Version found = null;
        if (versions != null) {
            for (Version version : versions) {
                if (version.revision() <= revision) {
                    found = version;
                }
            }
        }
        return found == null || found.value() == null ? null : found;
    }

    @Override
    public StoredObject read(ClusterId id, Resource resource, String namespace, String name) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            String key = key(resource, namespace, name);
            Version version = at(cluster.objects.get(resource).get(key), revision);
            if (version == null) {
                throw new StorageRefusal.ObjectUnknown();
            }
            requireAccess(cluster, resource);
            if (cluster.damaged.contains(key)) {
                throw new StorageRefusal.ObjectsDamaged(List.of(new ObjectName(namespace, name, version.revision())));
            }
            return object(resource, key, version.value(), version.revision());
        } finally {
            lock.unlock();
        }
    }

    private record Slice(
            Map<String, Version> found,
            long revision,
            @Nullable Continuation next,
            long remaining) {}

    private Slice slice(Cluster cluster, Resource resource, String namespace, @Nullable Continuation from, int limit) {
        if (limit < 1 || limit > 500) {
            throw new IllegalArgumentException("a page of " + limit);
        }
        long at = from == null ? revision : from.revision();
        if (at < compacted) {
            throw new StorageRefusal.RevisionExpired();
        }
        String after = from == null ? "" : key(resource, from.afterNamespace(), from.afterName());
        Map<String, Version> all = new TreeMap<>();
        cluster.objects.get(resource).tailMap(after, false).forEach((key, versions) -> {
            Version version = at(versions, at);
            if (version != null && (namespace.isEmpty() || key.startsWith(namespace + "/"))) {
                all.put(key, version);
            }
        });
        Map<String, Version> page = new TreeMap<>();
        for (Map.Entry<String, Version> entry : all.entrySet()) {
            if (page.size() < limit) {
                page.put(entry.getKey(), entry.getValue());
            }
        }
        long remaining = all.size() - page.size();
        Continuation next = null;
        if (remaining > 0) {
            String last = ((TreeMap<String, Version>) page).lastKey();
            int slash = last.indexOf('/');
            next = new Continuation(at, slash < 0 ? "" : last.substring(0, slash), last.substring(slash + 1));
        }
        return new Slice(page, at, next, remaining);
    }

    @Override
    public ObjectPage list(
            ClusterId id, Resource resource, String namespace, @Nullable Continuation continuation, int limit) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            Slice slice = slice(cluster, resource, namespace, continuation, limit);
            if (!slice.found().isEmpty()) {
                requireAccess(cluster, resource);
            }
            List<ObjectName> damaged = new ArrayList<>();
            List<StoredObject> objects = new ArrayList<>();
            slice.found().forEach((key, version) -> {
                StoredObject object = object(resource, key, version.value(), version.revision());
                objects.add(object);
                if (cluster.damaged.contains(key)) {
                    damaged.add(new ObjectName(object.namespace(), object.name(), object.revision()));
                }
            });
            if (!damaged.isEmpty()) {
                throw new StorageRefusal.ObjectsDamaged(damaged.subList(0, Math.min(100, damaged.size())));
            }
            return new ObjectPage(objects, slice.revision(), slice.next(), slice.remaining());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public NamePage names(
            ClusterId id, Resource resource, String namespace, @Nullable Continuation continuation, int limit) {
        lock.lock();
        try {
            Slice slice = slice(served(id), resource, namespace, continuation, limit);
            List<ObjectName> names = new ArrayList<>();
            slice.found().forEach((key, version) -> {
                int slash = key.indexOf('/');
                names.add(new ObjectName(
                        slash < 0 ? "" : key.substring(0, slash), key.substring(slash + 1), version.revision()));
            });
            return new NamePage(names, slice.revision(), slice.next(), slice.remaining());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StoredObject create(
            ClusterId id, Resource resource, String namespace, String name, SecretBytes value, CommitGuard guard) {
        return guard.holding(() -> createNow(id, resource, namespace, name, value));
    }

    private StoredObject createNow(ClusterId id, Resource resource, String namespace, String name, SecretBytes value) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            requireAccess(cluster, resource);
            String key = key(resource, namespace, name);
            if (at(cluster.objects.get(resource).get(key), revision) != null) {
                throw new StorageRefusal.ObjectExists();
            }
            if (resource == Resource.SECRETS
                    && at(cluster.objects.get(Resource.NAMESPACES).get(namespace), revision) == null) {
                throw new StorageRefusal.NamespaceUnknown();
            }
            return write(cluster, resource, key, value.use(byte[]::clone), ObjectWatcher.Change.ADDED);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StoredObject replace(
            ClusterId id,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value,
            CommitGuard guard) {
        return guard.holding(() -> replaceNow(id, resource, namespace, name, expectedRevision, value));
    }

    private StoredObject replaceNow(
            ClusterId id, Resource resource, String namespace, String name, long expectedRevision, SecretBytes value) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            requireAccess(cluster, resource);
            String key = key(resource, namespace, name);
            requireAt(cluster, resource, key, expectedRevision);
            return write(cluster, resource, key, value.use(byte[]::clone), ObjectWatcher.Change.MODIFIED);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StoredObject refresh(
            ClusterId id,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value,
            CommitGuard guard) {
        return guard.holding(() -> refreshNow(id, resource, namespace, name, expectedRevision, value));
    }

    private StoredObject refreshNow(
            ClusterId id, Resource resource, String namespace, String name, long expectedRevision, SecretBytes value) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            requireAccess(cluster, resource);
            String key = key(resource, namespace, name);
            Version version = requireAt(cluster, resource, key, expectedRevision);
            if (cluster.stale.remove(key)) {
                return write(cluster, resource, key, value.use(byte[]::clone), ObjectWatcher.Change.MODIFIED);
            }
            return object(resource, key, version.value(), version.revision());
        } finally {
            lock.unlock();
        }
    }

    /** What is stored now counts as written under an older key version. */
    public void age(ClusterId id) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            cluster.stale.addAll(cluster.objects.get(Resource.SECRETS).keySet());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long delete(
            ClusterId id, Resource resource, String namespace, String name, long expectedRevision, CommitGuard guard) {
        return guard.holding(() -> deleteNow(id, resource, namespace, name, expectedRevision));
    }

    private long deleteNow(ClusterId id, Resource resource, String namespace, String name, long expectedRevision) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            String key = key(resource, namespace, name);
            Version before = requireAt(cluster, resource, key, expectedRevision);
            revision++;
            cluster.objects.get(resource).get(key).add(new Version(revision, null));
            cluster.damaged.remove(key);
            tell(cluster, new Event(resource, namespace, name, ObjectWatcher.Change.DELETED, before.value(), revision));
            return revision;
        } finally {
            lock.unlock();
        }
    }

    private Version requireAt(Cluster cluster, Resource resource, String key, long expected) {
        Version version = at(cluster.objects.get(resource).get(key), revision);
        if (version == null) {
            throw new StorageRefusal.ObjectUnknown();
        }
        if (version.revision() != expected) {
            throw new StorageRefusal.ObjectChanged();
        }
        return version;
    }

    private StoredObject write(
            Cluster cluster, Resource resource, String key, byte[] value, ObjectWatcher.Change change) {
        revision++;
        cluster.objects
                .get(resource)
                .computeIfAbsent(key, absent -> new ArrayList<>())
                .add(new Version(revision, value));
        StoredObject object = object(resource, key, value, revision);
        tell(cluster, new Event(resource, object.namespace(), object.name(), change, value, revision));
        return object;
    }

    private void tell(Cluster cluster, Event event) {
        cluster.events.add(event);
        for (Watch watch : cluster.watches) {
            hand(watch, event);
        }
    }

    private void hand(Watch watch, Event event) {
        boolean meant = watch.resource() == event.resource()
                && (watch.namespace().isEmpty() || watch.namespace().equals(event.namespace()));
        if (meant) {
            String key = key(event.resource(), event.namespace(), event.name());
            watch.watcher().onChanged(event.change(), object(event.resource(), key, event.value(), event.revision()));
        }
    }

    @Override
    public AutoCloseable watch(
            ClusterId id, Resource resource, String namespace, long fromRevision, ObjectWatcher watcher) {
        lock.lock();
        try {
            Cluster cluster = served(id);
            requireAccess(cluster, resource);
            Watch watch = new Watch(resource, namespace, watcher);
            if (fromRevision + 1 < compacted) {
                watcher.onEnded(new StorageRefusal.RevisionExpired());
                return () -> {};
            }
            for (Event event : cluster.events) {
                if (event.revision() > fromRevision) {
                    hand(watch, event);
                }
            }
            cluster.watches.add(watch);
            return () -> {
                if (cluster.watches.remove(watch)) {
                    watcher.onEnded(null);
                }
            };
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<ServedCluster> cluster(ClusterId id) {
        lock.lock();
        try {
            return Optional.ofNullable(clusters.get(id)).map(it -> it.record);
        } finally {
            lock.unlock();
        }
    }
}
