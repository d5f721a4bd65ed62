package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Ocid.ClusterId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The running watches of this process, so that they end when access to their cluster's key does. Thread safe. */
public final class LiveWatches {
    private final Set<OpeningWatch> running = ConcurrentHashMap.newKeySet();

    void add(OpeningWatch watch) {
        running.add(watch);
    }

    void remove(OpeningWatch watch) {
        running.remove(watch);
    }

    /** Ends the watches of a cluster's Secrets, telling them why. */
    public void end(ClusterId cluster, StorageRefusal cause) {
        for (OpeningWatch watch : running) {
            if (watch.follows(cluster)) {
                watch.end(cause);
            }
        }
    }

    public int count() {
        return running.size();
    }
}
