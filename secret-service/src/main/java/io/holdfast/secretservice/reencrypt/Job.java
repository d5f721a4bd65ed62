package io.holdfast.secretservice.reencrypt;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.secretservice.fence.WriteFence;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A re-encryption of all Secrets of a cluster under the version that its fence stands at.
 *
 * @param id unique within the cluster
 * @param cause what started it, for example KeyRotated
 * @param to the fence's terms that it brings every Secret to
 * @param cursor everything up to this etcd key, in key order, is dealt with in this round; empty at its start
 * @param round 1 for the first; another when the count at the end finds an older version
 * @param total how many Secrets there were when the round began
 * @param startedAtMillis epoch milliseconds
 * @param updatedAtMillis epoch milliseconds
 * @param ratePerSecond Secrets dealt with per second, since the present worker began
 * @param detail for people: why it waits or ended as it did; empty when there is nothing to say
 * @param failedObjects up to {@value #MOST_NAMED} of the Secrets that could not be opened, as namespace/name
 * @param proof present once COMPLETED, and when FAILED by what could not be opened
 */
public record Job(
        ClusterId cluster,
        String id,
        String cause,
        WriteFence.Terms to,
        State state,
        String cursor,
        int round,
        long total,
        Counts counts,
        long startedAtMillis,
        long updatedAtMillis,
        long ratePerSecond,
        String detail,
        List<String> failedObjects,
        Optional<Proof> proof) {
    public static final int MOST_NAMED = 100;

    public Job {
        failedObjects = List.copyOf(failedObjects);
    }

    public enum State {
        RUNNING,
        PAUSED,
        COMPLETED,
        CANCELLED,
        FAILED;

        public boolean ended() {
            return switch (this) {
                case RUNNING, PAUSED -> false;
                case COMPLETED, CANCELLED, FAILED -> true;
            };
        }
    }

    /**
     * @param done written anew under the version of the job
     * @param skipped found under it already
     * @param conflicted changed or deleted by another write meanwhile, which the fence holds to that version
     * @param failed could not be opened; nothing was overwritten
     */
    public record Counts(long done, long skipped, long conflicted, long failed) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        public long all() {
            return done + skipped + conflicted + failed;
        }

        Counts plus(Counts more) {
            return new Counts(
                    done + more.done, skipped + more.skipped, conflicted + more.conflicted, failed + more.failed);
        }
    }

    /**
     * That nothing live is left under another version, and what the statement rests on.
     *
     * @param fenceRevision etcd revision of the fence, unmoved until the job ended
     * @param scanRevision the one etcd revision, later than the fence's, that the count is of
     * @param secretsPerKeyVersion by key version OCID; what is no readable envelope is under {@code unreadable}
     */
    public record Proof(long fenceRevision, long scanRevision, Map<String, Long> secretsPerKeyVersion, String covers) {
        public static final String COVERS = "live values at the scan revision; not etcd's history before its next"
                + " compaction and defragmentation, and not snapshots taken before it";

        public Proof {
            secretsPerKeyVersion = Map.copyOf(secretsPerKeyVersion);
        }
    }

    static Job started(ClusterId cluster, String id, WriteFence.Terms to, String cause, long nowMillis) {
        return new Job(
                cluster,
                id,
                cause,
                to,
                State.RUNNING,
                "",
                1,
                0,
                Counts.NONE,
                nowMillis,
                nowMillis,
                0,
                "",
                List.of(),
                Optional.empty());
    }

    /** Seconds until the end at the present rate; empty when it does not run or there is no rate yet. */
    public Optional<Long> secondsLeft() {
        long left = Math.max(0, total - counts.all());
        return state == State.RUNNING && ratePerSecond > 0
                ? Optional.of((left + ratePerSecond - 1) / ratePerSecond)
                : Optional.empty();
    }

    Job counted(long newTotal, long nowMillis) {
        return with(state, cursor, round, newTotal, counts, nowMillis, ratePerSecond, detail, failedObjects, proof);
    }

    Job advanced(String newCursor, Counts more, List<String> failed, long rate, long nowMillis) {
        List<String> named = failedObjects;
        if (!failed.isEmpty() && named.size() < MOST_NAMED) {
            named = java.util.stream.Stream.concat(named.stream(), failed.stream())
                    .limit(MOST_NAMED)
                    .toList();
        }
        Counts sum = counts.plus(more);
        return with(state, newCursor, round, Math.max(total, sum.all()), sum, nowMillis, rate, "", named, proof);
    }

    /** Goes over everything once more; what could not be opened is found again. */
    Job again(long nowMillis) {
        Counts kept = new Counts(counts.done(), 0, counts.conflicted(), 0);
        return with(state, "", round + 1, total, kept, nowMillis, ratePerSecond, "", List.of(), proof);
    }

    Job waiting(String why, long nowMillis) {
        return with(state, cursor, round, total, counts, nowMillis, 0, why, failedObjects, proof);
    }

    /** @throws ProblemException IncorrectState when it does not run */
    public Job pause(long nowMillis) {
        require(State.RUNNING, "paused");
        return in(State.PAUSED, "paused by hand", nowMillis);
    }

    /** @throws ProblemException IncorrectState when it is not paused */
    public Job resume(long nowMillis) {
        require(State.PAUSED, "resumed");
        return in(State.RUNNING, "", nowMillis);
    }

    /** @throws ProblemException IncorrectState when it has ended */
    public Job cancel(String why, long nowMillis) {
        if (state.ended()) {
            throw wrongState("cancelled");
        }
        return in(State.CANCELLED, why, nowMillis);
    }

    Job proven(Proof found, long nowMillis) {
        boolean all = counts.failed() == 0;
        return with(
                all ? State.COMPLETED : State.FAILED,
                cursor,
                round,
                counts.all(),
                counts,
                nowMillis,
                ratePerSecond,
                all ? "" : counts.failed() + " Secrets cannot be opened and were left as they are",
                failedObjects,
                Optional.of(found));
    }

    Job failed(String why, long nowMillis) {
        return in(State.FAILED, why, nowMillis);
    }

    private Job in(State next, String why, long nowMillis) {
        return with(next, cursor, round, total, counts, nowMillis, 0, why, failedObjects, proof);
    }

    private Job with(
            State newState,
            String newCursor,
            int newRound,
            long newTotal,
            Counts newCounts,
            long nowMillis,
            long rate,
            String newDetail,
            List<String> named,
            Optional<Proof> newProof) {
        return new Job(
                cluster,
                id,
                cause,
                to,
                newState,
                newCursor,
                newRound,
                newTotal,
                newCounts,
                startedAtMillis,
                nowMillis,
                rate,
                newDetail,
                named,
                newProof);
    }

    private void require(State needed, String wish) {
        if (state != needed) {
            throw wrongState(wish);
        }
    }

    private ProblemException wrongState(String wish) {
        return new ProblemException(
                ProblemCode.INCORRECT_STATE, "the re-encryption is " + state + " and cannot be " + wish);
    }
}
