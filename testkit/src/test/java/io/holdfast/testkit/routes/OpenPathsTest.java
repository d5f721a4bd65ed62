package io.holdfast.testkit.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenPathsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Router router = Router.router(vertx);
    private final Router below = Router.router(vertx);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void what_is_served_and_has_no_reason_is_a_fault() {
        serveUsual();
        router.get("/debug").handler(routing -> routing.response().end());
        router.routeWithRegex("/any.*").handler(routing -> routing.response().end());
        below.get("/healthy").handler(routing -> routing.response().end());

        List<String> faults = OpenPaths.faults(router, Map.of());

        assertThat(faults).hasSize(3);
        assertThat(faults.toString()).contains("/debug", "any", "/q/healthy");
    }

    @Test
    void what_has_a_reason_is_no_fault_and_must_be_served() {
        serveUsual();
        router.get("/things/:id").handler(routing -> routing.response().end());

        assertThat(OpenPaths.faults(router, Map.of("/things", "of the test"))).isEmpty();
        assertThat(OpenPaths.faults(router, Map.of("/things", "of the test", "/gone", "of the test")))
                .singleElement()
                .asString()
                .contains("/gone");
    }

    @Test
    void the_root_is_the_resources_and_nothing_else() {
        serveUsual();
        assertThat(OpenPaths.faults(router, Map.of())).isEmpty();

        router.get("/").handler(routing -> routing.response().end());
        assertThat(OpenPaths.faults(router, Map.of())).containsExactly("/ is served by something beside the resources");

        router.get("/*").handler(routing -> routing.response().end());
        assertThat(OpenPaths.faults(router, Map.of())).hasSize(2);
    }

    private void serveUsual() {
        router.route().handler(routing -> routing.next());
        router.route("/").handler(routing -> routing.next());
        router.route("/*").handler(routing -> routing.next());
        router.route("/q/*").subRouter(below);
        for (String path : List.of("/health", "/health/live", "/health-ui", "/metrics", "/swagger-ui")) {
            below.get(path).handler(routing -> routing.response().end());
        }
    }
}
