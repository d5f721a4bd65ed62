package io.holdfast.keyservice.access;

import io.grpc.Context;
import io.holdfast.platform.store.StoreUnavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets many callers share few linearizable reads. A caller that arrives while a read is under way does not get that
 * one's answer, which may be older than the call, but shares the next read with all who arrive before it starts. So at
 * most one read runs at a time, and no answer is older than the question.
 *
 * <p>A caller who finds no read under way reads by itself. Those who wait are read for by a thread of its own, which goes
 * from one read to the next without a pause: were it one of them, it would have to wait for its turn behind all whom the
 * last read woke, with no read under way meanwhile.
 *
 * <p>Thread safe. Blocks; call from a virtual thread.
 */
public final class SharedRead<T> {
    private static final int IDLE_SECONDS = 10;

    private final Supplier<T> read;
    private final Executor reader = reader();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean running;
    private @Nullable CompletableFuture<T> waiting;

    /** @param read linearizable, and bounded in time */
    public SharedRead(Supplier<T> read) {
        this.read = read;
    }

    /** One platform thread while there is something to read: the kernel wakes it whatever virtual threads are queued. */
    private static Executor reader() {
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("shared-read").daemon().factory());
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    /** What a read answers that starts after this call. Throws what that read throws. */
    public T get() {
        CompletableFuture<T> shared = null;
        lock.lock();
        try {
            if (running) {
                if (waiting == null) {
                    waiting = new CompletableFuture<>();
                }
                shared = waiting;
            } else {
                running = true;
            }
        } finally {
            lock.unlock();
        }
        return shared == null ? alone() : follow(shared);
    }

    private T alone() {
        // Outside of the caller's context: its deadline, or its going, must not end what others wait for.
        Context call = Context.ROOT.attach();
        try {
            return read.get();
        } finally {
            Context.ROOT.detach(call);
            if (isWaitedFor()) {
                reader.execute(this::readForThoseWhoWait);
            }
        }
    }

    private void readForThoseWhoWait() {
        do {
            CompletableFuture<T> shared = begin();
            try {
                shared.complete(read.get());
            } catch (Throwable failure) {
                shared.completeExceptionally(failure);
            }
        } while (isWaitedFor());
    }

    /** Who comes from now on waits for the next one. */
    private CompletableFuture<T> begin() {
        lock.lock();
        try {
            CompletableFuture<T> shared = waiting;
            if (shared == null) {
                throw new IllegalStateException("nobody waits");
            }
            waiting = null;
            return shared;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the run of reads when not. */
    private boolean isWaitedFor() {
        lock.lock();
        try {
            running = waiting != null;
            return running;
        } finally {
            lock.unlock();
        }
    }

    private static <T> T follow(CompletableFuture<T> shared) {
        try {
            return shared.join();
        } catch (CompletionException e) {
            // Each caller gets an exception of its own: they are thrown on different threads.
            throw new StoreUnavailable("a shared read failed", e.getCause());
        }
    }
}
