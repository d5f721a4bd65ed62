package io.holdfast.keyservice.access;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until it is moved. */
public final class ManualTime implements TimeSource {
    private static final Instant ORIGIN = Instant.parse("2026-11-24T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong slept = new AtomicLong();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    void onMove(Runnable listener) {
        listeners.add(listener);
    }

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
        listeners.forEach(Runnable::run);
    }

    /** The wall clock goes on alone, as while a machine sleeps. */
    void sleep(Duration by) {
        slept.addAndGet(by.toNanos());
    }

    @Override
    public Instant wall() {
        return ORIGIN.plusNanos(nanos.get() + slept.get());
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }
}
