package io.holdfast.keyservice.usage;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Secrets of clusters, as the service that keeps them counts them now. */
public interface SecretUsage {

    /**
     * What stands in the data etcd of one cluster, all as of one revision.
     *
     * @param fence the version under which writes go, and no other until it moves; empty for a cluster whose endpoint was
     *     never opened or is deleted
     * @param namespaces that hold Secrets
     * @param secrets by key version
     * @param unreadable values that are no readable envelope
     */
    record Usage(
            ClusterId cluster,
            Optional<Fence> fence,
            long namespaces,
            Map<KeyVersionId, Long> secrets,
            long unreadable,
            long scanRevision) {
        public Usage {
            secrets = Map.copyOf(secrets);
        }

        public long all() {
            return unreadable
                    + secrets.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** @param revision of the write fence, before and after the count */
    record Fence(KeyVersionId version, long revision) {}

    /** The counts can't be had now: nothing may be concluded. */
    final class Unknown extends Exception {
        public Unknown(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @return one for each cluster
     * @throws Unknown when the service that keeps them does not answer, or is not configured
     */
    List<Usage> of(List<ClusterId> clusters) throws Unknown;
}
