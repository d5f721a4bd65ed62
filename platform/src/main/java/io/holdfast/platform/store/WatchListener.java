package io.holdfast.platform.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Receives what a watch sees. Called on one thread at a time. */
public interface WatchListener {

    /** Changes of one or more revisions, in order. */
    void onChanges(List<Change> changes);

    /** The watch ended: its next revision is compacted. List again, then watch from there. */
    void onCompacted(long compactRevision);

    /** The watch ended for another reason and will not come back. */
    void onFailed(Throwable cause);

    /** Progress: everything up to this revision has been delivered. */
    default void onProgress(long revision) {}

    /** One change. */
    sealed interface Change {
        long revision();

        String key();

        /** @param previous the value before, when there was one and etcd still has it */
        record Put(StoredValue current, @Nullable StoredValue previous) implements Change {
            @Override
            public long revision() {
                return current.modRevision();
            }

            @Override
            public String key() {
                return current.key();
            }
        }

        record Deleted(String key, long revision, @Nullable StoredValue previous) implements Change {}
    }
}
