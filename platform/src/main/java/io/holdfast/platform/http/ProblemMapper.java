package io.holdfast.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.access.AccessUnavailable;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.CharConversionException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Every failure in the API's own shape. What we did wrong is logged with the request id, and never shown. */
@Singleton
public class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
    private static final int DEEPEST_CAUSE = 8;
    private static final String NO_JSON = "The request body is not valid JSON for this operation.";
    private final ProblemShape shape;
    /** Filters and mappers come into being before the runtime configuration. */
    private final Instance<HttpConfig> config;

    @Inject
    public ProblemMapper(ProblemShape shape, Instance<HttpConfig> config) {
        this.shape = shape;
        this.config = config;
    }

    @ServerExceptionMapper
    public Response problem(ProblemException problem, RoutingContext routing) {
        return answer(problem.code(), String.valueOf(problem.getMessage()), routing);
    }

    @ServerExceptionMapper
    public Response unreadable(JsonProcessingException failure, RoutingContext routing) {
        return ofJson(failure, routing);
    }

    @ServerExceptionMapper
    public Response mismatched(MismatchedInputException failure, RoutingContext routing) {
        return ofJson(failure, routing);
    }

    /** The body begins as UTF-16 or UTF-32 does, and is none. */
    @ServerExceptionMapper
    public Response undecodable(CharConversionException failure, RoutingContext routing) {
        return answer(ProblemCode.CANNOT_PARSE_REQUEST, NO_JSON, routing);
    }

    @ServerExceptionMapper
    public Response refusedByJaxRs(WebApplicationException failure, RoutingContext routing) {
        ProblemException problem = find(failure, ProblemException.class);
        Throwable cause = failure.getCause();
        if (failure instanceof NotFoundException && cause != null) {
            // JAX-RS says "not found" for every parameter that does not convert. In the path it names nothing that
            // exists; in the query it is the client's mistake.
            String message = String.valueOf((problem == null ? cause : problem).getMessage());
            if (speaksOfPath(message, routing.normalizedPath())) {
                return problem(ProblemException.notFound(), routing);
            }
            return problem != null
                    ? problem(problem, routing)
                    : answer(ProblemCode.INVALID_PARAMETER, "A query parameter has the wrong form.", routing);
        }
        if (problem != null) {
            return problem(problem, routing);
        }
        JsonProcessingException json = find(failure, JsonProcessingException.class);
        if (json != null) {
            return ofJson(json, routing);
        }
        ProblemCode code = codeOf(failure.getResponse().getStatus());
        if (code == ProblemCode.INTERNAL_SERVER_ERROR) {
            return unexpected(failure, routing);
        }
        return answer(code, code.defaultMessage(), routing);
    }

    @ServerExceptionMapper({StoreUnavailable.class, OutcomeUnknown.class, StoreFull.class, AccessUnavailable.class})
    public Response unavailable(RuntimeException failure, RoutingContext routing) {
        LOG.warnf("Request %s: %s", RequestIds.of(routing), failure);
        return answer(ProblemCode.SERVICE_UNAVAILABLE, ProblemCode.SERVICE_UNAVAILABLE.defaultMessage(), routing);
    }

    @ServerExceptionMapper
    public Response unexpected(Throwable failure, RoutingContext routing) {
        LOG.errorf(failure, "Request %s failed", RequestIds.of(routing));
        return answer(ProblemCode.INTERNAL_SERVER_ERROR, ProblemCode.INTERNAL_SERVER_ERROR.defaultMessage(), routing);
    }

    private Response ofJson(JsonProcessingException failure, RoutingContext routing) {
        ProblemException problem = find(failure, ProblemException.class);
        if (problem != null) {
            return problem(problem, routing);
        }
        String field = failure instanceof JsonMappingException mapping ? fieldOf(mapping) : "";
        String message =
                field.isEmpty() ? NO_JSON : "The value of '" + Printable.shorten(field) + "' has the wrong type.";
        return answer(ProblemCode.CANNOT_PARSE_REQUEST, message, routing);
    }

    private static String fieldOf(JsonMappingException failure) {
        return failure.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
    }

    /** Whether the refused value, as quoted in the message, is a segment of the path. */
    private static boolean speaksOfPath(String message, String path) {
        return Stream.of(path.split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                .anyMatch(segment -> message.contains("'" + Printable.shorten(segment) + "'")
                        || message.contains("\"" + segment + "\""));
    }

    /** For a status that JAX-RS or Vert.x chose. */
    static ProblemCode codeOf(int status) {
        if (status == 404) {
            return ProblemCode.NOT_FOUND;
        }
        for (ProblemCode code : ProblemCode.values()) {
            if (code.status() == status) {
                return code;
            }
        }
        return status >= 400 && status < 500 ? ProblemCode.INVALID_PARAMETER : ProblemCode.INTERNAL_SERVER_ERROR;
    }

    private Response answer(ProblemCode code, String message, RoutingContext routing) {
        Response rendered = shape.render(code, message, String.valueOf(routing.normalizedPath()));
        return switch (code) {
            case SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS ->
                Response.fromResponse(rendered)
                        .header(HttpHeaders.RETRY_AFTER, config.get().retryAfterSeconds())
                        .build();
            // The rest of the body is still on its way, and is no next request.
            case REQUEST_ENTITY_TOO_LARGE ->
                Response.fromResponse(rendered)
                        .header(HttpHeaderNames.CONNECTION.toString(), HttpHeaderValues.CLOSE.toString())
                        .build();
            default -> rendered;
        };
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }
}
