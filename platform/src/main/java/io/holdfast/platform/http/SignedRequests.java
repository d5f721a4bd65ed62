package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.quarkus.runtime.BlockingOperationControl;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request through to its resource only with a valid signature, unless the resource is {@link Unsigned}.
 *
 * <p>Reads the body first (the signature covers its digest), within the configured limit, and gives the same bytes to the
 * resource. Runs on the resource's thread, which must be allowed to block.
 */
@Singleton
public class SignedRequests {
    private final Instance<Authenticator> authenticator;
    private final CurrentCaller caller;
    /** Filters and mappers come into being before the runtime configuration. */
    private final Instance<HttpConfig> config;

    @Inject
    public SignedRequests(Instance<Authenticator> authenticator, CurrentCaller caller, Instance<HttpConfig> config) {
        this.authenticator = authenticator;
        this.caller = caller;
        this.config = config;
    }

    @ServerRequestFilter(priority = Priorities.AUTHENTICATION)
    public void authenticate(ContainerRequestContext request, ResourceInfo resource, RoutingContext routing) {
        if (isUnsigned(resource)) {
            return;
        }
        if (!BlockingOperationControl.isBlockingAllowed()) {
            throw new IllegalStateException(
                    "a signed resource runs on a virtual thread: " + resource.getResourceClass());
        }
        byte[] body = readBody(request);
        String sha256 = sha256(body);
        request.setEntityStream(new ByteArrayInputStream(body));
        HttpServerRequest received = routing.request();
        if (authenticator.isUnsatisfied()) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        Credential found = authenticator
                .get()
                .credential(new Authenticator.SignedRequest(
                        received.method().name().toUpperCase(Locale.ROOT),
                        received.uri(),
                        headers(received),
                        authorization == null ? "" : authorization,
                        sha256));
        caller.set(found, sha256 + "?" + digest(received.query()));
    }

    private static String digest(@Nullable String query) {
        return query == null || query.isEmpty() ? "" : sha256(query.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isUnsigned(ResourceInfo resource) {
        return resource.getResourceMethod().isAnnotationPresent(Unsigned.class)
                || resource.getResourceClass().isAnnotationPresent(Unsigned.class);
    }

    private static Map<String, String> headers(HttpServerRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach((name, value) -> headers.merge(name.toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b));
        if (!headers.containsKey("host") && request.authority() != null) {
            // HTTP/2 carries it as :authority.
            headers.put("host", request.authority().toString());
        }
        return headers;
    }

    private byte[] readBody(ContainerRequestContext request) {
        int limit = config.get().maxBodyBytes();
        if (declaredLength(request.getHeaderString(HttpHeaders.CONTENT_LENGTH)) > limit) {
            throw tooLarge(limit);
        }
        InputStream in = request.getEntityStream();
        if (in == null) {
            return new byte[0];
        }
        byte[] body;
        boolean more;
        try {
            body = in.readNBytes(limit);
            more = body.length == limit && in.read() >= 0;
        } catch (IOException e) {
            // The client went away: nobody hears the answer, and nothing of ours is wrong.
            throw new ProblemException(ProblemCode.CANNOT_PARSE_REQUEST, "The request ended before its body did.", e);
        }
        if (more) {
            throw tooLarge(limit);
        }
        return body;
    }

    private static long declaredLength(@Nullable String header) {
        if (header == null) {
            return 0;
        }
        try {
            return Long.parseLong(header.trim());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private static ProblemException tooLarge(int limit) {
        return new ProblemException(
                ProblemCode.REQUEST_ENTITY_TOO_LARGE, "The request body is larger than " + limit + " bytes.");
    }

    private static String sha256(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
