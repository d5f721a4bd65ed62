package io.holdfast.secretservice.reencrypt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.fence.WriteFence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A job's record as JSON in etcd. */
final class JobCodec {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JobCodec() {}

    record Written(
            String clusterId,
            String id,
            String cause,
            String bindingId,
            String keyId,
            String keyVersionId,
            long keyVersionNumber,
            String format,
            Job.State state,
            String cursor,
            int round,
            long total,
            long done,
            long skipped,
            long conflicted,
            long failed,
            long startedAtMillis,
            long updatedAtMillis,
            long ratePerSecond,
            String detail,
            List<String> failedObjects,
            @Nullable WrittenProof proof) {}

    record WrittenProof(long fenceRevision, long scanRevision, Map<String, Long> secretsPerKeyVersion, String covers) {}

    static Bytes encode(Job job) {
        WrittenProof proof = job.proof()
                .map(found -> new WrittenProof(
                        found.fenceRevision(), found.scanRevision(), found.secretsPerKeyVersion(), found.covers()))
                .orElse(null);
        Written written = new Written(
                job.cluster().value(),
                job.id(),
                job.cause(),
                job.to().bindingId().value(),
                job.to().keyId().value(),
                job.to().version().id().value(),
                job.to().version().number(),
                job.to().format(),
                job.state(),
                job.cursor(),
                job.round(),
                job.total(),
                job.counts().done(),
                job.counts().skipped(),
                job.counts().conflicted(),
                job.counts().failed(),
                job.startedAtMillis(),
                job.updatedAtMillis(),
                job.ratePerSecond(),
                job.detail(),
                job.failedObjects(),
                proof);
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(written));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a job that cannot be written", e);
        }
    }

    static Job decode(Bytes bytes) {
        try {
            Written written = JSON.readValue(bytes.toArray(), Written.class);
            return new Job(
                    new ClusterId(written.clusterId()),
                    written.id(),
                    written.cause(),
                    new WriteFence.Terms(
                            new BindingId(written.bindingId()),
                            new KeyId(written.keyId()),
                            new KeyVersion(new KeyVersionId(written.keyVersionId()), written.keyVersionNumber()),
                            written.format()),
                    written.state(),
                    written.cursor(),
                    written.round(),
                    written.total(),
                    new Job.Counts(written.done(), written.skipped(), written.conflicted(), written.failed()),
                    written.startedAtMillis(),
                    written.updatedAtMillis(),
                    written.ratePerSecond(),
                    written.detail(),
                    written.failedObjects(),
                    Optional.ofNullable(written.proof())
                            .map(proof -> new Job.Proof(
                                    proof.fenceRevision(),
                                    proof.scanRevision(),
                                    proof.secretsPerKeyVersion(),
                                    proof.covers())));
        } catch (IOException | ProblemException | IllegalArgumentException | NullPointerException e) {
            throw new IllegalStateException("the record of a re-encryption job is unreadable", e);
        }
    }
}
