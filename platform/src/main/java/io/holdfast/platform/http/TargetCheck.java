package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Refuses a request whose target is no URI (RFC 9112 section 3.2). Quarkus would do so itself, before any filter and with the
 * bare status; services are started with its check off ({@code -Dvertx.disableURIValidation=true}), so that this one answers.
 */
@Singleton
public class TargetCheck {
    /** Before every other filter. */
    private static final int PRIORITY = 1000;

    private final EarlyRefusals refusals;

    public TargetCheck(EarlyRefusals refusals) {
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext routing) {
        try {
            new URI(routing.request().uri());
        } catch (URISyntaxException e) {
            refusals.send(routing, ProblemCode.INVALID_PARAMETER);
            return;
        }
        routing.next();
    }
}
