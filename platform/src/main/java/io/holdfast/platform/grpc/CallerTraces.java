package io.holdfast.platform.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Continues the caller's trace (W3C Trace Context, {@code traceparent}) with a server span for the call, named and
 * described as OpenTelemetry's conventions for gRPC say. Between services a trace never begins: it begins where a person's
 * request or an event enters, and a span for each heartbeat and each background call would bury those.
 *
 * <p>Not OpenTelemetry's own interceptor: it replaces the storage of gRPC's context in the whole process, which every call
 * pays for, traced or not.
 */
final class CallerTraces implements ServerInterceptor {
    private static final String PARENT = "traceparent";
    private static final Metadata.Key<String> PARENT_KEY = key(PARENT);
    /** What the conventions count as the server's fault. */
    private static final Set<Status.Code> FAULTS = EnumSet.of(
            Status.Code.UNKNOWN,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.UNIMPLEMENTED,
            Status.Code.INTERNAL,
            Status.Code.UNAVAILABLE,
            Status.Code.DATA_LOSS);

    private static final TextMapGetter<Metadata> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata headers) {
            return headers.keys();
        }

        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
            return headers == null ? null : headers.get(key(name));
        }
    };

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    CallerTraces(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("io.holdfast.platform.grpc");
        this.propagator = telemetry.getPropagators().getTextMapPropagator();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!headers.containsKey(PARENT_KEY)) {
            return next.startCall(call, headers);
        }
        MethodDescriptor<Q, A> method = call.getMethodDescriptor();
        Context caller = propagator.extract(Context.root(), headers, HEADERS);
        Span span = tracer.spanBuilder(method.getFullMethodName())
                .setSpanKind(SpanKind.SERVER)
                .setParent(caller)
                .setAttribute("rpc.system", "grpc")
                .setAttribute("rpc.service", String.valueOf(method.getServiceName()))
                .setAttribute("rpc.method", String.valueOf(method.getBareMethodName()))
                .startSpan();
        Context traced = caller.with(span);
        try (Scope scope = traced.makeCurrent()) {
            return new Traced<>(next.startCall(new Ending<>(call, span), headers), traced, span);
        } catch (RuntimeException failure) {
            end(span, Status.INTERNAL);
            throw failure;
        }
    }

    private static void end(Span span, Status status) {
        span.setAttribute("rpc.grpc.status_code", status.getCode().value());
        if (FAULTS.contains(status.getCode())) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    /** Ends the span with the answer. */
    private static final class Ending<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final Span span;

        Ending(ServerCall<Q, A> call, Span span) {
            super(call);
            this.span = span;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            super.close(status, trailers);
            end(span, status);
        }
    }

    /** The service method runs in one of these: unary ones in the last. */
    private static final class Traced<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Context traced;
        private final Span span;

        Traced(ServerCall.Listener<Q> listener, Context traced, Span span) {
            super(listener);
            this.traced = traced;
            this.span = span;
        }

        @Override
        public void onMessage(Q message) {
            try (Scope scope = traced.makeCurrent()) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            try (Scope scope = traced.makeCurrent()) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            super.onCancel();
            end(span, Status.CANCELLED);
        }
    }
}
