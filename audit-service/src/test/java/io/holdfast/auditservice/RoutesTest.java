package io.holdfast.auditservice;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.platform.grpc.GrpcServer;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.holdfast.testkit.quarkus.PostgresResource;
import io.holdfast.testkit.routes.DeclaredRoutes;
import io.holdfast.testkit.routes.HttpCalls;
import io.holdfast.testkit.routes.OpenMetrics;
import io.holdfast.testkit.routes.OpenPaths;
import io.holdfast.testkit.routes.Route;
import io.holdfast.testkit.routes.RouteReview;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.Header;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every route that is served, called by nobody and by who has no right to it. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(CertificatesResource.class)
class RoutesTest {
    @Inject
    Router router;

    @Inject
    GrpcServer grpc;

    @Inject
    TestPeople people;

    @Test
    void every_route_asks_the_policies_of_who_signs() {
        List<Route> routes = DeclaredRoutes.inPackages("io.holdfast.auditservice", "io.holdfast.platform");
        HttpCalls calls = new HttpCalls(
                RestAssured::given,
                new Header(TestPeople.HEADER, TestPeople.STRANGER),
                Map.of(),
                Map.of("id", "x"),
                "",
                Map.of(),
                people::questions);

        assertThat(new RouteReview(routes, Map.of()).faults(calls)).isEmpty();
        assertThat(routes).hasSizeGreaterThan(2);
        assertThat(OpenMetrics.faults(RestAssured::given, List.of("/v1/events/%s")))
                .isEmpty();
    }

    @Test
    void what_else_is_served_is_open_for_a_reason() {
        assertThat(OpenPaths.faults(router, Map.of("/openapi", OpenPaths.CONTRACT)))
                .isEmpty();
    }

    @Test
    void no_grpc_is_served() {
        assertThat(grpc.served()).isEmpty();
    }
}
