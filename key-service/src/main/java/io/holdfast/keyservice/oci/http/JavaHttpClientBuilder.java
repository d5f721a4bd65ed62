package io.holdfast.keyservice.oci.http;

import com.oracle.bmc.http.client.ClientProperty;
import com.oracle.bmc.http.client.HttpClient;
import com.oracle.bmc.http.client.HttpClientBuilder;
import com.oracle.bmc.http.client.RequestInterceptor;
import com.oracle.bmc.http.client.StandardClientProperties;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

final class JavaHttpClientBuilder implements HttpClientBuilder {
    /** For a client that sets none. */
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);

    private record Ranked(int priority, RequestInterceptor interceptor) {}

    private final Throttle throttle;
    private final List<Ranked> interceptors = new ArrayList<>();
    private Optional<URI> base = Optional.empty();
    private Duration connectTimeout = USUAL_TIMEOUT;
    private Duration readTimeout = USUAL_TIMEOUT;
    private Optional<SSLContext> ssl = Optional.empty();

    JavaHttpClientBuilder(Throttle throttle) {
        this.throttle = throttle;
    }

    @Override
    public HttpClientBuilder baseUri(URI uri) {
        base = Optional.of(uri);
        return this;
    }

    @Override
    public HttpClientBuilder baseUri(String uri) {
        return baseUri(URI.create(uri));
    }

    @Override
    public <T> HttpClientBuilder property(ClientProperty<T> key, T value) {
        if (key == StandardClientProperties.CONNECT_TIMEOUT) {
            connectTimeout = (Duration) value;
        } else if (key == StandardClientProperties.READ_TIMEOUT) {
            readTimeout = (Duration) value;
        } else if (key == StandardClientProperties.SSL_CONTEXT) {
            ssl = Optional.of((SSLContext) value);
        } else if (key != StandardClientProperties.ASYNC_POOL_SIZE && key != StandardClientProperties.BUFFER_REQUEST) {
            // Those two change nothing: a call runs on its caller's thread, and all bodies are in memory.
            throw new IllegalArgumentException("not supported: HTTP client property " + key);
        }
        return this;
    }

    @Override
    public HttpClientBuilder registerRequestInterceptor(int priority, RequestInterceptor interceptor) {
        interceptors.add(new Ranked(priority, interceptor));
        return this;
    }

    @Override
    public HttpClient build() {
        List<RequestInterceptor> inOrder = interceptors.stream()
                .sorted(Comparator.comparingInt(Ranked::priority))
                .map(Ranked::interceptor)
                .toList();
        URI endpoint = base.orElseThrow(() -> new IllegalArgumentException("a client needs an endpoint"));
        return new JavaHttpClient(endpoint, inOrder, connectTimeout, readTimeout, ssl, throttle);
    }
}
