package io.holdfast.keyservice.oci.http;

import com.oracle.bmc.http.client.HttpClient;
import com.oracle.bmc.http.client.HttpRequest;
import com.oracle.bmc.http.client.Method;
import com.oracle.bmc.http.client.RequestInterceptor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** One service's endpoint. A call blocks its caller, which is a virtual thread. */
final class JavaHttpClient implements HttpClient {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final java.net.http.HttpClient http;
    private final ExecutorService threads;
    private final List<RequestInterceptor> interceptors;
    private final Duration timeout;
    private final Throttle throttle;
    private volatile URI base;

    JavaHttpClient(
            URI base,
            List<RequestInterceptor> interceptors,
            Duration connectTimeout,
            Duration readTimeout,
            Optional<SSLContext> ssl,
            Throttle throttle) {
        this.base = base;
        this.interceptors = interceptors;
        this.timeout = connectTimeout.plus(readTimeout);
        this.throttle = throttle;
        this.threads = Executors.newVirtualThreadPerTaskExecutor();
        java.net.http.HttpClient.Builder builder = java.net.http.HttpClient.newBuilder()
                // Of HTTP/2 the signed host header would be no header.
                .version(java.net.http.HttpClient.Version.HTTP_1_1)
                .followRedirects(java.net.http.HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(threads);
        ssl.ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    @Override
    public HttpRequest createRequest(Method method) {
        return new JavaHttpRequest(this, method, base);
    }

    List<RequestInterceptor> interceptors() {
        return interceptors;
    }

    /**
     * Sends a request and takes the whole answer, within connect and read timeout together: the JDK's own timeout ends when
     * the headers are there, and would wait for a body for ever.
     */
    HttpResponse<byte[]> send(java.net.http.HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(request, BoundedBody.handler());
        try {
            HttpResponse<byte[]> response = sent.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (response.statusCode() == TOO_MANY_REQUESTS || response.statusCode() == SERVICE_UNAVAILABLE) {
                response.headers().firstValue("retry-after").ifPresent(throttle::asked);
            }
            return response;
        } catch (TimeoutException e) {
            sent.cancel(true);
            HttpTimeoutException late = new HttpTimeoutException("no answer within " + timeout);
            late.initCause(e);
            throw late;
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for an answer");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            throw new IOException("no answer", e.getCause());
        }
    }

    /** An answer that does not come, or is no JSON: the SDK then treats the call as one to repeat. */
    @Override
    public boolean isProcessingException(Exception e) {
        return e instanceof IOException;
    }

    @Override
    public void updateEndpoint(String baseTarget) {
        base = URI.create(baseTarget);
    }

    @Override
    public void close() {
        http.shutdownNow();
        threads.shutdownNow();
    }
}
