package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A duplicated and an old replayed event change nothing. */
class ReplayST {
    private static final TopicPartition KEYS = new TopicPartition("holdfast.keys.v1", 0);
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    @Test
    void everyKeyEventOfThePastComesAgain() throws ExecutionException, InterruptedException {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            fixture.createSecret(endpoint, "kept", "value");
            String second = fixture.api.rotate(fixture.key).path("id").asText();
            fixture.awaitJob(second, Duration.ofSeconds(30));
            fixture.api.action(fixture.key, "disable");
            fixture.events.await("ClusterKeyAccessLost", fixture.cluster);
            fixture.api.action(fixture.key, "enable");
            fixture.events.await("ClusterKeyAccessRestored", fixture.cluster);
            JsonNode jobs = fixture.api.reencryptions(fixture.cluster);
            int audited = fixture.api.auditOf(fixture.key).size();

            replay(fixture);
            // A fact behind the replay on the same topic: once its effect shows, the replay has been consumed.
            String third = fixture.api.rotate(fixture.key).path("id").asText();
            fixture.awaitJob(third, Duration.ofSeconds(30));

            JsonNode after = fixture.api.reencryptions(fixture.cluster);
            assertThat(after.size())
                    .as("one job more, for the one new rotation")
                    .isEqualTo(jobs.size() + 1);
            assertThat(endpoint.get(Fixture.secretPath("kept")).statusCode()).isEqualTo(200);
            assertThat(fixture.events.all().stream()
                            .filter(event -> event.type().equals("io.holdfast.ClusterKeyAccessLost.v1")
                                    && fixture.cluster.equals(event.attributes().get("ce_subject"))))
                    .hasSize(1);
            Checks.eventually(
                    "the audit entry of the rotation",
                    Duration.ofSeconds(20),
                    () -> fixture.api.auditOf(fixture.key).size() == audited + 1
                            ? Optional.of(true)
                            : Optional.empty());
            assertThat(fixture.api.verifyAudit().path("intact").asBoolean()).isTrue();
        }
    }

    /** Sends every record of the topic once more, headers and all. */
    private static void replay(Fixture fixture) throws ExecutionException, InterruptedException {
        String bootstrap = fixture.stack.get("HOLDFAST_KAFKA");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap), new ByteArraySerializer(), new ByteArraySerializer())) {
            consumer.assign(List.of(KEYS));
            consumer.seekToBeginning(List.of(KEYS));
            long end = consumer.endOffsets(List.of(KEYS)).get(KEYS);
            long replayed = 0;
            while (consumer.position(KEYS) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(TEN_SECONDS)) {
                    if (record.offset() < end) {
                        producer.send(new ProducerRecord<>(
                                        KEYS.topic(), KEYS.partition(), record.key(), record.value(), record.headers()))
                                .get();
                        replayed++;
                    }
                }
            }
            assertThat(replayed).isPositive();
        }
    }
}
