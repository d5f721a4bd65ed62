package io.holdfast.secretservice.kubernetes.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.testkit.routes.Route;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every verb on every path that a kind of resource can have, called without a token and by a user whom no policy names. A
 * route is refused by the policies (403) or is none (405); what anybody may ask has a name here.
 */
@Timeout(120)
class RoutesTest {
    private static final List<String> VERBS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    /** As kube-apiserver: health, for those who restart it and have no account. */
    private static final List<String> OPEN = List.of("/healthz", "/livez", "/readyz");

    /** What kubectl asks before anything else. It tells of the API, nothing of what is in the cluster. */
    private static final List<String> ANY_HOLDER =
            List.of("/version", "/api", "/apis", "/api/v1", "/openapi/v2", "/openapi/v3", "/openapi/v3/api/v1");

    private final AtomicInteger questions = new AtomicInteger();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
        assertThat(server.send("POST", "/api/v1/namespaces/default/secrets", "application/json", named("here"))
                        .statusCode())
                .isEqualTo(201);
        server.rule = (caller, operation, permission, variables) -> {
            questions.incrementAndGet();
            return false;
        };
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void everyRouteOfAResourceAsksThePolicies() throws Exception {
        List<String> faults = new ArrayList<>();
        int refused = 0;
        for (Route route : routes()) {
            int unsigned = status(route, "");
            int before = questions.get();
            int status = status(route, "Bearer token-stranger");
            int asked = questions.get() - before;
            boolean none = status == 405;
            if (unsigned != 401 || !(none || (status == 403 && asked > 0))) {
                faults.add(route + ": without a token " + unsigned + ", as a stranger " + status + " after " + asked
                        + " questions");
            }
            refused += none ? 0 : 1;
        }

        assertThat(faults).isEmpty();
        assertThat(refused).as("routes, watches among them").isGreaterThan(15);
    }

    @Test
    void theRestIsNamed() throws Exception {
        for (String path : OPEN) {
            assertThat(status(new Route("GET", path, "health"), "")).as(path).isEqualTo(200);
        }
        for (String path : ANY_HOLDER) {
            Route route = new Route("GET", path, "discovery");
            assertThat(status(route, "")).as(path).isEqualTo(401);
            assertThat(status(route, "Bearer token-stranger")).as(path).isEqualTo(200);
        }
        // No other path leads anywhere, with and without an account.
        for (String path :
                Set.of("/", "/metrics", "/api/v2", "/apis/apps/v1", "/api/v1/pods", "/logs", "/debug/pprof")) {
            Route route = new Route("GET", path, "nothing");
            assertThat(status(route, "")).as(path).isEqualTo(401);
            assertThat(status(route, "Bearer token-stranger")).as(path).isEqualTo(404);
        }
        assertThat(questions).hasValue(0);
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (ResourceKind kind : ResourceKind.values()) {
            List<String> paths = new ArrayList<>(List.of("/api/v1/" + kind.plural()));
            String inside = kind.namespaced() ? "/api/v1/namespaces/default/" : "/api/v1/";
            paths.add(inside + kind.plural());
            paths.add(inside + kind.plural() + (kind.namespaced() ? "/here" : "/default"));
            for (String path : Set.copyOf(paths)) {
                for (String verb : VERBS) {
                    routes.add(new Route(verb, path, kind.plural()));
                }
                routes.add(new Route("GET", path + "?watch=true", kind.plural()));
            }
        }
        return routes;
    }

    private int status(Route route, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.base() + route.template()));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        switch (route.method()) {
            case "POST", "PUT" ->
                request.header("Content-Type", "application/json")
                        .method(route.method(), BodyPublishers.ofString(named(last(route))));
            case "PATCH" ->
                request.header("Content-Type", "application/merge-patch+json")
                        .method("PATCH", BodyPublishers.ofString("{}"));
            default -> request.method(route.method(), BodyPublishers.noBody());
        }
        return server.send(request).statusCode();
    }

    private static String last(Route route) {
        return route.template().substring(route.template().lastIndexOf('/') + 1);
    }

    private static String named(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"}}";
    }
}
