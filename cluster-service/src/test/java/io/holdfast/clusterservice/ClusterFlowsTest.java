package io.holdfast.clusterservice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.clusterservice.delete.ClusterDeletion;
import io.holdfast.clusterservice.domain.Actor;
import io.holdfast.clusterservice.domain.Cluster;
import io.holdfast.clusterservice.domain.Intent;
import io.holdfast.clusterservice.domain.KubernetesVersion;
import io.holdfast.clusterservice.domain.VcnId;
import io.holdfast.clusterservice.domain.Wishes;
import io.holdfast.clusterservice.domain.WorkRequest;
import io.holdfast.clusterservice.store.ClusterStore;
import io.holdfast.clusterservice.store.Stored;
import io.holdfast.contracts.bindings.v1.Binding;
import io.holdfast.contracts.bindings.v1.BindingState;
import io.holdfast.contracts.clusters.v1.ClustersGrpc;
import io.holdfast.contracts.clusters.v1.GetClusterRequest;
import io.holdfast.contracts.clusters.v1.ListClustersRequest;
import io.holdfast.contracts.clusters.v1.ListClustersResponse;
import io.holdfast.events.ClusterEvent.ClusterDeleted;
import io.holdfast.events.EventCodec;
import io.holdfast.events.SecretEvent.ClusterEndpointOpened;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.access.ServiceChannel;
import io.holdfast.platform.grpc.Overload;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Scan;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.DevCertificates;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.netty.handler.ssl.SslContext;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service on real etcd and Kafka, with {@link KeyServicePeer} in key-service's place behind mutual TLS. */
@QuarkusTest
@QuarkusTestResource(EtcdResource.class)
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(CertificatesResource.class)
@QuarkusTestResource(PeerPorts.class)
class ClusterFlowsTest {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final Ocid.TenancyId TENANCY = MINT.tenancy();
    /** Newer than that of an earlier run in the same etcd. */
    private static final long EPOCH = System.currentTimeMillis();

    private static final AtomicLong SEQUENCE = new AtomicLong();
    private static final Await SOON = Await.atMost(Duration.ofSeconds(20));
    private static KeyServicePeer peer;
    private static String user;

    private final String compartment = MINT.compartment().value();

    @Inject
    ClusterStore store;

    @Inject
    KeyValueStore etcd;

    @Inject
    ClusterDeletion deletions;

    @Inject
    AccessSession session;

    @BeforeAll
    static void startPeer() throws Exception {
        String address = config("holdfast.clusters.key-service");
        peer = new KeyServicePeer(
                Path.of(config("holdfast.tls.dir")), Integer.parseInt(address.substring(address.indexOf(':') + 1)));
        user = peer.user("maria", TENANCY);
    }

    /** The service connects by itself; nothing is answered before. */
    @BeforeEach
    void reachKeyService() {
        SOON.until(
                "the service reaches its key-service",
                () -> get("/clusterOptions/all").statusCode() == 200 && session.live());
    }

    @AfterAll
    static void stopPeer() throws Exception {
        peer.close();
    }

    @Test
    void createsAClusterThatBecomesActiveWhenItsEndpointIsOpen() {
        KeyId key = peer.key("ENABLED", true, true);
        Response accepted = create(body("acme", key));
        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(accepted.asString()).isEmpty();
        assertThat(accepted.header("opc-request-id")).isNotEmpty();
        String work = accepted.header("opc-work-request-id");
        Response running = get("/workRequests/" + work);
        assertThat(running.path("status").toString()).isEqualTo("IN_PROGRESS");
        assertThat((Object) running.path("timeFinished")).isNull();
        assertThat(running.path("operationType").toString()).isEqualTo("CLUSTER_CREATE");
        assertThat(running.path("resources[0].actionType").toString()).isEqualTo("IN_PROGRESS");
        String cluster = running.path("resources[0].identifier");

        Response creating = get("/clusters/" + cluster);
        assertThat(creating.path("lifecycleState").toString()).isEqualTo("CREATING");
        assertThat(creating.path("kmsKeyId").toString()).isEqualTo(key.value());
        assertThat((Object) creating.path("endpoints")).isNull();
        assertThat(creating.header("etag")).isNotEmpty();
        assertThat(kubeconfig(cluster, Map.of()).statusCode()).isEqualTo(409);
        Binding reserved = peer.bindingOf(cluster).orElseThrow();
        assertThat(reserved.getState()).isEqualTo(BindingState.RESERVED);
        assertThat(pending()).noneMatch(name -> name.endsWith(cluster));

        open(cluster, reserved.getId());
        Response active = SOON.value(
                "ACTIVE", () -> get("/clusters/" + cluster), seen -> "ACTIVE".equals(seen.path("lifecycleState")));
        assertThat(active.path("endpoints.kubernetes").toString())
                .isEqualTo("https://127.0.0.1:6443/clusters/" + cluster);
        assertThat(active.path("endpoints.publicEndpoint").toString()).startsWith("https://127.0.0.1:6443");
        List<String> upgrades = active.path("availableKubernetesUpgrades");
        assertThat(upgrades).containsExactly("v1.34.1");
        assertThat(active.path("freeformTags.team").toString()).isEqualTo("payments");
        assertThat(active.path("options.kubernetesNetworkConfig.podsCidr").toString())
                .isEqualTo("10.244.0.0/16");
        Response done = get("/workRequests/" + work);
        assertThat(done.path("status").toString()).isEqualTo("SUCCEEDED");
        assertThat(done.path("timeFinished").toString()).isNotEmpty();
        assertThat(done.path("resources[0].actionType").toString()).isEqualTo("CREATED");
        assertThat(peer.bindingOf(cluster).orElseThrow().getState()).isEqualTo(BindingState.ACTIVE);
        assertThat(awaitEvent("ClusterCreated", cluster)).contains(key.value()).contains(reserved.getId());

        // The same fact again, as a redelivery and as a new message, changes nothing.
        String etag = active.header("etag");
        redeliver(cluster, reserved.getId());
        open(cluster, reserved.getId());
        awaitProcessed();
        assertThat(get("/clusters/" + cluster).header("etag")).isEqualTo(etag);
    }

