package io.holdfast.platform.http;

import io.micrometer.core.instrument.Tags;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Keeps what clients write into paths out of the labels of the HTTP metrics, which anybody may read and whose number is
 * bounded. Quarkus labels a request with its route once that is found, and until then with the path as it came: so every
 * request begins with a label that says that no route is found.
 */
@Singleton
public class RouteLabels implements HttpServerMetricsTagsContributor {
    /** Of a request that met no route, or not with its method. */
    public static final String UNMATCHED = "UNMATCHED";

    /** Where Quarkus keeps the route of a request, and looks for it. */
    private static final String ROUTE = "UrlPathTemplate";
    /** Before all that may refuse a request. */
    private static final int FIRST = 1_000;

    void register(@Observes Filters filters) {
        filters.register(
                routing -> {
                    name(routing.request(), UNMATCHED);
                    routing.next();
                },
                FIRST);
    }

    /**
     * Labels a request whose route is none of JAX-RS.
     *
     * @param route without anything that the request says
     */
    public static void name(HttpServerRequest request, String route) {
        ((HttpServerRequestInternal) request).context().putLocal(ROUTE, route);
    }

    /** What was refused before any filter saw it has no route either. */
    @Override
    public Tags contribute(Context context) {
        Object route = ((HttpServerRequestInternal) context.request()).context().getLocal(ROUTE);
        return route == null || UNMATCHED.equals(route) ? Tags.of("uri", UNMATCHED) : Tags.empty();
    }
}
