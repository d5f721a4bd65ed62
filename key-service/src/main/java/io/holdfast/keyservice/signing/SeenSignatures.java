package io.holdfast.keyservice.signing;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Signatures that were used, each until it holds no longer by itself. In memory, of this process alone. Thread safe.
 *
 * <p>Only signatures that verified come here, so only a caller with a key can fill it. It forgets none to make room: when it
 * is full, requests are refused as too many.
 */
final class SeenSignatures {
    /** About 50 MB; 830 requests a second, for as long as a signature may hold (ten minutes when its date is ahead). */
    static final int MAX = 500_000;

    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(15);

    private final int max;
    private final Map<Digest, Instant> until = new ConcurrentHashMap<>();
    private final ReentrantLock sweeping = new ReentrantLock();
    private volatile Instant nextSweep = Instant.EPOCH;

    SeenSignatures() {
        this(MAX);
    }

    SeenSignatures(int max) {
        this.max = max;
    }

    /** Half of a SHA-256: enough that no two of them meet, where one who could make them meet would refuse himself only. */
    private record Digest(long high, long low) {
        static Digest of(byte[] signature) {
            try {
                ByteBuffer digest =
                        ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(signature));
                return new Digest(digest.getLong(), digest.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this JDK has no SHA-256", e);
            }
        }
    }

    /**
     * Takes down a signature, atomically: of many at a time with the same one, one is the first.
     *
     * @param lastMoment the last at which the signature holds
     * @return false when it was used before
     * @throws ProblemException TOO_MANY_REQUESTS when there is no room
     */
    boolean isFirst(byte[] signature, Instant lastMoment, Instant now) {
        sweep(now);
        if (until.size() >= max) {
            throw new ProblemException(
                    ProblemCode.TOO_MANY_REQUESTS, "Too many signed requests in the last minutes; try again later.");
        }
        return until.putIfAbsent(Digest.of(signature), lastMoment) == null;
    }

    private void sweep(Instant now) {
        if (now.isBefore(nextSweep) || !sweeping.tryLock()) {
            return;
        }
        try {
            until.values().removeIf(end -> end.isBefore(now));
            nextSweep = now.plus(BETWEEN_SWEEPS);
        } finally {
            sweeping.unlock();
        }
    }

    int size() {
        return until.size();
    }
}