    @Test
    void refusesAKeyThatCannotBeUsedAndLeavesNothing() {
        record Case(KeyId key, int status, String code, String says) {}
        List<Case> cases = List.of(
                new Case(MINT.key(MINT.vault()), 400, "RelatedResourceNotAuthorizedOrNotFound", "was not found"),
                new Case(peer.key("ENABLED", false, true), 400, "RelatedResourceNotAuthorizedOrNotFound", "No policy"),
                new Case(peer.key("DISABLED", true, true), 409, "Conflict", "DISABLED"),
                new Case(peer.key("ENABLED", true, false), 400, "InvalidParameter", "kmsKeyId"));
        for (Case each : cases) {
            Response refused = create(body("refused", each.key()));
            assertThat(refused.statusCode()).as(each.says()).isEqualTo(each.status());
            assertThat(refused.path("code").toString()).isEqualTo(each.code());
            assertThat(refused.path("message").toString()).contains(each.says());
            assertThat(peer.bindingsOf(each.key())).isEmpty();
        }
        assertThat(list("").<List<Object>>path("$")).isEmpty();
        assertThat(pending()).isEmpty();
    }

    @Test
    void namesTheFieldThatIsWrong() {
        KeyId key = peer.key("ENABLED", true, true);
        assertRefused(without(key, "kmsKeyId"), 400, "MissingParameter", "kmsKeyId");
        assertRefused(without(key, "name"), 400, "MissingParameter", "name");
        assertRefused(without(key, "vcnId"), 400, "MissingParameter", "vcnId");
        assertRefused(without(key, "compartmentId"), 400, "MissingParameter", "compartmentId");
        assertRefused(without(key, "kubernetesVersion"), 400, "MissingParameter", "kubernetesVersion");
        assertRefused(with(key, "kmsKeyId", "ocid1.vault.oc1.iad.a.b"), 400, "InvalidParameter", "kmsKeyId");
        assertRefused(with(key, "vcnId", "my-vcn"), 400, "InvalidParameter", "vcnId");
        assertRefused(with(key, "compartmentId", "root"), 400, "InvalidParameter", "compartmentId");
        assertRefused(with(key, "kubernetesVersion", "v1.16.8"), 400, "InvalidParameter", "kubernetesVersion");
        assertRefused(with(key, "kubernetesVersion", "1.34"), 400, "InvalidParameter", "kubernetesVersion");
        assertRefused(with(key, "name", "a\u0000b"), 400, "InvalidParameter", "name");
        assertRefused(with(key, "type", "HUGE_CLUSTER"), 400, "InvalidParameter", "type");
        assertRefused(with(key, "freeformTags", Map.of("a", Map.of())), 400, "InvalidParameter", "freeformTags");
        assertProblem(signed().body("{\"name\":").post("/20180222/clusters"), 400, "CannotParseRequest");
        assertProblem(signed().body("[]").post("/20180222/clusters"), 400, "CannotParseRequest");
        assertProblem(signed().post("/20180222/clusters"), 400, "MissingParameter");
        assertThat(peer.bindingsOf(key)).isEmpty();
    }

