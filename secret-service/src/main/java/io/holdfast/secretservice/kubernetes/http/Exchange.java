package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.platform.access.AccessSession;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The way out of one request. Everything is written on the connection's event loop, because only there a write goes to
 * the socket before the call returns: what {@link AccessSession#deliver} let through has left when it comes back.
 */
final class Exchange {
    /** How long a client may take to read before a watch gives it up. */
    private static final long DRAIN_SECONDS = 30;

    private static final long OUTLIVED_CHECK_MILLIS = 250;
    /** Two seconds: well inside a session's term, long for a client that reads. */
    private static final int OUTLIVED_CHECKS = 8;

    private final HttpServerResponse response;
    private final Context eventLoop;
    private final AccessSession session;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** To be made on the event loop of the request. */
    Exchange(HttpServerResponse response, Context eventLoop, AccessSession session) {
        this.response = response;
        this.eventLoop = eventLoop;
        this.session = session;
        response.closeHandler(gone -> closed.complete(null));
        response.exceptionHandler(broken -> closed.complete(null));
        response.endHandler(done -> closed.complete(null));
    }

    /** Completes when the client has gone, or the answer has ended. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /**
     * Sends the answer if the session admits what it rests on; wipes its body either way.
     *
     * @return false when it was refused: nothing has left
     */
    boolean send(Answer answer) {
        return onEventLoop(answer.stateRevision(), answer.body(), () -> {
            response.setStatusCode(answer.code());
            response.putHeader("Content-Type", answer.contentType());
            response.putHeader("Cache-Control", "no-cache, private");
            answer.warnings().forEach(it -> response.headers().add("Warning", it));
            if (answer.code() == 429 || answer.code() == 503 || answer.code() == 504) {
                response.putHeader("Retry-After", "1");
            }
            if (answer.code() == 401) {
                response.putHeader("WWW-Authenticate", "Bearer");
            }
            return response.end(Buffer.buffer(Unpooled.wrappedBuffer(answer.body())));
        });
    }

    /** Begins an answer whose chunks follow. */
    void begin(String contentType) {
        onEventLoop(0, new byte[0], () -> {
            response.setStatusCode(200);
            response.putHeader("Content-Type", contentType);
            response.putHeader("Cache-Control", "no-cache, private");
            response.setChunked(true);
            // An empty chunk sends the head: the client sees that the watch stands before anything happens.
            return response.write(Buffer.buffer());
        });
    }

    /** Sends one chunk, as {@link #send}, and waits while the client does not read. */
    boolean chunk(byte[] chunk, long stateRevision) {
        boolean sent =
                onEventLoop(stateRevision, chunk, () -> response.write(Buffer.buffer(Unpooled.wrappedBuffer(chunk))));
        if (sent && response.writeQueueFull()) {
            awaitDrain();
        }
        return sent;
    }

    void end() {
        onEventLoop(0, new byte[0], response::end);
    }

    private void awaitDrain() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        eventLoop.runOnContext(ignored -> {
            response.drainHandler(it -> drained.complete(null));
            if (!response.writeQueueFull()) {
                drained.complete(null);
            }
        });
        try {
            CompletableFuture.anyOf(drained, closed).get(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            eventLoop.runOnContext(ignored -> response.reset());
            closed.complete(null);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            closed.complete(null);
        }
    }

    private boolean onEventLoop(long stateRevision, byte[] bytes, Supplier<io.vertx.core.Future<Void>> write) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        eventLoop.runOnContext(ignored -> {
            if (response.ended() || response.closed()) {
                wipe(bytes);
                closed.complete(null);
                done.complete(true);
                return;
            }
            Supplier<CompletionStage<Void>> delivery = () -> {
                io.vertx.core.Future<Void> left = write.get().onComplete(ended -> wipe(bytes));
                cutOffWhenOutlived(left, stateRevision);
                return left.toCompletionStage();
            };
            try {
                boolean ran;
                if (stateRevision == 0) {
                    var unused = delivery.get();
                    ran = true;
                } else {
                    ran = session.deliver(stateRevision, delivery);
                }
                if (!ran) {
                    wipe(bytes);
                }
                done.complete(ran);
            } catch (RuntimeException broken) {
                wipe(bytes);
                done.completeExceptionally(broken);
            }
        });
        return done.join();
    }

    /**
     * A client that does not read must not keep an answer alive past the access it rests on: what has not left soon after
     * the state has moved on is reset.
     */
    private void cutOffWhenOutlived(io.vertx.core.Future<Void> left, long stateRevision) {
        if (stateRevision == 0 || left.isComplete()) {
            return;
        }
        AtomicInteger outlived = new AtomicInteger();
        eventLoop.owner().setPeriodic(OUTLIVED_CHECK_MILLIS, timer -> {
            if (left.isComplete()) {
                eventLoop.owner().cancelTimer(timer);
            } else if (!session.admits(stateRevision) && outlived.incrementAndGet() > OUTLIVED_CHECKS) {
                eventLoop.owner().cancelTimer(timer);
                eventLoop.runOnContext(ignored -> response.reset());
                closed.complete(null);
            }
        });
    }

    private static void wipe(byte[] bytes) {
        Arrays.fill(bytes, (byte) 0);
    }
}
