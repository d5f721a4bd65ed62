package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** A machine whose clocks a test moves. */
final class Machine implements TimeSource {
    static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    private Instant wall = START;
    private long nanos;

    void run(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
    }

    void jump(Duration by) {
        wall = wall.plus(by);
    }

    @Override
    public Instant wall() {
        return wall;
    }

    @Override
    public long monotonicNanos() {
        return nanos;
    }
}