    @Test
    void answersTheEdgeAsOciDoes() {
        assertProblem(given().get("/20180222/clusterOptions/all"), 401, "NotAuthenticated");
        assertProblem(get("/clusters/" + MINT.cluster().value()), 404, "NotAuthorizedOrNotFound");
        assertProblem(get("/clusters/nonsense"), 404, "NotAuthorizedOrNotFound");
        assertProblem(get("/workRequests/" + MINT.workRequest().value()), 404, "NotAuthorizedOrNotFound");
        assertProblem(get("/clusters"), 400, "MissingParameter");
        assertProblem(list("&limit=0"), 400, "InvalidParameter");
        assertProblem(list("&limit=many"), 400, "InvalidParameter");
        assertProblem(list("&page=%C3%A4"), 400, "InvalidParameter");
        assertProblem(list("&sortBy=COLOUR"), 400, "InvalidParameter");
        assertProblem(list("&lifecycleState=SLEEPING"), 400, "InvalidParameter");
        assertProblem(get("/nodePools?compartmentId=" + compartment), 501, "MethodNotImplemented");
        assertProblem(
                signed().body("{}")
                        .post("/20180222/clusters/" + MINT.cluster().value() + "/actions/startCredentialRotation"),
                501,
                "MethodNotImplemented");
        assertProblem(get("/toasters"), 404, "NotFound");
        List<String> versions = get("/clusterOptions/all").path("kubernetesVersions");
        assertThat(versions).containsExactly("v1.33.1", "v1.34.1", "v1.35.0");
        peer.deny("CLUSTER_CREATE", compartment);
        KeyId key = peer.key("ENABLED", true, true);
        SOON.untilAsserted(
                "the denial holds", () -> assertProblem(create(body("denied", key)), 404, "NotAuthorizedOrNotFound"));
    }

    @Test
    void aClusterIsNotMadeByOneWhoLostTheRightMeanwhile() {
        KeyId key = peer.key("ENABLED", true, true);
        peer.denyOnceAllowed("CLUSTER_CREATE", compartment);

        assertProblem(create(body("never-made", key)), 404, "NotAuthorizedOrNotFound");

        assertThat(list("").<List<Object>>path("$")).isEmpty();
        assertThat(peer.bindingsOf(key)).extracting(Binding::getState).containsExactly(BindingState.RELEASED);
        assertThat(store.intents(Scan.MAX_LIMIT))
                .noneMatch(intent -> intent.value().keyId().equals(key));
    }

    @Test
    void aClusterIsNotChangedByOneWhoLostTheRightMeanwhile() {
        String cluster = activeCluster("unchanged", peer.key("ENABLED", true, true));
        String etag = get("/clusters/" + cluster).header("etag");

        peer.denyOnceAllowed("CLUSTER_UPDATE", compartment);
        assertProblem(update(cluster, Map.of("name", "renamed")), 404, "NotAuthorizedOrNotFound");
        peer.denyOnceAllowed("CLUSTER_DELETE", compartment);
        assertProblem(signed().delete("/20180222/clusters/" + cluster), 404, "NotAuthorizedOrNotFound");

        assertThat(get("/clusters/" + cluster).header("etag")).isEqualTo(etag);
    }

    @Test
    void noTokenIsMadeForOneWhoLostTheRightMeanwhile() {
        String cluster = activeCluster("tokenless", peer.key("ENABLED", true, true));

        peer.denyOnceAllowed("CLUSTER_USE", compartment);
        assertProblem(kubeconfig(cluster, Map.of()), 404, "NotAuthorizedOrNotFound");

        assertThat(peer.madeTokenFor(cluster)).isFalse();
    }

    /** What the policies say of the user is as it was: only the key that signed the request is gone. */
    @Test
    void nothingIsChangedByASignatureWhoseKeyIsGoneMeanwhile() {
        String cluster = activeCluster("kept", peer.key("ENABLED", true, true));
        String etag = get("/clusters/" + cluster).header("etag");
        String update = peer.user("update-" + cluster, TENANCY);
        peer.forgetOnceAllowed(update, "CLUSTER_UPDATE", compartment);
        String delete = peer.user("delete-" + cluster, TENANCY);
        peer.forgetOnceAllowed(delete, "CLUSTER_DELETE", compartment);

        assertProblem(
                as(update).body(Map.of("name", "renamed")).put("/20180222/clusters/" + cluster),
                401,
                "NotAuthenticated");
        assertProblem(as(delete).delete("/20180222/clusters/" + cluster), 401, "NotAuthenticated");

        assertThat(get("/clusters/" + cluster).header("etag")).isEqualTo(etag);
    }

    /** A change that takes nothing from this request only makes it ask again. */
    @Test
    void aClusterIsMadeAndChangedWhateverElseChangesInAccess() {
        peer.moveOnceAllowed("CLUSTER_CREATE", compartment);
        String cluster = activeCluster("moved-by-others", peer.key("ENABLED", true, true));
        peer.moveOnceAllowed("CLUSTER_UPDATE", compartment);
        assertThat(update(cluster, Map.of("name", "renamed")).statusCode()).isEqualTo(202);
        peer.moveOnceAllowed("CLUSTER_USE", compartment);
        assertThat(kubeconfig(cluster, Map.of()).statusCode()).isEqualTo(200);
        assertThat(peer.madeTokenFor(cluster)).isTrue();
    }

    @Test
    void passesOnWhatKeyServiceRefuses() {
        String busy = peer.unidentified("busy", Overload.refusal("too many signatures are remembered"));
        Response waits = as(busy).get("/20180222/clusterOptions/all");
        assertProblem(waits, 429, "TooManyRequests");
        assertThat(waits.header("retry-after")).isNotEmpty();

        String cluster = activeCluster("tokens", peer.key("ENABLED", true, true));
        peer.refuseToken(Overload.refusal("the trail is full"));
        Response full = kubeconfig(cluster, Map.of());
        assertProblem(full, 429, "TooManyRequests");
        assertThat(full.header("retry-after")).isNotEmpty();
        peer.refuseToken(Status.RESOURCE_EXHAUSTED.asRuntimeException());
        assertProblem(kubeconfig(cluster, Map.of()), 503, "ServiceUnavailable");
        // The user was blocked since the request came in.
        peer.refuseToken(Status.NOT_FOUND.asRuntimeException());
        assertProblem(kubeconfig(cluster, Map.of()), 401, "NotAuthenticated");
        assertThat(kubeconfig(cluster, Map.of()).statusCode()).isEqualTo(200);
    }

