package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a body that says it is too long, in the API's own shape. Quarkus refuses what is beyond its own limit with
 * nothing in its answer; so this looks first. A body that does not say how long it is meets {@link SignedRequests}.
 */
@Singleton
public class BodyLimit {
    /** Before Quarkus' own check. */
    private static final int PRIORITY = 100;

    private final EarlyRefusals refusals;
    private final long most;

    public BodyLimit(EarlyRefusals refusals, HttpConfig config) {
        this.refusals = refusals;
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
        refusals.send(routing, ProblemCode.REQUEST_ENTITY_TOO_LARGE);
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
