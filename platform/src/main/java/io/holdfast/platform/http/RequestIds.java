package io.holdfast.platform.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * The {@code opc-request-id} of every answer: the client's own (cut and cleaned) with ours behind it, or ours alone.
 */
@Singleton
public class RequestIds {
    public static final String HEADER = "opc-request-id";
    private static final String SLOT = "holdfast.request-id";
    private static final int LONGEST = 100;
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._/-]");

    @ServerResponseFilter
    public void stamp(ContainerResponseContext response, RoutingContext routing) {
        response.getHeaders().putSingle(HEADER, of(routing));
    }

    /** The request's id; the same however often it is asked for. */
    public static String of(RoutingContext routing) {
        String known = routing.get(SLOT);
        if (known != null) {
            return known;
        }
        String made = derive(routing.request().getHeader(HEADER));
        routing.put(SLOT, made);
        return made;
    }

    static String derive(@Nullable String fromClient) {
        String own = UUID.randomUUID().toString().replace("-", "");
        if (fromClient == null || fromClient.isBlank()) {
            return own;
        }
        String cut = fromClient.substring(0, Math.min(fromClient.length(), LONGEST));
        return UNSAFE.matcher(cut).replaceAll("_") + "/" + own;
    }
}