    @Test
    void aClusterBelongsToTheTenancyOfItsCompartment() {
        Ocid.TenancyId other = MINT.tenancy();
        peer.place(compartment, other);
        Response accepted = create(body("across", peer.key("ENABLED", true, true)));
        assertThat(accepted.statusCode()).isEqualTo(202);
        String cluster =
                get("/workRequests/" + accepted.header("opc-work-request-id")).path("resources[0].identifier");

        assertThat(store.cluster(new ClusterId(cluster))
                        .orElseThrow()
                        .value()
                        .facts()
                        .tenancyId())
                .isEqualTo(other);
        assertThat(peer.bindingOf(cluster).orElseThrow().getTenancyId()).isEqualTo(other.value());
        assertThat(peer.requester(cluster)).contains(TENANCY.value());
    }

    @Test
    void whoMayOnlyReadAWorkRequestIsNotToldThatItCannotBeCancelled() {
        String work = create(body("cancelled", peer.key("ENABLED", true, true))).header("opc-work-request-id");
        assertThat(signed().delete("/20180222/workRequests/" + work).statusCode())
                .isEqualTo(501);

        peer.deny("CLUSTER_WORK_REQUEST_DELETE", compartment);
        SOON.untilAsserted(
                "the denial holds",
                () -> assertProblem(signed().delete("/20180222/workRequests/" + work), 404, "NotAuthorizedOrNotFound"));
        assertThat(get("/workRequests/" + work).statusCode()).isEqualTo(200);
    }

    @Test
    void repeatsTheAnswerToTheSameRetryToken() {
        KeyId key = peer.key("ENABLED", true, true);
        String token = UUID.randomUUID().toString();
        Map<String, Object> body = body("once", key);
        String first = createWith(token, body).header("opc-work-request-id");
        assertThat(createWith(token, body).header("opc-work-request-id")).isEqualTo(first);
        assertThat(list("").<List<Object>>path("$")).hasSize(1);
        assertThat(peer.bindingsOf(key)).hasSize(1);
        body.put("name", "another");
        assertProblem(createWith(token, body), 409, "InvalidatedRetryToken");
    }

    @Test
    void releasesTheBindingOfACreationThatWasCutOff() {
        KeyId key = peer.key("ENABLED", true, true);
        // Others of the same key, so that the sweeper must find the one among several pages.
        for (int i = 0; i < 3; i++) {
            assertThat(create(body("whole-" + i, key)).statusCode()).isEqualTo(202);
        }
        peer.loseAnswersToBind(1);
        assertProblem(create(body("cut-off", key)), 503, "ServiceUnavailable");
        assertThat(peer.bindingsOf(key)).hasSize(4);
        assertThat(list("").<List<Object>>path("$")).hasSize(3);
        SOON.until("the intent is undone", () -> pending().isEmpty());
        assertThat(peer.bindingsOf(key))
                .filteredOn(binding -> binding.getState() == BindingState.RELEASED)
                .hasSize(1)
                .allSatisfy(binding -> assertThat(
                                get("/clusters/" + binding.getClusterId()).statusCode())
                        .isEqualTo(404));
    }

    @Test
    void letsNoClusterComeOfAnAbandonedIntent() {
        KeyId key = peer.key("ENABLED", true, true);
        ClusterId cluster = MINT.cluster();
        Stored<Intent> intent =
                store.intend(new Intent(cluster, key, Instant.now().plusSeconds(600), false));
        Stored<Intent> abandoned = store.abandon(intent).orElseThrow();
        // The creation that was thought dead comes to its end after all: it finds the intent moved and writes nothing.
        Actor actor = new Actor("user", MINT.workRequest(), Instant.now());
        Cluster.Creating late = new Cluster.Creating(new Cluster.Facts(
                cluster,
                TENANCY,
                new Ocid.CompartmentId(compartment),
                "late",
                new VcnId("ocid1.vcn.oc1.iad.aaaaaaaademo"),
                KubernetesVersion.parse("v1.33.1"),
                key,
                MINT.binding(),
                new Wishes("BASIC_CLUSTER", Map.of(), Map.of(), Map.of(), List.of(), Map.of(), Map.of()),
                actor,
                Optional.empty()));
        WorkRequest.InProgress work = WorkRequest.accept(
                        actor.workRequestId(),
                        WorkRequest.Operation.CLUSTER_CREATE,
                        late.facts().compartmentId(),
                        cluster,
                        actor.at(),
                        "user")
                .start(actor.at(), "bound");
        assertThat(store.create(intent, late, work, builder -> {}, new ClusterDeleted(cluster, "user")))
                .isFalse();
        assertThat(store.cluster(cluster)).isEmpty();
        assertThat(store.work(actor.workRequestId())).isEmpty();
        assertThat(store.abandon(intent)).isEmpty();
        assertThat(store.withdraw(intent)).isFalse();
        assertThat(store.withdraw(abandoned)).isTrue();
    }

