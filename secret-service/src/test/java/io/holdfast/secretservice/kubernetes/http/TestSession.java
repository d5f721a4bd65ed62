package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.platform.access.AccessSession;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** An access session whose state a test moves. */
final class TestSession implements AccessSession {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();
    final AtomicInteger delivered = new AtomicInteger();
    private long revision = 7;
    private boolean live = true;
    /** How many deliveries move the state just before they are admitted. */
    final AtomicInteger movesBeforeDelivery = new AtomicInteger();
    /** How many deliveries happen before the state moves once, just before the next; negative for never. */
    final AtomicInteger deliveriesBeforeMove = new AtomicInteger(-1);

    @Override
    public boolean admits(long stateRevision) {
        lock.readLock().lock();
        try {
            return live && stateRevision == revision;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public boolean live() {
        return live;
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
        if (movesBeforeDelivery.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
            move();
        }
        if (deliveriesBeforeMove.getAndUpdate(it -> Math.max(-1, it - 1)) == 0) {
            move();
        }
        lock.readLock().lock();
        try {
            if (!live || stateRevision != revision) {
                return false;
            }
            delivered.incrementAndGet();
            delivery.get();
            return true;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void onChange(Runnable callback) {
        callbacks.add(callback);
    }

    void move() {
        lock.writeLock().lock();
        try {
            revision++;
        } finally {
            lock.writeLock().unlock();
        }
        callbacks.forEach(Runnable::run);
    }

    void live(boolean now) {
        lock.writeLock().lock();
        try {
            live = now;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
