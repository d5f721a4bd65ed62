package io.holdfast.keyservice.oci.http;

import com.oracle.bmc.http.client.HttpRequest;
import com.oracle.bmc.http.client.HttpResponse;
import com.oracle.bmc.http.client.Method;
import com.oracle.bmc.http.client.RequestInterceptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Confined to one thread, as the contract has it. */
final class JavaHttpRequest implements HttpRequest {
    /** The JDK sets these itself, to the values that were signed. */
    private static final Set<String> SET_BY_THE_CLIENT =
            Set.of("connection", "content-length", "expect", "host", "upgrade");

    private final JavaHttpClient client;
    private final Method method;
    private final StringBuilder target;
    private final StringBuilder query;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new HashMap<>();
    private @Nullable String body;

    JavaHttpRequest(JavaHttpClient client, Method method, URI base) {
        this(client, method, base.toString(), "");
    }

    private JavaHttpRequest(JavaHttpClient client, Method method, CharSequence target, CharSequence query) {
        this.client = client;
        this.method = method;
        this.target = new StringBuilder(target);
        this.query = new StringBuilder(query);
    }

    @Override
    public Method method() {
        return method;
    }

    @Override
    public HttpRequest body(@Nullable Object given) {
        if (given instanceof InputStream) {
            throw streamed();
        }
        try {
            body = given == null
                    ? ""
                    : given instanceof String text ? text : OciJson.INSTANCE.writeValueAsString(given);
            return this;
        } catch (IOException e) {
            throw new IllegalArgumentException("a request can't be written as JSON", e);
        }
    }

    @Override
    public HttpRequest body(InputStream given, long contentLength) {
        throw streamed();
    }

    private static IllegalArgumentException streamed() {
        return new IllegalArgumentException("not supported: a body that is a stream");
    }

    @Override
    public @Nullable Object body() {
        return body;
    }

    @Override
    public HttpRequest appendPathPart(String encodedPathPart) {
        boolean ends = !target.isEmpty() && target.charAt(target.length() - 1) == '/';
        boolean begins = encodedPathPart.startsWith("/");
        target.append(ends || begins ? "" : "/")
                .append(ends && begins ? encodedPathPart.substring(1) : encodedPathPart);
        return this;
    }

    @Override
    public HttpRequest query(String name, String value) {
        query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(value);
        return this;
    }

    @Override
    public URI uri() {
        return URI.create(target.toString() + query);
    }

    @Override
    public HttpRequest header(String name, String value) {
        headers.computeIfAbsent(name, each -> new ArrayList<>()).add(value);
        return this;
    }

    @Override
    public Map<String, List<String>> headers() {
        return headers;
    }

    @Override
    public @Nullable Object attribute(String name) {
        return attributes.get(name);
    }

    @Override
    public HttpRequest removeAttribute(String name) {
        attributes.remove(name);
        return this;
    }

    @Override
    public HttpRequest attribute(String name, Object value) {
        attributes.put(name, value);
        return this;
    }

    @Override
    public HttpRequest offloadExecutor(Executor executor) {
        return this;
    }

    @Override
    public HttpRequest copy() {
        JavaHttpRequest copy = new JavaHttpRequest(client, method, target, query);
        headers.forEach((name, values) -> copy.headers.put(name, new ArrayList<>(values)));
        copy.attributes.putAll(attributes);
        copy.body = body;
        return copy;
    }

    @Override
    public void discard() {}

    @Override
    public CompletionStage<HttpResponse> execute() {
        for (RequestInterceptor interceptor : client.interceptors()) {
            interceptor.intercept(this);
        }
        try {
            return CompletableFuture.completedFuture(new JavaHttpResponse(client.send(toJava())));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private java.net.http.HttpRequest toJava() {
        BodyPublisher publisher = body == null
                ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8));
        java.net.http.HttpRequest.Builder request =
                java.net.http.HttpRequest.newBuilder(uri()).method(method.name(), publisher);
        headers.forEach((name, values) -> {
            if (!SET_BY_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }
}
