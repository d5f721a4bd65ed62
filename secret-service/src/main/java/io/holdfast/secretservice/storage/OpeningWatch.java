package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.WatchListener;
import io.holdfast.secretservice.endpoint.ClusterRecord;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectName;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectWatcher;
import io.holdfast.secretservice.storage.ObjectStorage.Resource;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A watch whose values are opened before they are handed over; what arrives together is opened together. */
final class OpeningWatch implements WatchListener, AutoCloseable {
    private final ClusterRecord cluster;
    private final Resource resource;
    private final ObjectWatcher watcher;
    private final Function<List<StoredValue>, Envelopes.OpenedBatch> opening;
    private final LiveWatches registry;
    private final ReentrantLock lock = new ReentrantLock();
    private KeyValueStore.@Nullable Watch watch;
    private boolean ended;

    OpeningWatch(
            ClusterRecord cluster,
            Resource resource,
            ObjectWatcher watcher,
            Function<List<StoredValue>, Envelopes.OpenedBatch> opening,
            LiveWatches registry) {
        this.cluster = cluster;
        this.resource = resource;
        this.watcher = watcher;
        this.opening = opening;
        this.registry = registry;
    }

    void start(Supplier<KeyValueStore.Watch> follow) {
        lock.lock();
        try {
            if (!ended) {
                watch = follow.get();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean follows(ClusterId id) {
        return cluster.id().equals(id) && resource == Resource.SECRETS;
    }

    @Override
    public void onChanges(List<Change> changes) {
        for (int from = 0; from < changes.size(); from += KeyAccess.MAX_BATCH) {
            deliver(changes.subList(from, Math.min(changes.size(), from + KeyAccess.MAX_BATCH)));
        }
    }

    private void deliver(List<Change> changes) {
        List<StoredValue> values = new ArrayList<>(changes.size());
        for (Change change : changes) {
            StoredValue value =
                    switch (change) {
                        case Change.Put put -> put.current();
                        case Change.Deleted deleted -> deleted.previous();
                    };
            if (value == null) {
                // The value before a deletion is compacted: only a new list can tell what is gone.
                end(new StorageRefusal.RevisionExpired());
                return;
            }
            values.add(value);
        }
        Envelopes.OpenedBatch batch;
        try {
            batch = opening.apply(values);
        } catch (StorageRefusal refusal) {
            end(refusal);
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            ObjectName name = EtcdObjectStorage.named(
                    cluster.id(), resource, values.get(i).key(), changes.get(i).revision());
            switch (batch.outcomes().get(i)) {
                case Envelopes.Outcome.Plain plain -> hand(changes.get(i), name, plain, batch.stateRevision());
                case Envelopes.Outcome.Damaged damaged -> end(new StorageRefusal.ObjectsDamaged(List.of(name)));
            }
        }
    }

    private void hand(Change change, ObjectName name, Envelopes.Outcome.Plain plain, long stateRevision) {
        ObjectWatcher.Change kind =
                switch (change) {
                    case Change.Put put ->
                        put.current().createRevision() == put.current().modRevision()
                                ? ObjectWatcher.Change.ADDED
                                : ObjectWatcher.Change.MODIFIED;
                    case Change.Deleted deleted -> ObjectWatcher.Change.DELETED;
                };
        lock.lock();
        try {
            if (ended) {
                plain.close();
                return;
            }
            watcher.onChanged(
                    kind,
                    new StoredObject(
                            name.namespace(), name.name(), plain.plaintext(), change.revision(), stateRevision));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onCompacted(long compactRevision) {
        end(new StorageRefusal.RevisionExpired());
    }

    @Override
    public void onFailed(Throwable cause) {
        end(new StorageRefusal.StorageUnavailable("the watch was lost", cause));
    }

    @Override
    public void close() {
        end(null);
    }

    void end(@Nullable StorageRefusal cause) {
        KeyValueStore.@Nullable Watch running;
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            running = watch;
            registry.remove(this);
            watcher.onEnded(cause);
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.close();
        }
    }
}
