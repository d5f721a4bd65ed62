package io.holdfast.keyservice.access;

import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.WatchListener;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A watch that begins again by itself when it was compacted away or failed. What changed meanwhile is not told change by
 * change; {@code caughtUp} gets the store's revision at each beginning instead.
 */
final class PrefixFollower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PrefixFollower.class);
    private static final long RETRY_MILLIS = 500;

    private final KeyValueStore store;
    private final String prefix;
    private final ScheduledExecutorService thread;
    private final LongConsumer caughtUp;
    private final Consumer<WatchListener.Change> changed;
    private volatile boolean closed;
    /** Touched on {@code thread} only. */
    private KeyValueStore.@Nullable Watch watch;

    PrefixFollower(
            KeyValueStore store,
            String prefix,
            ScheduledExecutorService thread,
            LongConsumer caughtUp,
            Consumer<WatchListener.Change> changed) {
        this.store = store;
        this.prefix = prefix;
        this.thread = thread;
        this.caughtUp = caughtUp;
        this.changed = changed;
    }

    void start() {
        thread.execute(this::begin);
    }

    private void begin() {
        if (closed) {
            return;
        }
        end();
        try {
            long revision = store.revision();
            caughtUp.accept(revision);
            watch = store.watch(prefix, revision + 1, new Listener());
        } catch (RuntimeException e) {
            LOG.warnv("The watch can''t begin; trying again. prefix={0} cause={1}", prefix, e.toString());
            beginLater();
        }
    }

    private void beginLater() {
        if (!closed && !thread.isShutdown()) {
            var unused = thread.schedule(this::begin, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void end() {
        KeyValueStore.Watch running = watch;
        watch = null;
        if (running != null) {
            running.close();
        }
    }

    /** Ends it; the executor must still run. */
    @Override
    public void close() {
        closed = true;
        thread.execute(this::end);
    }

    private final class Listener implements WatchListener {
        @Override
        public void onChanges(List<Change> changes) {
            changes.forEach(changed);
        }

        @Override
        public void onCompacted(long compactRevision) {
            beginLater();
        }

        @Override
        public void onFailed(Throwable cause) {
            LOG.warnv("The watch ended; beginning again. prefix={0} cause={1}", prefix, cause.toString());
            beginLater();
        }
    }
}