    @Test
    void upgradesOnlyWhileTheKeyMayBeUsed() {
        KeyId key = peer.key("ENABLED", true, true);
        String cluster = activeCluster("upgraded", key);
        assertProblem(update(cluster, Map.of("kubernetesVersion", "v1.35.0")), 400, "InvalidParameter");
        assertProblem(update(cluster, Map.of("kubernetesVersion", "v1.33.1")), 400, "InvalidParameter");
        assertProblem(update(cluster, Map.of("kmsKeyId", key.value())), 400, "InvalidParameter");
        assertProblem(update(cluster, Map.of()), 400, "MissingParameter");
        Response stale = signed().header("if-match", "nonsense")
                .body(Map.of("name", "other"))
                .put("/20180222/clusters/" + cluster);
        assertProblem(stale, 412, "NoEtagMatch");

        assertThat(finished(update(cluster, Map.of("kubernetesVersion", "v1.34.1")))
                        .path("status")
                        .toString())
                .isEqualTo("SUCCEEDED");
        assertThat(get("/clusters/" + cluster).path("kubernetesVersion").toString())
                .isEqualTo("v1.34.1");
        assertThat(awaitEvent("ClusterUpgraded", cluster)).contains("v1.33.1").contains("v1.34.1");

        peer.move(key, "DELETED");
        Response failed = finished(update(cluster, Map.of("kubernetesVersion", "v1.35.0")));
        assertThat(failed.path("status").toString()).isEqualTo("FAILED");
        assertThat(failed.path("resources[0].actionType").toString()).isEqualTo("FAILED");
        Response errors = get("/workRequests/" + failed.path("id") + "/errors?compartmentId=" + compartment);
        assertThat(errors.path("[0].code").toString()).isEqualTo("Conflict");
        assertThat(errors.path("[0].message").toString())
                .contains(key.value())
                .contains("KEY_DELETED")
                .contains("DELETED")
                .contains("way back")
                .contains("create another");
        Response after = get("/clusters/" + cluster);
        assertThat(after.path("lifecycleState").toString()).isEqualTo("ACTIVE");
        assertThat(after.path("kubernetesVersion").toString()).isEqualTo("v1.34.1");
        Response logs = get("/workRequests/" + failed.path("id") + "/logs?compartmentId=" + compartment);
        assertThat(logs.<List<Object>>path("$")).hasSizeGreaterThan(1);
        assertProblem(get("/workRequests/" + failed.path("id") + "/errors"), 400, "MissingParameter");
        // A new name needs no key.
        assertThat(finished(update(cluster, Map.of("name", "renamed")))
                        .path("status")
                        .toString())
                .isEqualTo("SUCCEEDED");
        assertThat(get("/clusters/" + cluster).path("name").toString()).isEqualTo("renamed");
    }

    @Test
    void deletesAClusterAndKeepsItsRecord() {
        KeyId key = peer.key("ENABLED", true, true);
        String cluster = activeCluster("deleted", key);
        peer.refuseReleases(3);
        Response done = finished(signed().delete("/20180222/clusters/" + cluster));
        assertThat(done.path("status").toString()).isEqualTo("SUCCEEDED");
        assertThat(done.path("operationType").toString()).isEqualTo("CLUSTER_DELETE");
        assertThat(done.path("resources[0].actionType").toString()).isEqualTo("DELETED");
        Response deleted = get("/clusters/" + cluster);
        assertThat(deleted.path("lifecycleState").toString()).isEqualTo("DELETED");
        assertThat(deleted.path("metadata.timeDeleted").toString()).isNotEmpty();
        assertThat(peer.bindingOf(cluster).orElseThrow().getState()).isEqualTo(BindingState.RELEASED);
        assertThat(awaitEvent("ClusterDeleted", cluster)).contains(cluster);
        assertProblem(kubeconfig(cluster, Map.of()), 404, "NotAuthorizedOrNotFound");
        assertProblem(signed().delete("/20180222/clusters/" + cluster), 404, "NotAuthorizedOrNotFound");
        assertProblem(update(cluster, Map.of("name", "again")), 404, "NotAuthorizedOrNotFound");
    }

    @Test
    void finishesADeletionThatACrashCutOff() {
        KeyId key = peer.key("ENABLED", true, true);
        String cluster = activeCluster("cut-off", key);
        // As after a crash between the answer and the work: written down, and nobody at it.
        deletions.begin(store.cluster(new ClusterId(cluster)).orElseThrow(), "user");
        SOON.until("the sweeper finished it", () -> "DELETED".equals(state(cluster)));
        assertThat(peer.bindingOf(cluster).orElseThrow().getState()).isEqualTo(BindingState.RELEASED);
    }

