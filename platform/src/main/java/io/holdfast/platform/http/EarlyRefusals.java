package io.holdfast.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.ProblemCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the API's own shape what is refused before there is a resource to ask, be it by us or by Vert.x, which finds
 * that a request names no host. What can't even be read as HTTP (a target that is no URI, a line or a header that is too long)
 * never comes here: the server answers it with the bare status.
 */
@Singleton
public class EarlyRefusals {
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
        if (status == ProblemCode.INVALID_PARAMETER.status()) {
            send(routing, ProblemCode.INVALID_PARAMETER, "This is not a valid HTTP request.");
        } else {
            ProblemCode code = ProblemMapper.codeOf(status);
            send(routing, code, code.defaultMessage());
        }
    }

    /** Ends the request, and the connection with it: what follows may be the rest of a body. */
    void send(RoutingContext routing, ProblemCode code, String message) {
        @Nullable String path = routing.request().path();
        Response refusal = shape.render(code, message, path == null ? "" : path);
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
}
