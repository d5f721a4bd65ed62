package io.holdfast.platform.store;

import io.etcd.jetcd.Lease;
import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * A lease renewed every third of its time. What counts is when a renewal was <em>sent</em>: etcd counts from a later
 * moment, so this side always gives up first.
 */
final class EtcdLease implements KeyValueStore.Lease {
    private static final Logger LOG = Logger.getLogger(EtcdLease.class);
    private final Lease client;
    private final long id;
    private final long ttlNanos;
    private final Duration timeout;
    private final TimeSource time;
    private final Consumer<AutoCloseable> onClose;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long renewedAt;
    private volatile boolean gone;

    EtcdLease(
            Lease client,
            long id,
            long ttlSeconds,
            Duration timeout,
            long askedAt,
            TimeSource time,
            Consumer<AutoCloseable> onClose) {
        this.client = client;
        this.id = id;
        this.ttlNanos = TimeUnit.SECONDS.toNanos(ttlSeconds);
        this.timeout = timeout;
        this.time = time;
        this.onClose = onClose;
        this.renewedAt = askedAt;
    }

    void start() {
        Thread.ofVirtual().name("etcd-lease-" + Long.toHexString(id)).start(this::renew);
    }

    private void renew() {
        try {
            while (alive()) {
                if (closed.await(ttlNanos / 3, TimeUnit.NANOSECONDS)) {
                    return;
                }
                long sent = time.monotonicNanos();
                try {
                    client.keepAliveOnce(id).get(Math.min(timeout.toNanos(), ttlNanos / 3), TimeUnit.NANOSECONDS);
                    renewedAt = sent;
                } catch (ExecutionException | TimeoutException failure) {
                    if (EtcdFailures.isLeaseGone(failure)) {
                        gone = true;
                        return;
                    }
                    LOG.debugf(failure, "Lease %x not renewed", id);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean alive() {
        return !gone && closed.getCount() > 0 && time.monotonicNanos() - renewedAt < ttlNanos;
    }

    @Override
    public void close() {
        if (closed.getCount() == 0) {
            return;
        }
        closed.countDown();
        onClose.accept(this);
        try {
            client.revoke(id).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            // It ends by itself when its time is over.
            LOG.debugf(failure, "Lease %x not revoked", id);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