    @Test
    void deletesAClusterThatNeverBecameActive() {
        KeyId key = peer.key("ENABLED", true, true);
        Response accepted = create(body("stuck", key));
        String creation = accepted.header("opc-work-request-id");
        String cluster = get("/workRequests/" + creation).path("resources[0].identifier");
        finished(signed().delete("/20180222/clusters/" + cluster));
        assertThat(get("/workRequests/" + creation).path("status").toString()).isEqualTo("FAILED");
        String binding = peer.bindingOf(cluster).orElseThrow().getId();
        // Too late: the endpoint of a deleted cluster changes nothing.
        open(cluster, binding);
        awaitProcessed();
        assertThat(state(cluster)).isEqualTo("DELETED");
    }

    @Test
    void failsAClusterWhoseBindingWasReleased() {
        KeyId key = peer.key("ENABLED", true, true);
        Response accepted = create(body("orphan", key));
        String cluster =
                get("/workRequests/" + accepted.header("opc-work-request-id")).path("resources[0].identifier");
        BindingId binding = new BindingId(peer.bindingOf(cluster).orElseThrow().getId());
        peer.releaseBehindTheBack(binding);
        open(cluster, binding.value());
        SOON.until("FAILED", () -> "FAILED".equals(state(cluster)));
        assertThat(get("/clusters/" + cluster).path("lifecycleDetails").toString())
                .contains("released");
        assertThat(get("/workRequests/" + accepted.header("opc-work-request-id"))
                        .path("status")
                        .toString())
                .isEqualTo("FAILED");
    }

