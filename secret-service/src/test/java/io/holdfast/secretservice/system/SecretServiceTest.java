package io.holdfast.secretservice.system;

import static io.holdfast.secretservice.storage.ObjectStorage.Resource.SECRETS;
import static io.holdfast.secretservice.testing.SecretObjects.secret;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.events.ClusterEvent;
import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;
import io.holdfast.secretservice.keys.ClusterDirectory.Life;
import io.holdfast.secretservice.keys.ClusterDirectory.Wish;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.testing.InProcessKeyService;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service on real etcd and Kafka, driven by others' events and its own REST API. */
@QuarkusTest
@TestProfile(SecretServiceTest.Profile.class)
@QuarkusTestResource(EtcdResource.class)
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(CertificatesResource.class)
class SecretServiceTest {
    public static final class Profile implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(TestBeans.class);
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "holdfast.secrets.key-service", "127.0.0.1:1",
                    "holdfast.secrets.cluster-service", "127.0.0.1:1",
                    "holdfast.secrets.reencryption.look-every", "1s");
        }
    }

    private static final AtomicLong KEY_SEQUENCE = new AtomicLong();
    private static final AtomicLong CLUSTER_SEQUENCE = new AtomicLong();

    @Inject
    InProcessKeyService keys;

    @Inject
    TestBeans.Known directory;

    @Inject
    ObjectStorage storage;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TestHTTPResource(value = "/", tls = true)
    URL https;

    private KafkaProducer<String, byte[]> producer;
    private KafkaConsumer<String, byte[]> consumer;
    private final List<String> seen = new ArrayList<>();
    private ClusterId cluster;
    private KeyId key;
    private BindingId binding;

    @BeforeEach
    void start() {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka), new StringSerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka,
                        "group.id",
                        UUID.randomUUID().toString(),
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of("holdfast.secrets.v1"));
        cluster = InProcessKeyService.MINT.cluster();
        key = keys.newKey();
        binding = keys.bind(cluster, key);
    }

    @AfterEach
    void stop() {
        producer.close(Duration.ofSeconds(2));
        consumer.close();
    }

    private void publish(DomainEvent event, AtomicLong line) throws Exception {
        publishAs(event, line.incrementAndGet());
    }

    private void publishAs(DomainEvent event, long sequence) throws Exception {
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(event.family().topic(), event.subject(), new EventCodec().encode(event));
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", UUID.randomUUID().toString(),
                        "ce_source", event.family().source(),
                        "ce_type", EventCodec.typeOf(event),
                        "ce_subject", event.subject(),
                        "ce_time", Instant.now().toString(),
                        "ce_sequence", Long.toString(sequence),
                        "ce_revision", Long.toString(sequence),
                        "ce_epoch", "1",
                        "content-type", "application/json")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(record).get(30, TimeUnit.SECONDS);
    }

    private void create() throws Exception {
        Wish wish = new Wish(
                cluster,
                InProcessKeyService.MINT.compartment(),
                InProcessKeyService.MINT.tenancy(),
                key,
                binding,
                Life.WANTED);
        directory.wishes.put(cluster, wish);
        publish(
                new ClusterEvent.ClusterCreated(
                        cluster, "c", wish.compartmentId(), wish.tenancyId(), "v1.34.1", key, binding, "somebody"),
                CLUSTER_SEQUENCE);
        Await.atMostSeconds(60)
                .until("the endpoint is open", () -> storage.cluster(cluster).isPresent());
    }

    private void awaitEvent(String type) {
        String wanted = "io.holdfast." + type + ".v1 " + cluster.value();
        Await.atMostSeconds(60).until(type, () -> {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                seen.add(new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8) + " "
                        + record.key());
            }
            return seen.contains(wanted);
        });
    }

    private RequestSpecification as(String authorization) {
        return given().relaxedHTTPSValidation()
                .baseUri(https.toString())
                .header("authorization", authorization)
                .urlEncodingEnabled(false);
    }

    @Test
    void aClusterIsOpenedRotatedBlockedRestoredAndRemoved() throws Exception {
        create();
        awaitEvent("ClusterEndpointOpened");
        for (int i = 0; i < 120; i++) {
            storage.create(cluster, SECRETS, "default", "s" + i, secret("default", "s" + i, "x"));
        }
        KeyVersion first = keys.current(key);
        String path = "v1/clusters/" + cluster.value();
        assertThat(as(TestBeans.ALLOWED)
                        .get(path + "/secretsPerKeyVersion")
                        .then()
                        .statusCode(200)
                        .extract()
                        .<Map<String, Integer>>path("secretsPerKeyVersion"))
                .isEqualTo(Map.of(first.id().value(), 120));

        KeyVersion second = keys.rotate(key);
        publish(new KeyEvent.KeyRotated(key, second.id(), second.number(), first.id(), "somebody"), KEY_SEQUENCE);
        awaitEvent("ReencryptionStarted");
        awaitEvent("ReencryptionCompleted");
        var job = as(TestBeans.ALLOWED)
                .get(path + "/reencryptions")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(job.getString("items[0].lifecycleState")).isEqualTo("COMPLETED");
        assertThat(job.getInt("items[0].done") + job.getInt("items[0].skipped")).isEqualTo(120);
        String id = job.getString("items[0].id");
        var one = as(TestBeans.ALLOWED)
                .get(path + "/reencryptions/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(one.getLong("proof.scanRevision")).isGreaterThan(one.getLong("proof.fenceRevision"));
        as(TestBeans.ALLOWED)
                .post(path + "/reencryptions/" + id + "/actions/pause")
                .then()
                .statusCode(409);
        as(TestBeans.ALLOWED).post(path + "/reencryptions").then().statusCode(202);

        keys.deny(key, Denial.KEY_PENDING_DELETION);
        awaitEvent("ClusterKeyAccessLost");
        assertThat(as(TestBeans.ALLOWED)
                        .get(path + "/secretsPerKeyVersion")
                        .then()
                        .statusCode(200)
                        .extract()
                        .<String>path("fence.state"))
                .isEqualTo("BLOCKED");
        keys.allow(key);
        awaitEvent("ClusterKeyAccessRestored");

        // A duplicate and an old one: neither changes anything.
        publishAs(new KeyEvent.KeyDisabled(key, "somebody"), KEY_SEQUENCE.get());
        publish(new KeyEvent.KeyDisabled(key, "somebody"), KEY_SEQUENCE);

        directory.wishes.remove(cluster);
        publish(new ClusterEvent.ClusterDeleted(cluster, "somebody"), CLUSTER_SEQUENCE);
        Await.atMostSeconds(30)
                .until("the cluster is gone", () -> storage.cluster(cluster).isEmpty());
        as(TestBeans.ALLOWED).get(path + "/secretsPerKeyVersion").then().statusCode(404);
        assertThat(seen.stream()
                        .filter(each -> each.contains("ClusterKeyAccessLost"))
                        .toList())
                .hasSize(1);
    }

    @Test
    void theRestApiRefusesWhatItMust() throws Exception {
        create();
        String path = "v1/clusters/" + cluster.value();
        as("none").get(path + "/reencryptions").then().statusCode(401);
        as(TestBeans.STRANGER).get(path + "/reencryptions").then().statusCode(404);
        as(TestBeans.STRANGER).post(path + "/reencryptions").then().statusCode(404);
        as(TestBeans.ALLOWED).get(path + "/reencryptions/none").then().statusCode(404);
        as(TestBeans.ALLOWED).get(path + "/reencryptions?limit=0").then().statusCode(400);
        as(TestBeans.ALLOWED)
                .get("v1/clusters/" + InProcessKeyService.MINT.cluster().value() + "/reencryptions")
                .then()
                .statusCode(404);
        as(TestBeans.ALLOWED).get("v1/clusters/x/reencryptions").then().statusCode(404);
        as(TestBeans.ALLOWED)
                .post(path + "/reencryptions/none/actions/cancel")
                .then()
                .statusCode(404);
        given().relaxedHTTPSValidation()
                .baseUri(https.toString())
                .get("q/health/ready")
                .then()
                .statusCode(200);
    }
}
