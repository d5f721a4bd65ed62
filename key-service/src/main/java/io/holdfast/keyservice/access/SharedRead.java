package io.holdfast.keyservice.access;

import io.grpc.Context;
import io.holdfast.platform.store.StoreUnavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets many callers share few linearizable reads. A caller that arrives while a read is under way does not get that
 * one's answer, which may be older than the call, but shares the next read with all who arrive before it starts. So at
 * most one read runs at a time, and no answer is older than the question.
 *
 * <p>Thread safe. Blocks; call from a virtual thread.
 */
public final class SharedRead<T> {
    private final Supplier<T> read;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<T> running;
    private @Nullable CompletableFuture<T> next;

    /** @param read linearizable, and bounded in time */
    public SharedRead(Supplier<T> read) {
        this.read = read;
    }

    /** What a read answers that starts after this call. Throws what that read throws. */
    public T get() {
        CompletableFuture<T> mine;
        CompletableFuture<T> before = null;
        boolean leads = true;
        lock.lock();
        try {
            if (running == null) {
                mine = new CompletableFuture<>();
                running = mine;
            } else if (next == null) {
                mine = new CompletableFuture<>();
                next = mine;
                before = running;
            } else {
                mine = next;
                leads = false;
            }
        } finally {
            lock.unlock();
        }
        return leads ? lead(mine, before) : follow(mine);
    }

    private T lead(CompletableFuture<T> mine, @Nullable CompletableFuture<T> before) {
        if (before != null) {
            // Only its end matters: a failure of that read is not a failure of this one.
            before.handle((value, failure) -> true).join();
            lock.lock();
            try {
                running = mine;
                next = null;
            } finally {
                lock.unlock();
            }
        }
        try {
            T value = alone();
            finish(mine);
            mine.complete(value);
            return value;
        } catch (Throwable failure) {
            finish(mine);
            mine.completeExceptionally(failure);
            throw failure;
        }
    }

    /** Outside of the leader's call: its deadline, or its caller's going, must not end what others wait for. */
    private T alone() {
        Context call = Context.ROOT.attach();
        try {
            return read.get();
        } finally {
            Context.ROOT.detach(call);
        }
    }

    /** The successor, if there is one, takes over when {@code mine} completes; nobody may join the finished read. */
    private void finish(CompletableFuture<T> mine) {
        lock.lock();
        try {
            if (running == mine && next == null) {
                running = null;
            }
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
