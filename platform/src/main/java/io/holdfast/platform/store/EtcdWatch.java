package io.holdfast.platform.store;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One watch on a virtual thread of its own.
 *
 * <p>jetcd resumes a broken stream by itself, but from the revision of the last "created" answer, which may be past
 * changes that it has not delivered. So each stream is used once: when it breaks, it is closed and a new one starts
 * behind the last change that the listener got. A listener that falls {@value #MOST_PENDING} answers behind has its
 * stream cut and opened again once it has caught up, so that nothing grows without bound.
 */
final class EtcdWatch implements KeyValueStore.Watch {
    private static final Logger LOG = Logger.getLogger(EtcdWatch.class);
    private static final int MOST_PENDING = 1000;
    private static final int MOST_REFUSALS = 5;
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2000;

    private final Watch client;
    private final String prefix;
    private final WatchListener listener;
    private final Consumer<AutoCloseable> onClose;
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;
    private long nextRevision;
    private int failures;
    private int refusals;
    private int stream;
    private Watch.@Nullable Watcher watcher;

    EtcdWatch(Watch client, String prefix, long fromRevision, WatchListener listener, Consumer<AutoCloseable> onClose) {
        this.client = client;
        this.prefix = prefix;
        this.nextRevision = fromRevision;
        this.listener = listener;
        this.onClose = onClose;
        this.thread = Thread.ofVirtual().name("etcd-watch-" + prefix).unstarted(this::follow);
    }

    private sealed interface Signal {
        int stream();

        record Answer(int stream, WatchResponse response) implements Signal {}

        record Broken(int stream, Throwable cause) implements Signal {}

        record Closed(int stream) implements Signal {}
    }

    void start() {
        thread.start();
    }

    private void follow() {
        try {
            open();
            boolean goOn = true;
            while (goOn && !closed.get()) {
                Signal signal = signals.take();
                if (signal instanceof Signal.Answer) {
                    pending.decrementAndGet();
                }
                goOn = signal.stream() != stream || handle(signal);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "A watch on %s ends because its listener failed", prefix);
            listener.onFailed(failure);
        } finally {
            dropStream();
            closed.set(true);
            onClose.accept(this);
        }
    }

    private boolean handle(Signal signal) throws InterruptedException {
        return switch (signal) {
            case Signal.Answer answer -> {
                deliver(answer.response());
                yield true;
            }
            case Signal.Broken broken -> recover(broken.cause());
            case Signal.Closed ignored -> !closed.get();
        };
    }

    private void deliver(WatchResponse response) {
        failures = 0;
        refusals = 0;
        List<WatchListener.Change> changes =
                new ArrayList<>(response.getEvents().size());
        for (WatchEvent event : response.getEvents()) {
            if (event.getKeyValue().getModRevision() >= nextRevision) {
                changes.add(change(event));
            }
        }
        if (!changes.isEmpty()) {
            listener.onChanges(List.copyOf(changes));
            nextRevision = changes.get(changes.size() - 1).revision() + 1;
        } else if (response.getEvents().isEmpty() && !response.isCreatedNotify()) {
            long revision = response.getHeader().getRevision();
            listener.onProgress(revision);
            nextRevision = Math.max(nextRevision, revision + 1);
        }
    }

    private static WatchListener.Change change(WatchEvent event) {
        StoredValue previous = event.getPrevKV() == null || event.getPrevKV().getModRevision() == 0
                ? null
                : EtcdStore.stored(event.getPrevKV());
        StoredValue current = EtcdStore.stored(event.getKeyValue());
        return switch (event.getEventType()) {
            case PUT -> new WatchListener.Change.Put(current, previous);
            case DELETE -> new WatchListener.Change.Deleted(current.key(), current.modRevision(), previous);
            case UNRECOGNIZED -> throw new IllegalStateException("etcd sent an event of an unknown type");
        };
    }

    private boolean recover(Throwable cause) throws InterruptedException {
        dropStream();
        if (closed.get()) {
            return false;
        }
        if (EtcdFailures.isCompacted(cause)) {
            long compacted = EtcdFailures.unwrap(cause) instanceof CompactedException e ? e.getCompactedRevision() : 0;
            listener.onCompacted(compacted);
            return false;
        }
        if (EtcdFailures.isPermission(cause) && ++refusals > MOST_REFUSALS) {
            listener.onFailed(cause);
            return false;
        }
        long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures++, 10));
        LOG.debugf("Watch on %s reopens at %d in %d ms: %s", prefix, nextRevision, pause, cause);
        TimeUnit.MILLISECONDS.sleep(pause);
        open();
        return true;
    }

    private void open() {
        int number = ++stream;
        AtomicBoolean cut = new AtomicBoolean();
        WatchOption option = WatchOption.builder()
                .withRange(OptionsUtil.prefixEndOf(EtcdStore.utf8(prefix)))
                .withRevision(nextRevision)
                .withPrevKV(true)
                .withProgressNotify(true)
                .withRequireLeader(true)
                .build();
        try {
            watcher = client.watch(EtcdStore.utf8(prefix), option, new Watch.Listener() {
                @Override
                public void onNext(WatchResponse response) {
                    if (cut.get()) {
                        return;
                    }
                    if (pending.incrementAndGet() > MOST_PENDING) {
                        // What is queued is delivered first, then the stream starts again behind it.
                        pending.decrementAndGet();
                        cut.set(true);
                        signals.add(new Signal.Broken(number, new IllegalStateException("the listener is behind")));
                        return;
                    }
                    signals.add(new Signal.Answer(number, response));
                }

                @Override
                public void onError(Throwable failure) {
                    if (!cut.getAndSet(true)) {
                        signals.add(new Signal.Broken(number, failure));
                    }
                }

                @Override
                public void onCompleted() {
                    if (!cut.getAndSet(true)) {
                        signals.add(new Signal.Broken(number, new IllegalStateException("etcd ended the stream")));
                    }
                }
            });
        } catch (RuntimeException failure) {
            signals.add(new Signal.Broken(number, failure));
        }
    }

    private void dropStream() {
        stream++;
        Watch.Watcher open = watcher;
        watcher = null;
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException alreadyEnded) {
                // jetcd half-closes a stream that it has half-closed itself when it broke.
                LOG.debugf(alreadyEnded, "Watch stream on %s was closed already", prefix);
            }
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            signals.add(new Signal.Closed(0));
            onClose.accept(this);
        }
    }
}
