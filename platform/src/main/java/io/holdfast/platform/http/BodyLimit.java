package io.holdfast.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.ProblemCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a body that says it is too long, in the API's own shape. Quarkus refuses what is beyond its own limit with
 * nothing in its answer; so this looks first. A body that does not say how long it is meets {@link SignedRequests}, or
 * Quarkus.
 */
@Singleton
public class BodyLimit {
    /** Before Quarkus' own check. */
    private static final int PRIORITY = 100;

    private final ProblemShape shape;
    private final ObjectMapper json;
    private final long most;

    public BodyLimit(ProblemShape shape, ObjectMapper json, HttpConfig config) {
        this.shape = shape;
        this.json = json;
        this.most = config.maxBodyBytes();
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext routing) {
        if (length(routing.request().getHeader("content-length")) <= most) {
            routing.next();
            return;
        }
        Response refusal = shape.render(
                ProblemCode.REQUEST_ENTITY_TOO_LARGE,
                ProblemCode.REQUEST_ENTITY_TOO_LARGE.defaultMessage(),
                String.valueOf(routing.normalizedPath()));
        routing.response()
                .setStatusCode(refusal.getStatus())
                .putHeader("content-type", "application/json")
                .putHeader("connection", "close")
                .putHeader(RequestIds.HEADER, RequestIds.of(routing))
                .end(written(refusal));
    }

    private Buffer written(Response refusal) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(refusal.getEntity()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem that cannot be written", e);
        }
    }

    /** A length that is no number is the HTTP parser's to refuse. */
    private static long length(@Nullable String header) {
        try {
            return header == null ? 0 : Long.parseLong(header);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
