package io.holdfast.kernel;

import java.time.Instant;

/** Wall and monotonic time together; tests replace it. */
public interface TimeSource {
    /** The wall clock, UTC. May jump. */
    Instant wall();

    /** Monotonic nanoseconds from an arbitrary origin; only differences mean something. */
    long monotonicNanos();

    /** The machine's own clocks. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}

enum SystemTime implements TimeSource {
    INSTANCE;

    @Override
    public Instant wall() {
        return Instant.now();
    }

    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }
}
