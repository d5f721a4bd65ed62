package io.holdfast.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.ProblemCode;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the API's own shape what is refused before there is a resource to ask, be it by us or by Vert.x, which finds
 * that a request names no host or can't be read at all.
 */
@Singleton
public class EarlyRefusals {
    private static final String NO_REQUEST = "This is not a valid HTTP request.";
    private final ProblemShape shape;
    private final ObjectMapper json;

    public EarlyRefusals(ProblemShape shape, ObjectMapper json) {
        this.shape = shape;
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route().failureHandler(this::failed);
    }

    private void failed(RoutingContext routing) {
        int status = routing.statusCode();
        if (status < 400 || status >= 500 || routing.response().headWritten()) {
            routing.next();
            return;
        }
        send(
                routing,
                status == ProblemCode.INVALID_PARAMETER.status()
                        ? ProblemCode.INVALID_PARAMETER
                        : ProblemMapper.codeOf(status));
    }

    /** Refuses what is no HTTP/1.1 request, or one whose first line or headers are longer than the server reads. */
    void unreadable(HttpServerRequest request) {
        Throwable reason = request.decoderResult().cause();
        ProblemCode code =
                switch (reason) {
                    case TooLongHttpLineException line -> ProblemCode.URI_TOO_LONG;
                    case TooLongHttpHeaderException header -> ProblemCode.REQUEST_HEADER_FIELDS_TOO_LARGE;
                    case null, default -> ProblemCode.INVALID_PARAMETER;
                };
        send(request, RequestIds.derive(request.getHeader(RequestIds.HEADER)), code);
    }

    /** @param code INVALID_PARAMETER for what is no HTTP request */
    void send(RoutingContext routing, ProblemCode code) {
        send(routing.request(), RequestIds.of(routing), code);
    }

    /** Ends the request, and the connection with it: what follows may be the rest of a body. */
    private void send(HttpServerRequest request, String requestId, ProblemCode code) {
        String message = code == ProblemCode.INVALID_PARAMETER ? NO_REQUEST : code.defaultMessage();
        @Nullable String path = request.path();
        Response refusal = shape.render(code, message, path == null ? "" : path);
        request.response()
                .setStatusCode(refusal.getStatus())
                .putHeader("content-type", "application/json")
                .putHeader("connection", "close")
                .putHeader(RequestIds.HEADER, requestId)
                .end(written(refusal));
    }

    private Buffer written(Response refusal) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(refusal.getEntity()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem that cannot be written", e);
        }
    }
}
