package io.holdfast.platform.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.events.SecretEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.platform.access.GrpcPort;
import io.holdfast.platform.inbox.EtcdHighWaterMarks;
import io.holdfast.platform.inbox.HighWaterMarks.Mark;
import io.holdfast.platform.inbox.KafkaDeadLetters;
import io.holdfast.platform.inbox.ReceivedEvent;
import io.holdfast.platform.outbox.Outbox;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Outbox, relay and inbox as a service gets them: by configuration and injection. */
@QuarkusTest
@TestProfile(WiringTest.WithOutbox.class)
@QuarkusTestResource(CertificatesResource.class)
@QuarkusTestResource(GrpcPort.class)
@QuarkusTestResource(EtcdResource.class)
@QuarkusTestResource(KafkaResource.class)
class WiringTest {
    public static final class WithOutbox implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "holdfast.outbox.families", "SECRETS",
                    "holdfast.outbox.prefix", "/holdfast/wiring-" + UUID.randomUUID(),
                    "mp.messaging.incoming.secret-events.enabled", "true");
        }
    }

    @Inject
    Outbox outbox;

    @Inject
    KeyValueStore store;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrap;

    @ConfigProperty(name = "holdfast.outbox.prefix")
    String prefix;

    @Test
    void anEventGoesFromATransactionToItsConsumerAndBadBytesGoAside() {
        Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
        SecretEvent.ClusterEndpointOpened event =
                new SecretEvent.ClusterEndpointOpened(mint.cluster(), mint.binding(), "https://127.0.0.1/");
        assertThat(store.commit(Transaction.builder().with(outbox.stage(event)).build())
                        .committed())
                .isTrue();
        Await.atMostSeconds(30).until("the first event", () -> SecretEventsConsumer.SEEN.size() == 1);
        assertThat(SecretEventsConsumer.SEEN).extracting(ReceivedEvent::data).containsExactly(event);

        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("holdfast.secrets.v1", "k", new byte[] {1, 2, 3}));
        }
        store.commit(Transaction.builder().with(outbox.stage(event)).build());
        Await.atMostSeconds(30).until("the second event", () -> SecretEventsConsumer.SEEN.size() == 2);
        Await.atMostSeconds(10)
                .until(
                        "the mark",
                        () -> new EtcdHighWaterMarks(store, prefix)
                                .read("/holdfast/secrets", 0)
                                .equals(new Mark(1, 2)));

        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition aside = new TopicPartition("holdfast.secrets.v1" + KafkaDeadLetters.SUFFIX, 0);
            consumer.assign(List.of(aside));
            consumer.seekToBeginning(List.of(aside));
            ConsumerRecord<String, byte[]> letter = Await.atMostSeconds(10)
                    .value(
                            "a dead letter",
                            () -> consumer.poll(Duration.ofMillis(500)).records(aside),
                            found -> !found.isEmpty())
                    .get(0);
            assertThat(letter.value()).containsExactly(1, 2, 3);
            assertThat(new String(
                            letter.headers().lastHeader(KafkaDeadLetters.REASON).value(),
                            java.nio.charset.StandardCharsets.UTF_8))
                    .contains("ce_specversion");
        }
        RestAssured.given().get("/q/health/ready").then().statusCode(200);
    }
}
