package io.holdfast.platform.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Hands each unary call to a virtual thread of its own, with the call's gRPC and trace contexts; unless it can be answered
 * without a wait.
 */
public final class UnaryCalls {
    /** So many calls run at once; the next ones are refused as {@link Overload} says. */
    public static final int MOST_AT_ONCE = 1024;

    private static final ThreadFactory THREADS =
            Thread.ofVirtual().name("grpc-call").factory();
    private static final Semaphore PLACES = new Semaphore(MOST_AT_ONCE);

    private UnaryCalls() {}

    /** {@link #serve(StreamObserver, BooleanSupplier, Runnable, Consumer)} for who does not count refusals. */
    public static void serve(StreamObserver<?> call, Runnable body) {
        serve(call, () -> false, body, refusal -> {});
    }

    /**
     * Returns at once; call it from the service method itself. A call whose deadline has passed, or whose caller has gone,
     * before the body runs starts no work: the server ends its gRPC context at that moment.
     *
     * @param atHand asked first, on this thread, which other calls wait for: whether it has answered {@code call}; never waits
     *     for anything, and throws nothing
     * @param body answers {@code call} with a value or an error, and throws nothing
     * @param refused told when the body will not run, with what the caller gets
     */
    public static void serve(StreamObserver<?> call, BooleanSupplier atHand, Runnable body, Consumer<Status> refused) {
        if (call instanceof ServerCallStreamObserver<?> cancellable) {
            // With a handler, an answer to a caller that has gone is dropped instead of thrown.
            cancellable.setOnCancelHandler(() -> {});
        }
        if (!Context.current().isCancelled() && atHand.getAsBoolean()) {
            return;
        }
        if (!PLACES.tryAcquire()) {
            refuse(call, Overload.refusal("too many calls at once; try again later"), refused);
            return;
        }
        Runnable within = traced(Context.current().wrap(() -> run(call, body, refused)));
        THREADS.newThread(() -> {
                    try {
                        within.run();
                    } finally {
                        PLACES.release();
                    }
                })
                .start();
    }

    /** Most calls bring no trace, and changing the trace context costs more than a look. */
    private static Runnable traced(Runnable body) {
        io.opentelemetry.context.Context trace = io.opentelemetry.context.Context.current();
        return trace == io.opentelemetry.context.Context.root() ? body : trace.wrap(body);
    }

    private static void run(StreamObserver<?> call, Runnable body, Consumer<Status> refused) {
        if (Context.current().isCancelled()) {
            refuse(call, ended(), refused);
        } else {
            body.run();
        }
    }

    /**
     * For long work, between its parts.
     *
     * @throws StatusRuntimeException DEADLINE_EXCEEDED or CANCELLED when nobody waits for the rest of the running call
     */
    public static void requireWanted() {
        if (Context.current().isCancelled()) {
            throw ended();
        }
    }

    private static StatusRuntimeException ended() {
        return Contexts.statusFromCancelled(Context.current()).asRuntimeException();
    }

    private static void refuse(StreamObserver<?> call, StatusRuntimeException why, Consumer<Status> refused) {
        refused.accept(why.getStatus());
        call.onError(why);
    }
}
