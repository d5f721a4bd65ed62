package io.holdfast.platform.store;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives every single call a deadline that gRPC itself enforces, and tells calls that never left this process from calls
 * whose answer is missing.
 *
 * <p>jetcd sets no deadline: giving up on its future leaves the request queued, and it would be applied whenever etcd
 * comes back. A call that fails before a stream to a member was made gets {@link NotSent} as its cause.
 */
final class CallBounds implements ClientInterceptor {
    private static final String KEEP_ALIVE = "etcdserverpb.Lease/LeaseKeepAlive";
    private final long timeoutNanos;

    CallBounds(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /** The request was never handed to a connection. */
    static final class NotSent extends RuntimeException {
        NotSent(@org.jspecify.annotations.Nullable Throwable cause) {
            super("not sent", cause, false, false);
        }
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        if (method.getType() != MethodDescriptor.MethodType.UNARY
                && !method.getFullMethodName().equals(KEEP_ALIVE)) {
            return next.newCall(method, options);
        }
        AtomicBoolean sent = new AtomicBoolean();
        CallOptions bounded = options.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS)
                .withStreamTracerFactory(new ClientStreamTracer.Factory() {
                    @Override
                    public ClientStreamTracer newClientStreamTracer(
                            ClientStreamTracer.StreamInfo info, Metadata headers) {
                        return new ClientStreamTracer() {
                            @Override
                            public void outboundMessage(int number) {
                                sent.set(true);
                            }
                        };
                    }
                });
        return new SimpleForwardingClientCall<>(next.newCall(method, bounded)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                boolean neverLeft = !status.isOk() && !sent.get();
                                super.onClose(
                                        neverLeft ? status.withCause(new NotSent(status.getCause())) : status,
                                        trailers);
                            }
                        },
                        headers);
            }
        };
    }
}
