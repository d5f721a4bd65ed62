package io.holdfast.clusterservice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.platform.grpc.GrpcServer;
import io.holdfast.testkit.Await;
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
import io.holdfast.testkit.routes.RouteReview.Exemption;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every route that is served, called by nobody and by who has no right to it. */
@QuarkusTest
@QuarkusTestResource(EtcdResource.class)
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(CertificatesResource.class)
@QuarkusTestResource(PeerPorts.class)
class RoutesTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final TenancyId TENANCY = MINT.tenancy();
    private static final Await SOON = Await.atMost(Duration.ofSeconds(20));
    private static final Exemption NOT_HERE =
            new Exemption(501, "an operation that Holdfast does not have: there is nothing to guard");

    private final String compartment = MINT.compartment().value();

    @Inject
    Router router;

    @Inject
    GrpcServer grpc;

    @ConfigProperty(name = "holdfast.clusters.key-service")
    String keyService;

    @ConfigProperty(name = "holdfast.tls.dir")
    Path tls;

    @ConfigProperty(name = "holdfast.grpc.port")
    int grpcPort;

    private KeyServicePeer peer;

    @BeforeEach
    void startPeer() throws Exception {
        peer = new KeyServicePeer(tls, Integer.parseInt(keyService.substring(keyService.indexOf(':') + 1)));
    }

    @AfterEach
    void stopPeer() throws Exception {
        peer.close();
    }

    @Test
    void everyRouteAsksThePoliciesOfWhoSigns() {
        List<Route> routes = DeclaredRoutes.inPackages("io.holdfast.clusterservice", "io.holdfast.platform");
        AtomicInteger questions = new AtomicInteger();
        Header stranger = signature(peer.stranger("stranger", TENANCY, questions));
        String work = aClusterInTheMaking();
        HttpCalls calls = new HttpCalls(
                RestAssured::given,
                stranger,
                Map.of(
                        "OtherOperations.get", "/20180222/nodePools",
                        "OtherOperations.post", "/20180222/nodePools",
                        "OtherOperations.put", "/20180222/nodePools/x",
                        "OtherOperations.delete", "/20180222/nodePools/x"),
                Map.of("workRequestId", work, "clusterId", clusterOf(work), "clusterOptionId", clusterOf(work)),
                "?compartmentId=" + compartment,
                Map.of("ClusterResource.create", creation("another")),
                questions::get);

        List<String> faults = new RouteReview(
                        routes,
                        Map.of(
                                "OtherOperations.get", NOT_HERE,
                                "OtherOperations.post", NOT_HERE,
                                "OtherOperations.put", NOT_HERE,
                                "OtherOperations.delete", NOT_HERE))
                .faults(calls);

        assertThat(faults).isEmpty();
        assertThat(routes).hasSizeGreaterThan(12);
        assertThat(OpenMetrics.faults(RestAssured::given, List.of("/20180222/clusters/%s")))
                .isEmpty();
        // The one path of a route above that is no question of policies: which versions are on offer tells of no
        // cluster.
        assertThat(given().header(stranger).get("/20180222/clusterOptions/all").statusCode())
                .isEqualTo(200);
    }

    @Test
    void everyGrpcMethodKnowsItsCallers() {
        assertThat(new GrpcReview(GrpcReview.OF_EVERY_SERVICE, Map.of()).faults(grpc.served(), tls, grpcPort))
                .isEmpty();
        assertThat(grpc.served())
                .extracting(service -> service.getServiceDescriptor().getName())
                .contains("holdfast.clusters.v1.Clusters");
    }

    /** The test above would see a method that any peer may call: here are those that have a reason. */
    @Test
    void aGrpcMethodForAnyPeerIsFound() {
        assertThat(new GrpcReview(Map.of(), Map.of()).faults(grpc.served(), tls, grpcPort))
                .hasSize(2 * GrpcReview.OF_EVERY_SERVICE.size())
                .allMatch(fault -> fault.contains("OK"));
    }

    @Test
    void whatElseIsServedIsOpenForAReason() {
        assertThat(OpenPaths.faults(router, Map.of("/q/openapi", OpenPaths.CONTRACT)))
                .isEmpty();
    }

    private String aClusterInTheMaking() {
        Header user = signature(peer.user("maria", TENANCY));
        Response accepted = SOON.value(
                "the service reaches its key-service",
                () -> given().header(user)
                        .contentType(ContentType.JSON)
                        .body(creation("one"))
                        .post("/20180222/clusters"),
                answer -> answer.statusCode() == 202);
        return accepted.header("opc-work-request-id");
    }

    private String clusterOf(String work) {
        return given().header(signature(peer.user("maria", TENANCY)))
                .get("/20180222/workRequests/" + work)
                .path("resources[0].identifier");
    }

    private Map<String, Object> creation(String name) {
        return Map.of(
                "name",
                name,
                "compartmentId",
                compartment,
                "vcnId",
                "ocid1.vcn.oc1.iad.aaaaaaaademo",
                "kubernetesVersion",
                "v1.33.1",
                "kmsKeyId",
                peer.key("ENABLED", true, true).value());
    }

    private static Header signature(String authorization) {
        return new Header("authorization", authorization);
    }
}
