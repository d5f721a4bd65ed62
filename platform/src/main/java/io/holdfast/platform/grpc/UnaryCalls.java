package io.holdfast.platform.grpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Hands each unary call to a virtual thread of its own, with the call's gRPC and trace contexts.
 *
 * <p>Quarkus' {@code @RunOnVirtualThread} does the same, but up to 3.33 loses a call now and then under load: it may replay
 * the end of the request before the request (quarkusio/quarkus#48940). Go back to the annotation once the fix is in the
 * version we use.
 */
public final class UnaryCalls {
    /** So many calls run at once; the next ones are refused with RESOURCE_EXHAUSTED. */
    public static final int MOST_AT_ONCE = 1024;

    private static final Executor THREADS = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("grpc-call-", 0).factory());
    private static final Semaphore PLACES = new Semaphore(MOST_AT_ONCE);

    private UnaryCalls() {}

    /**
     * Returns at once; call it from the service method itself.
     *
     * @param body answers {@code call} with a value or an error, and throws nothing
     */
    public static void serve(StreamObserver<?> call, Runnable body) {
        if (!PLACES.tryAcquire()) {
            call.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("too many calls at once; try again later")
                    .asRuntimeException());
            return;
        }
        if (call instanceof ServerCallStreamObserver<?> cancellable) {
            // With a handler, an answer to a caller that has gone is dropped instead of thrown.
            cancellable.setOnCancelHandler(() -> {});
        }
        Runnable within = io.opentelemetry.context.Context.current()
                .wrap(Context.current().wrap(body));
        THREADS.execute(() -> {
            try {
                within.run();
            } finally {
                PLACES.release();
            }
        });
    }
}
