package io.holdfast.platform.access;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.Pong;
import io.holdfast.contracts.access.v1.SessionRequest;
import io.holdfast.contracts.access.v1.SessionResponse;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The session over one gRPC stream to key-service, on a platform thread of its own; reconnects for as long as it is open,
 * with a growing pause and jitter.
 */
public final class GrpcAccessSession implements AccessSession, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(GrpcAccessSession.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2000;
    /** A stream without a Pong for so many ticks (and at least 2 s) is taken for dead. */
    private static final int SILENT_TICKS = 5;

    private static final long SHORTEST_SILENCE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final Duration SHORTEST_TICK = Duration.ofMillis(50);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(10);

    private final Channel channel;
    private final AccessGrpc.AccessStub stub;
    private final Duration tick;
    private final SessionState state;
    private final Semaphore poke = new Semaphore(0);
    private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();
    private final ExecutorService callbackThread;
    private final Thread thread;
    private volatile boolean closing;
    private volatile long lastPong;
    private volatile boolean wasLive;

    /**
     * @param channel to key-service
     * @param tick between two pings, 50 ms to 10 s
     */
    public GrpcAccessSession(Channel channel, Duration tick, TimeSource time) {
        if (tick.compareTo(SHORTEST_TICK) < 0 || tick.compareTo(LONGEST_TICK) > 0) {
            throw new IllegalArgumentException("holdfast.access.tick must be 50 ms to 10 s");
        }
        this.channel = channel;
        this.stub = AccessGrpc.newStub(channel);
        this.tick = tick;
        this.state = new SessionState(time);
        this.callbackThread = Executors.newSingleThreadExecutor(
                Thread.ofVirtual().name("access-session-callbacks").factory());
        this.thread = Thread.ofPlatform().name("access-session").daemon().unstarted(this::run);
    }

    public GrpcAccessSession start() {
        thread.start();
        return this;
    }

    @Override
    public boolean admits(long stateRevision) {
        return state.admits(stateRevision);
    }

    @Override
    public boolean live() {
        return state.live();
    }

    @Override
    public long revision() {
        return state.revision();
    }

    @Override
    public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
        return state.deliver(stateRevision, delivery, () -> {
            if (state.revision() > stateRevision) {
                // The acknowledgement that this delivery may have held back.
                poke.release();
            }
        });
    }

    @Override
    public void onChange(Runnable callback) {
        callbacks.add(callback);
    }

    /** Ends the session; nothing is admitted once its time is over. */
    @Override
    public void close() {
        closing = true;
        poke.release();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        callbackThread.shutdownNow();
    }

    private void run() {
        int failures = 0;
        while (!closing) {
            long before = lastPong;
            if (failures > 0 && channel instanceof ManagedChannel connection) {
                // gRPC's own pauses between attempts grow to minutes; this session's stay short, and all share them.
                connection.resetConnectBackoff();
            }
            try {
                follow();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException failure) {
                LOG.warnf("The access session broke: %s", failure);
            }
            state.streamLost();
            failures = lastPong == before ? failures + 1 : 0;
            if (!closing && !pause(failures)) {
                return;
            }
        }
    }

    private boolean pause(int failures) {
        long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures, 10));
        long end = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
        try {
            while (!closing && end - System.nanoTime() > 0) {
                boolean poked = poke.tryAcquire(Math.min(tick.toMillis(), 100), TimeUnit.MILLISECONDS);
                LOG.tracef("Waiting to reconnect, poked: %s", poked);
                noticeLiveness();
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One stream from its opening to its end. */
    private void follow() throws InterruptedException {
        Answers answers = new Answers();
        Context.CancellableContext scope = Context.ROOT.withCancellation();
        try {
            StreamObserver<SessionRequest> requests = openIn(scope, answers);
            long silence = Math.max(SHORTEST_SILENCE_NANOS, SILENT_TICKS * tick.toNanos());
            long opened = System.nanoTime();
            while (!closing && answers.ended == null) {
                poke.drainPermits();
                SessionState.Ping ping = state.ping();
                requests.onNext(SessionRequest.newBuilder()
                        .setNonce(ByteString.copyFrom(ping.nonce().toArray()))
                        .setAcknowledgedRevision(ping.acknowledgedRevision())
                        .build());
                boolean poked = poke.tryAcquire(tick.toNanos(), TimeUnit.NANOSECONDS);
                LOG.tracef("Next ping, poked: %s", poked);
                noticeLiveness();
                long heard = Math.max(opened, answers.lastHeard);
                if (System.nanoTime() - heard > silence) {
                    throw new IllegalStateException("key-service has been silent for too long");
                }
            }
            Throwable ended = answers.ended;
            if (ended != null && !closing) {
                if (state.live()) {
                    LOG.infof("The stream of the access session ended: %s", ended.getMessage());
                } else {
                    LOG.debugf("No stream of an access session: %s", ended.getMessage());
                }
            }
        } finally {
            scope.cancel(null);
        }
    }

    private StreamObserver<SessionRequest> openIn(Context scope, Answers answers) {
        Context previous = scope.attach();
        try {
            return stub.session(answers);
        } finally {
            scope.detach(previous);
        }
    }

    private void noticeLiveness() {
        boolean live = state.live();
        if (live != wasLive) {
            wasLive = live;
            LOG.infof("The access session is %s at state revision %d", live ? "live" : "lost", state.revision());
            callBack();
        }
    }

    private void callBack() {
        try {
            for (Runnable callback : callbacks) {
                callbackThread.execute(() -> {
                    try {
                        callback.run();
                    } catch (RuntimeException failure) {
                        LOG.errorf(failure, "A listener of the access session failed");
                    }
                });
            }
        } catch (RejectedExecutionException closed) {
            LOG.debugf(closed, "The access session is closing");
        }
    }

    private final class Answers implements StreamObserver<SessionResponse> {
        private volatile long lastHeard;
        private volatile @Nullable Throwable ended;

        Answers() {
            lastHeard = System.nanoTime();
        }

        @Override
        public void onNext(SessionResponse response) {
            boolean grew =
                    switch (response.getKindCase()) {
                        case PONG -> pong(response.getPong());
                        case CHANGED -> state.changed(response.getChanged().getStateRevision());
                        case KIND_NOT_SET -> false;
                    };
            if (grew) {
                callBack();
                // Acknowledge at once: somebody may be waiting for it.
                poke.release();
            }
        }

        private boolean pong(Pong pong) {
            lastHeard = System.nanoTime();
            lastPong = lastHeard;
            boolean grew = state.pong(
                    Bytes.takeOwnershipOf(pong.getNonce().toByteArray()),
                    pong.getStateRevision(),
                    Duration.ofMillis(pong.getTermMillis()));
            if (!wasLive && state.live()) {
                wasLive = true;
                LOG.infof("The access session is live at state revision %d", state.revision());
                callBack();
            }
            return grew;
        }

        @Override
        public void onError(Throwable failure) {
            ended = failure;
            poke.release();
        }

        @Override
        public void onCompleted() {
            ended = new IllegalStateException("key-service ended the session");
            poke.release();
        }
    }
}
