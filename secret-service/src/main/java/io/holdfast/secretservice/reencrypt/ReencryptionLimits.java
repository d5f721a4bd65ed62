package io.holdfast.secretservice.reencrypt;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * @param maxPerSecond Secrets per second that one job may write; empty for as many as it can
 * @param readAhead batches that are opened and sealed while an earlier one is being committed, 1 to 16
 * @param ownership how long a worker that died keeps others from its job, at least 2 s
 * @param progressEvery the longest time between two progress events while it runs
 * @param quotaBytes the quota of the data etcd; jobs wait from {@value #WAIT_AT_PERCENT} % of it on. 0 for no limit
 */
public record ReencryptionLimits(
        OptionalInt maxPerSecond, int readAhead, Duration ownership, Duration progressEvery, long quotaBytes) {
    /** The most Secrets in a transaction: with its other operations within etcd's 128. */
    public static final int BATCH = 100;
    /** The most bytes of values in a transaction; one larger value goes alone. */
    public static final int BATCH_BYTES = 1 << 20;
    /** How full the data etcd may be for a job to go on: what clients write comes first. */
    public static final int WAIT_AT_PERCENT = 70;

    public ReencryptionLimits {
        if (readAhead < 1 || readAhead > 16 || ownership.toSeconds() < 2) {
            throw new IllegalArgumentException("re-encryption limits: " + readAhead + ", " + ownership);
        }
        if (maxPerSecond.isPresent() && maxPerSecond.getAsInt() < 1) {
            throw new IllegalArgumentException("re-encryption limits: " + maxPerSecond + " per second");
        }
    }

    boolean full(long sizeInBytes) {
        return quotaBytes > 0 && sizeInBytes >= quotaBytes / 100 * WAIT_AT_PERCENT;
    }

    public static ReencryptionLimits standard() {
        return new ReencryptionLimits(OptionalInt.empty(), 4, Duration.ofSeconds(10), Duration.ofSeconds(2), 8L << 30);
    }
}
