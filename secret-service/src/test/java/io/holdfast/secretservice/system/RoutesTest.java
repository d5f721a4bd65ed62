package io.holdfast.secretservice.system;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.platform.grpc.GrpcServer;
import io.holdfast.secretservice.endpoint.ClusterEndpoints;
import io.holdfast.secretservice.keys.ClusterDirectory.Life;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.testing.InProcessKeyService;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.holdfast.testkit.routes.DeclaredRoutes;
import io.holdfast.testkit.routes.GrpcReview;
import io.holdfast.testkit.routes.HttpCalls;
import io.holdfast.testkit.routes.OpenMetrics;
import io.holdfast.testkit.routes.OpenPaths;
import io.holdfast.testkit.routes.Route;
import io.holdfast.testkit.routes.RouteReview;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.Header;
import io.restassured.specification.RequestSpecification;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * Every route that is served beside the Kubernetes API, called by nobody and by who has no right to it. The test of the same
 * name in {@code kubernetes.http} is of that.
 */
@QuarkusTest
@TestProfile(SecretServiceTest.Profile.class)
@QuarkusTestResource(EtcdResource.class)
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(CertificatesResource.class)
class RoutesTest {
    @Inject
    InProcessKeyService keys;

    @Inject
    TestBeans.Known directory;

    @Inject
    TestBeans beans;

    @Inject
    ClusterEndpoints endpoints;

    @Inject
    Router router;

    @Inject
    GrpcServer grpc;

    @ConfigProperty(name = "holdfast.tls.dir")
    Path tls;

    @ConfigProperty(name = "holdfast.grpc.port")
    int grpcPort;

    @TestHTTPResource(value = "/", tls = true)
    URL https;

    @Test
    void everyRouteAsksThePoliciesOfWhoSigns() {
        List<Route> routes = DeclaredRoutes.inPackages("io.holdfast.secretservice", "io.holdfast.platform");
        String cluster = openCluster();
        String job = nobody().header("authorization", TestBeans.ALLOWED)
                .post("/v1/clusters/" + cluster + "/reencryptions")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        HttpCalls calls = new HttpCalls(
                this::nobody,
                new Header("authorization", TestBeans.STRANGER),
                Map.of(),
                Map.of("clusterId", cluster, "jobId", job),
                "",
                Map.of(),
                beans::questions);

        assertThat(new RouteReview(routes, Map.of()).faults(calls)).isEmpty();
        assertThat(routes).hasSizeGreaterThan(6);
        nobody().header("authorization", TestBeans.STRANGER)
                .get("/clusters/" + cluster + "/api/v1/namespaces/default/secrets/payroll");
        assertThat(OpenMetrics.faults(
                        this::nobody,
                        List.of("/v1/clusters/%s/reencryptions", "/clusters/%s/api/v1/namespaces/default/secrets/x")))
                .isEmpty();
    }

    @Test
    void everyGrpcMethodKnowsItsCallers() {
        assertThat(new GrpcReview(GrpcReview.OF_EVERY_SERVICE, Map.of()).faults(grpc.served(), tls, grpcPort))
                .isEmpty();
        assertThat(grpc.served())
                .extracting(service -> service.getServiceDescriptor().getName())
                .contains("holdfast.usage.v1.Usage");
    }

    @Test
    void whatElseIsServedIsOpenForAReason() {
        assertThat(OpenPaths.faults(
                        router,
                        Map.of(
                                "/q/openapi",
                                OpenPaths.CONTRACT,
                                "/clusters",
                                "the Kubernetes API, which has a test of its own")))
                .isEmpty();
    }

    private String openCluster() {
        var cluster = InProcessKeyService.MINT.cluster();
        var key = keys.newKey();
        Wish wish = new Wish(
                cluster,
                InProcessKeyService.MINT.compartment(),
                InProcessKeyService.MINT.tenancy(),
                key,
                keys.bind(cluster, key),
                Life.WANTED);
        directory.wishes.put(cluster, wish);
        endpoints.open(wish);
        return cluster.value();
    }

    private RequestSpecification nobody() {
        return given().relaxedHTTPSValidation().baseUri(https.getProtocol() + "://" + https.getAuthority());
    }
}
