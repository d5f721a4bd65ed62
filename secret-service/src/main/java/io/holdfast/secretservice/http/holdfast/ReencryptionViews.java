package io.holdfast.secretservice.http.holdfast;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.secretservice.fence.PlacedFence;
import io.holdfast.secretservice.fence.WriteFence;
import io.holdfast.secretservice.reencrypt.Job;
import io.holdfast.secretservice.reencrypt.KeyVersionCount;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the API answers. */
final class ReencryptionViews {
    private ReencryptionViews() {}

    /**
     * @param percent of the Secrets dealt with in this round, 0 to 100
     * @param secondsLeft at the present rate; absent when it does not run
     * @param failedSecrets up to 100 of those that could not be opened, as namespace/name
     */
    record JobView(
            String id,
            ClusterId clusterId,
            KeyId keyId,
            KeyVersionId keyVersionId,
            long keyVersionNumber,
            String cause,
            String lifecycleState,
            String detail,
            int round,
            long total,
            long done,
            long skipped,
            long conflicted,
            long failed,
            int percent,
            long ratePerSecond,
            @Nullable Long secondsLeft,
            List<String> failedSecrets,
            Instant timeStarted,
            Instant timeUpdated,
            @Nullable ProofView proof) {
        static JobView of(Job job) {
            Job.Counts counts = job.counts();
            long percent = job.total() == 0 ? (job.state().ended() ? 100 : 0) : counts.all() * 100 / job.total();
            return new JobView(
                    job.id(),
                    job.cluster(),
                    job.to().keyId(),
                    job.to().version().id(),
                    job.to().version().number(),
                    job.cause(),
                    job.state().name(),
                    job.detail(),
                    job.round(),
                    job.total(),
                    counts.done(),
                    counts.skipped(),
                    counts.conflicted(),
                    counts.failed(),
                    (int) Math.min(100, percent),
                    job.ratePerSecond(),
                    job.secondsLeft().orElse(null),
                    job.failedObjects(),
                    Instant.ofEpochMilli(job.startedAtMillis()),
                    Instant.ofEpochMilli(job.updatedAtMillis()),
                    job.proof().map(ProofView::of).orElse(null));
        }
    }

    record ProofView(long fenceRevision, long scanRevision, Map<String, Long> secretsPerKeyVersion, String covers) {
        static ProofView of(Job.Proof proof) {
            return new ProofView(
                    proof.fenceRevision(), proof.scanRevision(), proof.secretsPerKeyVersion(), proof.covers());
        }
    }

    record Jobs(List<JobView> items) {}

    record CountView(ClusterId clusterId, long scanRevision, Map<String, Long> secretsPerKeyVersion, FenceView fence) {
        static CountView of(KeyVersionCount.Count count, PlacedFence fence) {
            return new CountView(fence.cluster(), count.revision(), count.secrets(), FenceView.of(fence));
        }
    }

    /** @param denial why it is blocked; absent otherwise */
    record FenceView(
            long revision,
            String state,
            @Nullable String denial,
            BindingId bindingId,
            KeyId keyId,
            KeyVersionId keyVersionId,
            long keyVersionNumber,
            String format) {
        static FenceView of(PlacedFence placed) {
            WriteFence.Terms terms = placed.terms();
            String denial = placed.fence() instanceof WriteFence.Blocked blocked
                    ? blocked.denial().name()
                    : null;
            String state =
                    switch (placed.fence()) {
                        case WriteFence.Open open -> "OPEN";
                        case WriteFence.Blocked blocked -> "BLOCKED";
                        case WriteFence.Closed closed -> "CLOSED";
                    };
            return new FenceView(
                    placed.revision(),
                    state,
                    denial,
                    terms.bindingId(),
                    terms.keyId(),
                    terms.version().id(),
                    terms.version().number(),
                    terms.format());
        }
    }
}
