package io.holdfast.secretservice.storage;

import io.holdfast.secretservice.storage.ObjectStorage.ObjectName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why the storage did not do what was asked. One class per thing that a caller can do about it. */
public abstract sealed class StorageRefusal extends RuntimeException {
    private StorageRefusal(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The cluster is not served here. */
    public static final class ClusterUnknown extends StorageRefusal {
        public ClusterUnknown() {
            super("cluster is not served here", null);
        }
    }

    public static final class ObjectUnknown extends StorageRefusal {
        public ObjectUnknown() {
            super("no such object", null);
        }
    }

    public static final class ObjectExists extends StorageRefusal {
        public ObjectExists() {
            super("object exists", null);
        }
    }

    public static final class NamespaceUnknown extends StorageRefusal {
        public NamespaceUnknown() {
            super("no such namespace", null);
        }
    }

    public static final class ObjectChanged extends StorageRefusal {
        public ObjectChanged() {
            super("object was changed by another write", null);
        }
    }

    /** The revision of a list continuation or a watch is compacted: list again. */
    public static final class RevisionExpired extends StorageRefusal {
        public RevisionExpired() {
            super("revision is compacted", null);
        }
    }

    /** The values of these objects cannot be opened; nothing was overwritten. */
    public static final class ObjectsDamaged extends StorageRefusal {
        private final List<ObjectName> objects;

        /** @param objects at most 100 */
        public ObjectsDamaged(List<ObjectName> objects) {
            super(objects.size() + " stored objects cannot be opened", null);
            this.objects = List.copyOf(objects);
        }

        public List<ObjectName> objects() {
            return objects;
        }
    }

    /** The master key may not be used now. */
    public static final class KeyAccessBlocked extends StorageRefusal {
        private final String keyId;
        private final String denial;
        private final String explanation;
        private final boolean permanent;

        /**
         * @param denial KEY_DISABLED, KEY_PENDING_DELETION, KEY_DELETED, POLICY, BINDING_RELEASED
         * @param explanation state, date and the way back, for people
         * @param permanent whether access can never return
         */
        public KeyAccessBlocked(String keyId, String denial, String explanation, boolean permanent) {
            super(explanation, null);
            this.keyId = keyId;
            this.denial = denial;
            this.explanation = explanation;
            this.permanent = permanent;
        }

        public String keyId() {
            return keyId;
        }

        public String denial() {
            return denial;
        }

        public String explanation() {
            return explanation;
        }

        public boolean permanent() {
            return permanent;
        }
    }

    /** etcd or key-service does not answer; try again. */
    public static final class StorageUnavailable extends StorageRefusal {
        public StorageUnavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