    @Test
    void writesAKubeconfigWithABoundedToken() {
        String cluster = activeCluster("kube", peer.key("ENABLED", true, true));
        Response file = kubeconfig(cluster, Map.of("tokenVersion", "2.0.0", "expiration", 2_592_000));
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.contentType()).startsWith("application/x-yaml");
        assertThat(file.header("cache-control")).contains("no-store");
        String yaml = file.asString();
        assertThat(yaml)
                .contains("server: https://127.0.0.1:6443/clusters/" + cluster + "\n")
                .contains("token: token-of-maria-for-3600\n")
                .containsPattern("current-context: context-c[a-z2-7]{10}\n");
        String ca = yaml.lines()
                .filter(line -> line.contains("certificate-authority-data: "))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*: ", "");
        assertThat(new String(java.util.Base64.getDecoder().decode(ca), StandardCharsets.US_ASCII))
                .startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(kubeconfig(cluster, Map.of("expiration", 60)).asString()).contains("token-of-maria-for-60\n");
        assertProblem(kubeconfig(cluster, Map.of("expiration", 0)), 400, "InvalidParameter");
        assertProblem(kubeconfig(cluster, Map.of("tokenVersion", "3")), 400, "InvalidParameter");
        assertProblem(kubeconfig(cluster, Map.of("endpoint", "VCN_HOSTNAME")), 400, "InvalidParameter");
        peer.deny("CLUSTER_USE", compartment);
        SOON.untilAsserted(
                "the denial holds", () -> assertProblem(kubeconfig(cluster, Map.of()), 404, "NotAuthorizedOrNotFound"));
    }

    @Test
    void clusterReadsClustersButMakesNoneAndGetsNoKubeconfig() {
        KeyId key = peer.key("ENABLED", true, true);
        String cluster = activeCluster("itself", key);
        String asCluster = peer.cluster(cluster, TENANCY, compartment);

        assertThat(as(asCluster).get("/20180222/clusters/" + cluster).statusCode())
                .isEqualTo(200);
        assertProblem(
                as(asCluster).body(body("another", key)).post("/20180222/clusters"), 404, "NotAuthorizedOrNotFound");
        assertProblem(
                as(asCluster).body(Map.of()).post("/20180222/clusters/" + cluster + "/kubeconfig/content"),
                404,
                "NotAuthorizedOrNotFound");
    }

    private static RequestSpecification as(String authorization) {
        return given().header("authorization", authorization).contentType(ContentType.JSON);
    }

    @Test
    void listsClustersAndWorkRequestsInPages() {
        KeyId key = peer.key("ENABLED", true, true);
        for (String name : List.of("c", "a", "b")) {
            assertThat(create(body(name, key)).statusCode()).isEqualTo(202);
        }
        List<String> names = new ArrayList<>();
        String page = "";
        do {
            Response answer = list("&sortBy=NAME&sortOrder=DESC&limit=2" + page);
            names.addAll(answer.path("name"));
            List<Object> keys = answer.path("kmsKeyId");
            assertThat(keys).containsOnlyNulls();
            page = answer.header("opc-next-page") == null ? "" : "&page=" + answer.header("opc-next-page");
        } while (!page.isEmpty());
        assertThat(names).containsExactly("c", "b", "a");
        assertThat(list("&name=a").<List<String>>path("name")).containsExactly("a");
        assertThat(list("&lifecycleState=ACTIVE").<List<String>>path("name")).isEmpty();
        assertThat(list("&lifecycleState=ACTIVE&lifecycleState=CREATING").<List<String>>path("name"))
                .hasSize(3);
        String cluster = list("&name=a").path("[0].id");
        Response works = get("/workRequests?compartmentId=" + compartment + "&clusterId=" + cluster);
        assertThat(works.<List<String>>path("operationType")).containsExactly("CLUSTER_CREATE");
        assertThat(get("/workRequests?compartmentId=" + compartment + "&status=SUCCEEDED")
                        .<List<Object>>path("$"))
                .isEmpty();
    }

    @Test
    void servesClustersToServicesOnly() throws Exception {
        KeyId key = peer.key("ENABLED", true, true);
        String live = get("/workRequests/" + create(body("live", key)).header("opc-work-request-id"))
                .path("resources[0].identifier");
        String gone = activeCluster("gone", key);
        finished(signed().delete("/20180222/clusters/" + gone));
        asService("secret-service", clusters -> {
            var found = clusters.get(
                    GetClusterRequest.newBuilder().setClusterId(live).build());
            assertThat(found.getKeyId()).isEqualTo(key.value());
            assertThat(found.getBindingId())
                    .isEqualTo(peer.bindingOf(live).orElseThrow().getId());
            assertThat(found.getLifecycleState()).isEqualTo("CREATING");
            assertThat(clusters.get(GetClusterRequest.newBuilder()
                                    .setClusterId(gone)
                                    .build())
                            .getLifecycleState())
                    .isEqualTo("DELETED");
            assertStatus(
                    Status.Code.NOT_FOUND,
                    () -> clusters.get(GetClusterRequest.newBuilder()
                            .setClusterId(MINT.cluster().value())
                            .build()));
            assertStatus(
                    Status.Code.NOT_FOUND,
                    () -> clusters.get(
                            GetClusterRequest.newBuilder().setClusterId("x").build()));
            assertStatus(
                    Status.Code.INVALID_ARGUMENT,
                    () -> clusters.list(
                            ListClustersRequest.newBuilder().setLimit(501).build()));
            Set<String> listed = new HashSet<>();
            String token = "";
            do {
                ListClustersResponse page = clusters.list(ListClustersRequest.newBuilder()
                        .setLimit(2)
                        .setPageToken(token)
                        .build());
                page.getClustersList()
                        .forEach(each -> assertThat(listed.add(each.getId())).isTrue());
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            assertThat(listed).contains(live).doesNotContain(gone);
        });
        asService(
                "system-tests",
                clusters -> assertStatus(
                        Status.Code.PERMISSION_DENIED, () -> clusters.list(ListClustersRequest.getDefaultInstance())));
    }

    @Test
    void refusesNoForeignAndExpiredCertificates() throws Exception {
        Path tls = Path.of(config("holdfast.tls.dir"));
        DevCertificates certificates = DevCertificates.in(tls);
        DevCertificates.Issued expired = certificates.expired("secret-service");
        DevCertificates.Issued foreign = certificates.foreign("secret-service");
        List<SslContext> contexts = List.of(
                GrpcSslContexts.forClient()
                        .trustManager(tls.resolve("ca.crt").toFile())
                        .build(),
                holding(tls, expired),
                holding(tls, foreign));
        for (SslContext context : contexts) {
            ManagedChannel channel = NettyChannelBuilder.forTarget("127.0.0.1:" + config("holdfast.grpc.port"))
                    .sslContext(context)
                    .build();
            try {
                var clusters = ClustersGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
                assertStatus(Status.Code.UNAVAILABLE, () -> clusters.get(GetClusterRequest.getDefaultInstance()));
                assertStatus(Status.Code.UNAVAILABLE, () -> clusters.list(ListClustersRequest.getDefaultInstance()));
            } finally {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    // ---- helpers ----

    private static SslContext holding(Path tls, DevCertificates.Issued own) throws Exception {
        return GrpcSslContexts.forClient()
                .trustManager(tls.resolve("ca.crt").toFile())
                .keyManager(own.certificate().toFile(), own.key().toFile())
                .build();
    }

    private interface Calls {
        void make(ClustersGrpc.ClustersBlockingStub clusters);
    }

    private static void asService(String name, Calls calls) throws InterruptedException {
        ManagedChannel channel = ServiceChannel.open(
                Path.of(config("holdfast.tls.dir")),
                name,
                "cluster-service",
                "127.0.0.1:" + config("holdfast.grpc.port"));
        try {
            calls.make(ClustersGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS));
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static void assertStatus(Status.Code code, Supplier<Object> call) {
        assertThatThrownBy(call::get)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    }

    private Map<String, Object> body(String name, KeyId key) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("compartmentId", compartment);
        body.put("vcnId", "ocid1.vcn.oc1.iad.aaaaaaaademo");
        body.put("kubernetesVersion", "v1.33.1");
        body.put("kmsKeyId", key.value());
        body.put("freeformTags", Map.of("team", "payments"));
        body.put("options", Map.of("kubernetesNetworkConfig", Map.of("podsCidr", "10.244.0.0/16")));
        body.put("aFieldOfALaterVersion", 1);
        return body;
    }

    private Map<String, Object> with(KeyId key, String field, Object value) {
        Map<String, Object> body = body("wrong", key);
        body.put(field, value);
        return body;
    }

    private Map<String, Object> without(KeyId key, String field) {
        Map<String, Object> body = body("wrong", key);
        body.remove(field);
        return body;
    }

    private static RequestSpecification signed() {
        return as(user);
    }

    private static Response create(Map<String, Object> body) {
        return signed().body(body).post("/20180222/clusters");
    }

    private static Response createWith(String token, Map<String, Object> body) {
        return signed().header("opc-retry-token", token).body(body).post("/20180222/clusters");
    }

    private static Response update(String cluster, Map<String, Object> body) {
        return signed().body(body).put("/20180222/clusters/" + cluster);
    }

    private static Response kubeconfig(String cluster, Map<String, Object> body) {
        return signed().accept("application/x-yaml")
                .body(body)
                .post("/20180222/clusters/" + cluster + "/kubeconfig/content");
    }

    private static Response get(String path) {
        return signed().urlEncodingEnabled(false).get("/20180222" + path);
    }

    private Response list(String query) {
        return get("/clusters?compartmentId=" + compartment + query);
    }

    private static String state(String cluster) {
        return get("/clusters/" + cluster).path("lifecycleState");
    }

    private static Response finished(Response accepted) {
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);
        String id = accepted.header("opc-work-request-id");
        return SOON.value(
                "the end of " + id, () -> get("/workRequests/" + id), seen -> seen.path("timeFinished") != null);
    }

    private String activeCluster(String name, KeyId key) {
        Response accepted = create(body(name, key));
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);
        String cluster =
                get("/workRequests/" + accepted.header("opc-work-request-id")).path("resources[0].identifier");
        open(cluster, peer.bindingOf(cluster).orElseThrow().getId());
        SOON.until("ACTIVE", () -> "ACTIVE".equals(state(cluster)));
        return cluster;
    }

    private static void assertRefused(Map<String, Object> body, int status, String code, String field) {
        Response refused = create(body);
        assertProblem(refused, status, code);
        assertThat(refused.path("message").toString()).contains(field);
    }

    private static void assertProblem(Response response, int status, String code) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
        assertThat(response.contentType()).startsWith("application/json");
        assertThat(response.path("code").toString()).isEqualTo(code);
        assertThat(response.header("opc-request-id")).isNotEmpty();
    }

    /** Intents of this test's own time; those of the test that holds one on purpose are in the future. */
    private List<String> pending() {
        return etcd.scan(Scan.of("/holdfast/clusters/pending/", 100)).values().stream()
                .map(value -> value.key())
                .toList();
    }

    private static void open(String cluster, String binding) {
        publish(SEQUENCE.incrementAndGet(), cluster, binding);
    }

    private static void redeliver(String cluster, String binding) {
        publish(SEQUENCE.get(), cluster, binding);
    }

    private static void publish(long sequence, String cluster, String binding) {
        ClusterEndpointOpened event = new ClusterEndpointOpened(
                new ClusterId(cluster), new BindingId(binding), "https://127.0.0.1:6443/clusters/" + cluster);
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>("holdfast.secrets.v1", 0, cluster, new EventCodec().encode(event));
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", UUID.randomUUID().toString(),
                        "ce_source", "/holdfast/secrets",
                        "ce_type", EventCodec.typeOf(event),
                        "ce_subject", cluster,
                        "ce_time", Instant.now().toString(),
                        "ce_sequence", Long.toString(sequence),
                        "ce_revision", Long.toString(sequence),
                        "ce_epoch", Long.toString(EPOCH))
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", config("kafka.bootstrap.servers"), "acks", "all"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(record).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the event was not published", e);
        }
    }

    /** Waits until the consumer's mark has reached what was published last. */
    private void awaitProcessed() {
        SOON.until(
                "the mark reaches " + SEQUENCE.get(),
                () -> etcd.get("/holdfast/clusters/inbox/holdfast-secrets/0")
                        .map(value -> new String(value.value().toArray(), StandardCharsets.UTF_8))
                        .filter(mark -> mark.contains("\"epoch\":" + EPOCH + ",\"sequence\":" + SEQUENCE.get() + "}"))
                        .isPresent());
    }

    /** The data of the first event of a type about a cluster. */
    private static String awaitEvent(String type, String cluster) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", config("kafka.bootstrap.servers"),
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("holdfast.clusters.v1", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<String, byte[]>> seen = new ArrayList<>();
            return SOON.value(
                    type + " of " + cluster,
                    () -> {
                        consumer.poll(Duration.ofMillis(200)).forEach(seen::add);
                        return seen.stream()
                                .filter(record -> cluster.equals(record.key()))
                                .filter(record -> ("io.holdfast." + type + ".v1")
                                        .equals(new String(
                                                record.headers()
                                                        .lastHeader("ce_type")
                                                        .value(),
                                                StandardCharsets.UTF_8)))
                                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                                .findFirst()
                                .orElse("");
                    },
                    data -> !data.isEmpty());
        }
    }

    private static String config(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
