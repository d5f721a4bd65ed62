package io.holdfast.events;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.util.Map;

/** Facts about a cluster's Secrets at rest; never about their contents. Owner: secret-service. */
public sealed interface SecretEvent extends DomainEvent {

    ClusterId clusterId();

    @Override
    default Family family() {
        return Family.SECRETS;
    }

    @Override
    default String subject() {
        return clusterId().value();
    }

    /** The cluster's Kubernetes endpoint answers and its write fence is open. */
    record ClusterEndpointOpened(ClusterId clusterId, BindingId bindingId, String endpoint) implements SecretEvent {}

    /**
     * @param denial why, as in the access contract: KEY_DISABLED, KEY_PENDING_DELETION, KEY_DELETED, POLICY,
     *     BINDING_RELEASED
     */
    record ClusterKeyAccessLost(ClusterId clusterId, BindingId bindingId, KeyId keyId, String denial)
            implements SecretEvent {}

    record ClusterKeyAccessRestored(ClusterId clusterId, BindingId bindingId, KeyId keyId) implements SecretEvent {}

    /** @param cause what started the job, for example KeyRotated */
    record ReencryptionStarted(
            ClusterId clusterId, String jobId, KeyId keyId, KeyVersionId toKeyVersionId, String cause)
            implements SecretEvent {}

    record ReencryptionProgressed(
            ClusterId clusterId, String jobId, long total, long done, long skipped, long conflicted, long failed)
            implements SecretEvent {}

    /**
     * The proof that nothing live is left under an older version.
     *
     * @param fenceRevision the etcd revision of the write fence that the count rests on
     * @param scanRevision the etcd revision at which the count was made
     * @param secretsPerKeyVersion live Secrets per key version OCID at that revision
     * @param covers what the proof speaks of, for example "live values at the scan revision"
     */
    record ReencryptionCompleted(
            ClusterId clusterId,
            String jobId,
            KeyId keyId,
            KeyVersionId toKeyVersionId,
            long total,
            long done,
            long skipped,
            long conflicted,
            long failed,
            long fenceRevision,
            long scanRevision,
            Map<String, Long> secretsPerKeyVersion,
            String covers)
            implements SecretEvent {
        public ReencryptionCompleted {
            secretsPerKeyVersion = Map.copyOf(secretsPerKeyVersion);
        }
    }
}
