package io.holdfast.keyservice.access;

/** Makes disable and scheduleDeletion answer only when access has ended everywhere. */
public interface AccessBarrier {
    /**
     * Returns when every session that may hold an answer older than {@code revision} has acknowledged the revision, or its
     * deadline has passed. Bounded by the session term plus the process start grace.
     */
    void awaitEnded(long revision);
}
