package io.holdfast.keyservice.oci.http;

import com.oracle.bmc.http.client.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An answer that is here already, so each of its stages is complete. */
final class JavaHttpResponse implements HttpResponse {
    private final java.net.http.HttpResponse<byte[]> response;

    JavaHttpResponse(java.net.http.HttpResponse<byte[]> response) {
        this.response = response;
    }

    @Override
    public int status() {
        return response.statusCode();
    }

    @Override
    public Map<String, List<String>> headers() {
        return response.headers().map();
    }

    @Override
    public @Nullable String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    @Override
    public CompletionStage<InputStream> streamBody() {
        return CompletableFuture.completedFuture(new ByteArrayInputStream(response.body()));
    }

    @Override
    public <T> CompletionStage<T> body(Class<T> type) {
        return read(() -> OciJson.INSTANCE.readValue(response.body(), type));
    }

    @Override
    public <T> CompletionStage<List<T>> listBody(Class<T> type) {
        return read(() -> OciJson.INSTANCE.readList(response.body(), type));
    }

    @Override
    public CompletionStage<String> textBody() {
        return CompletableFuture.completedFuture(new String(response.body(), StandardCharsets.UTF_8));
    }

    private interface Reading<T> {
        @Nullable
        T read() throws IOException;
    }

    private static <T> CompletionStage<T> read(Reading<T> reading) {
        try {
            @Nullable T value = reading.read();
            return value == null
                    ? CompletableFuture.failedFuture(new IOException("an answer without content"))
                    : CompletableFuture.completedFuture(value);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Nothing is held beyond the answer itself. */
    @Override
    public void close() {}
}
