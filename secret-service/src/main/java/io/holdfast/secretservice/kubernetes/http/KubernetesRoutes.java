package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.http.RouteLabels;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Receives the requests under {@code /clusters/}, bodies bounded, and hands each to a virtual thread. */
public final class KubernetesRoutes {
    /** As kube-apiserver ({@code --max-resource-write-bytes}). */
    static final int MAX_BODY = 3 << 20;

    private static final int ORDER = -200;
    private static final String PREFIX = "/clusters/";
    /** What follows names namespaces and Secrets. */
    private static final String LABEL = PREFIX + "{clusterId}";

    private static final Set<String> PLAIN = Set.of("healthz", "livez", "readyz", "healthz/", "livez/", "readyz/");
    private static final int MAX_SEGMENTS = 12;

    private final KubernetesEndpoint endpoint;
    private final AccessSession session;
    private final Executor threads;

    /** @param threads one virtual thread per request */
    public KubernetesRoutes(KubernetesEndpoint endpoint, AccessSession session, Executor threads) {
        this.endpoint = endpoint;
        this.session = session;
        this.threads = threads;
    }

    public void mount(Router router) {
        // Before what refuses long bodies elsewhere: here they are answered with a Status.
        router.route(PREFIX + "*").order(ORDER).handler(this::receive);
    }

    private void receive(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        RouteLabels.name(request, LABEL);
        Context eventLoop = routing.vertx().getOrCreateContext();
        // The request's span is current here and on no other thread.
        io.opentelemetry.context.Context trace = io.opentelemetry.context.Context.current();
        Exchange exchange = new Exchange(request.response(), eventLoop, session);
        Buffer body = Buffer.buffer();
        AtomicBoolean refused = new AtomicBoolean();
        request.exceptionHandler(broken -> refused.set(true));
        request.handler(chunk -> {
            if (refused.get()) {
                return;
            }
            if (body.length() + chunk.length() > MAX_BODY) {
                refused.set(true);
                answer(exchange, ApiRefusal.tooLarge(MAX_BODY));
            } else {
                body.appendBuffer(chunk);
            }
        });
        if (!isPlain(request.path()) && !Access.isBearer(authorization(request))) {
            // Nothing of the body is kept for who does not even say who it is.
            refused.set(true);
            answer(exchange, ApiRefusal.unauthorized());
        }
        request.endHandler(ended -> {
            if (!refused.get()) {
                byte[] bytes = body.getBytes();
                threads.execute(trace.wrap(() -> serve(request, bytes, exchange)));
            }
        });
        request.resume();
    }

    private static String authorization(HttpServerRequest request) {
        // Of two, nobody knows which one a proxy in between has looked at.
        List<String> headers = request.headers().getAll("authorization");
        return headers.size() == 1 ? headers.getFirst() : "";
    }

    /** Whether anyone may ask, as {@link KubernetesEndpoint.Target#plain}. */
    private static boolean isPlain(String path) {
        int slash = path.indexOf('/', PREFIX.length());
        return slash > 0 && PLAIN.contains(path.substring(slash + 1));
    }

    private void answer(Exchange exchange, ApiRefusal refusal) {
        threads.execute(() -> exchange.send(Answer.status(refusal.status())));
    }

    private void serve(HttpServerRequest request, byte[] body, Exchange exchange) {
        KubernetesRequest read = read(request, body);
        if (read == null) {
            exchange.send(Answer.status(ApiRefusal.pathUnknown().status()));
        } else {
            endpoint.serve(read, exchange);
        }
    }

    private static @Nullable KubernetesRequest read(HttpServerRequest request, byte[] body) {
        String[] raw = request.path().substring(PREFIX.length()).split("/", -1);
        if (raw.length > MAX_SEGMENTS) {
            return null;
        }
        List<String> path = new ArrayList<>(raw.length);
        for (String segment : raw) {
            String decoded = decode(segment.replace("+", "%2B"));
            if (decoded == null) {
                return null;
            }
            path.add(decoded);
        }
        // "…/namespaces/" is the collection too.
        if (path.size() > 1 && path.getLast().isEmpty()) {
            path.removeLast();
        }
        ClusterId cluster;
        try {
            cluster = new ClusterId(path.getFirst());
        } catch (ProblemException refused) {
            return null;
        }
        Map<String, String> query = new HashMap<>();
        String text = request.query();
        if (text != null) {
            for (String pair : text.split("&", -1)) {
                int at = pair.indexOf('=');
                String name = decode(at < 0 ? pair : pair.substring(0, at));
                String value = at < 0 ? "" : decode(pair.substring(at + 1));
                if (name != null && value != null) {
                    query.putIfAbsent(name, value);
                }
            }
        }
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("accept")) {
                headers.merge(lower, value, (a, b) -> a + "," + b);
            } else {
                headers.putIfAbsent(lower, value);
            }
        });
        return new KubernetesRequest(
                request.method().name(), cluster, path.subList(1, path.size()), query, headers, body);
    }

    private static @Nullable String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException refused) {
            return null;
        }
    }

    /** One virtual thread per task, named for thread dumps. */
    public static Executor virtualThreads() {
        return java.util.concurrent.Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("kubernetes-", 0).factory());
    }
}
