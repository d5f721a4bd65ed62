package io.holdfast.platform.http;

import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.spi.VertxTracerFactory;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingOptions;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Has what can't be read as HTTP/1.1 answered by {@link EarlyRefusals}, in the API's own shape and with a request id. Vert.x
 * hands such a request to its connection's handler of invalid requests instead of to the router, and answers the bare status
 * unless told otherwise. Quarkus shows us neither the server nor a new connection; the tracer is the first to see a request,
 * before Vert.x asks the connection for that handler.
 */
@Singleton
public class UnreadableRequests implements VertxOptionsCustomizer {
    /** Vert.x is made before the runtime configuration that a problem's shape may depend on. */
    private final Instance<EarlyRefusals> refusals;

    public UnreadableRequests(Instance<EarlyRefusals> refusals) {
        this.refusals = refusals;
    }

    @Override
    public void accept(VertxOptions options) {
        @Nullable TracingOptions configured = options.getTracingOptions();
        TracingOptions tracing = configured == null ? new TracingOptions() : configured.copy();
        @Nullable VertxTracerFactory configuredFactory = tracing.getFactory();
        VertxTracerFactory factory = configuredFactory == null ? VertxTracerFactory.NOOP : configuredFactory;
        options.setTracingOptions(
                tracing.setFactory(given -> new Watching<>(traced(factory, given), this::unreadable)));
    }

    @SuppressWarnings("unchecked") // Each tracer gets back only what it gave out.
    private static VertxTracer<Object, Object> traced(VertxTracerFactory factory, TracingOptions options) {
        return (VertxTracer<Object, Object>) factory.tracer(options);
    }

    private void unreadable(HttpServerRequest request) {
        refusals.get().unreadable(request);
    }

    /** The configured tracer, which every connection passes with its first request. */
    private record Watching<I, O>(VertxTracer<I, O> tracer, Handler<HttpServerRequest> unreadable)
            implements VertxTracer<I, O> {

        @Override
        public <R> @Nullable I receiveRequest(
                Context context,
                SpanKind kind,
                TracingPolicy policy,
                R request,
                String operation,
                Iterable<Map.Entry<String, String>> headers,
                TagExtractor<R> tags) {
            if (request instanceof HttpServerRequest received
                    && received.connection() instanceof HttpServerConnection connection) {
                connection.invalidRequestHandler(unreadable);
            }
            return tracer.receiveRequest(context, kind, policy, request, operation, headers, tags);
        }

        @Override
        public <R> void sendResponse(Context context, R response, I received, Throwable failure, TagExtractor<R> tags) {
            tracer.sendResponse(context, response, received, failure, tags);
        }

        @Override
        public <R> @Nullable O sendRequest(
                Context context,
                SpanKind kind,
                TracingPolicy policy,
                R request,
                String operation,
                BiConsumer<String, String> headers,
                TagExtractor<R> tags) {
            return tracer.sendRequest(context, kind, policy, request, operation, headers, tags);
        }

        @Override
        public <R> void receiveResponse(Context context, R response, O sent, Throwable failure, TagExtractor<R> tags) {
            tracer.receiveResponse(context, response, sent, failure, tags);
        }

        @Override
        public void close() {
            tracer.close();
        }
    }
}
