package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.SecretBytes;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stored objects of the clusters that this service serves. Values are Kubernetes' storage form ({@code k8s\0} and a
 * protobuf {@code runtime.Unknown}); what is inside is the Kubernetes API's business.
 *
 * <p>All methods block. Besides what they name they throw:
 *
 * <ul>
 *   <li>{@link StorageRefusal.ClusterUnknown} when the cluster is not served here (never opened, or deleted);
 *   <li>{@link StorageRefusal.KeyAccessBlocked} when the key of the cluster may not be used;
 *   <li>{@link StorageRefusal.StorageUnavailable} when etcd or key-service does not answer, or the write's outcome is unknown.
 * </ul>
 */
public interface ObjectStorage {

    /**
     * @throws StorageRefusal.ObjectUnknown when there is none
     * @throws StorageRefusal.ObjectsDamaged when its bytes cannot be opened
     */
    StoredObject read(ClusterId cluster, Resource resource, String namespace, String name);

    /**
     * A page in key order. All of it is of one revision.
     *
     * @param namespace empty for all namespaces
     * @param continuation from the previous page
     * @param limit 1 to 500
     * @throws StorageRefusal.ObjectsDamaged naming up to 100 objects of the page that cannot be opened
     * @throws StorageRefusal.RevisionExpired when the continuation's revision is compacted
     */
    ObjectPage list(
            ClusterId cluster, Resource resource, String namespace, @Nullable Continuation continuation, int limit);

    /** As {@link #list}, without opening anything: namespace, name and revision are known even while blocked or damaged. */
    NamePage names(
            ClusterId cluster, Resource resource, String namespace, @Nullable Continuation continuation, int limit);

    /** What commits of writes run in: whoever asks for a write may hold its right to it, so that it stands when it commits. */
    interface CommitGuard {
        CommitGuard NONE = new CommitGuard() {
            @Override
            public <T> T holding(Supplier<T> commit) {
                return commit.get();
            }
        };

        /** Runs the commit at most once; what it throws else refuses the write, and nothing was written. */
        <T> T holding(Supplier<T> commit);
    }

    /**
     * Creates, if and only if there is none of this name and (for a Secret) its namespace exists.
     *
     * @throws StorageRefusal.ObjectExists lost race or plain duplicate
     * @throws StorageRefusal.NamespaceUnknown
     */
    StoredObject create(
            ClusterId cluster, Resource resource, String namespace, String name, SecretBytes value, CommitGuard guard);

    /** As {@link #create(ClusterId, Resource, String, String, SecretBytes, CommitGuard)}, whoever asks. */
    default StoredObject create(
            ClusterId cluster, Resource resource, String namespace, String name, SecretBytes value) {
        return create(cluster, resource, namespace, name, value, CommitGuard.NONE);
    }

    /**
     * Replaces, if and only if it is still at {@code expectedRevision}.
     *
     * @throws StorageRefusal.ObjectUnknown gone
     * @throws StorageRefusal.ObjectChanged another write came first
     */
    StoredObject replace(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value,
            CommitGuard guard);

    /** As {@link #replace(ClusterId, Resource, String, String, long, SecretBytes, CommitGuard)}, whoever asks. */
    default StoredObject replace(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value) {
        return replace(cluster, resource, namespace, name, expectedRevision, value, CommitGuard.NONE);
    }

    /**
     * Writes an object that did not change anew, if and only if it is still at {@code expectedRevision} and its stored form
     * is stale: wrapped under an older key version, not authenticated, or in another format than is written now. What is
     * fresh stays as it is, revision included. This is how a no-op update re-encrypts (kubernetes/apiserver,
     * {@code GuaranteedUpdate}).
     *
     * @param value as it stands
     * @throws StorageRefusal.ObjectUnknown gone
     * @throws StorageRefusal.ObjectChanged another write came first
     */
    StoredObject refresh(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            SecretBytes value,
            CommitGuard guard);

    /**
     * Deletes, if and only if it is still at {@code expectedRevision}. Works on a blocked or damaged object too: the
     * caller has decided that it may.
     *
     * @return the revision of the deletion
     * @throws StorageRefusal.ObjectUnknown gone
     * @throws StorageRefusal.ObjectChanged another write came first
     */
    long delete(
            ClusterId cluster,
            Resource resource,
            String namespace,
            String name,
            long expectedRevision,
            CommitGuard guard);

    /** As {@link #delete(ClusterId, Resource, String, String, long, CommitGuard)}, whoever asks. */
    default long delete(ClusterId cluster, Resource resource, String namespace, String name, long expectedRevision) {
        return delete(cluster, resource, namespace, name, expectedRevision, CommitGuard.NONE);
    }

    /**
     * Follows changes after {@code fromRevision} (exclusive). Values of the events are opened one by one before they are
     * handed over. Ends with {@link ObjectWatcher#onEnded} when access is lost, the revision is compacted or it is closed.
     *
     * @param namespace empty for all namespaces
     */
    AutoCloseable watch(
            ClusterId cluster, Resource resource, String namespace, long fromRevision, ObjectWatcher watcher);

    /** What the cluster's endpoint knows of its cluster; empty when it is not served here. */
    Optional<ServedCluster> cluster(ClusterId cluster);

    /** The two kinds of objects that an endpoint stores. */
    enum Resource {
        /** Encrypted; under {@code registry/secrets/<ns>/<name>}. */
        SECRETS,
        /** Not encrypted, cluster scoped; under {@code registry/namespaces/<name>}; the namespace argument is empty. */
        NAMESPACES
    }

    /**
     * @param compartmentId where the cluster lies, for authorization
     */
    record ServedCluster(
            ClusterId id, String compartmentId, String tenancyId, String keyId, String bindingId, boolean open) {}

    /**
     * @param value storage form; the receiver closes it
     * @param revision etcd mod revision: the served resourceVersion
     * @param stateRevision what {@code AccessSession.deliver} must admit before it leaves; 0 for what is not encrypted
     */
    record StoredObject(String namespace, String name, SecretBytes value, long revision, long stateRevision) {}

    /**
     * @param listRevision the revision that the whole list is of
     * @param remaining how many objects follow this page
     */
    record ObjectPage(
            List<StoredObject> objects,
            long listRevision,
            @Nullable Continuation next,
            long remaining) {
        public ObjectPage {
            objects = List.copyOf(objects);
        }
    }

    record NamePage(
            List<ObjectName> names,
            long listRevision,
            @Nullable Continuation next,
            long remaining) {
        public NamePage {
            names = List.copyOf(names);
        }
    }

    record ObjectName(String namespace, String name, long revision) {}

    /** Where the next page starts: after this etcd key, at the list's revision. */
    record Continuation(long revision, String afterNamespace, String afterName) {}

    /** Receives a watch's events, one at a time. */
    interface ObjectWatcher {
        void onChanged(Change change, StoredObject object);

        /** The watch is over; nothing follows. */
        void onEnded(@Nullable StorageRefusal cause);

        enum Change {
            ADDED,
            MODIFIED,
            /** The object is as it was before; its revision is the deletion's. */
            DELETED
        }
    }
}
