package io.holdfast.auditservice;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.trail.EventFilter;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.auditservice.trail.Verification;
import io.holdfast.events.Family;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.holdfast.testkit.quarkus.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * The service started again, on the same PostgreSQL and topics, and without its offsets: it reads everything from the first
 * record again. In a full run the topics hold what {@link AuditServiceTest} left there.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(CertificatesResource.class)
@TestProfile(RereadTest.WithoutOffsets.class)
class RereadTest {
    private static final TopicPartition KEYS = new TopicPartition(Family.KEYS.topic(), 0);

    /** Consumer groups that have committed nothing. */
    public static final class WithoutOffsets implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.incoming.keys.group.id", "keys-again",
                    "mp.messaging.incoming.identity.group.id", "identity-again",
                    "mp.messaging.incoming.clusters.group.id", "clusters-again",
                    "mp.messaging.incoming.secrets.group.id", "secrets-again",
                    "mp.messaging.incoming.dead-letters.group.id", "dead-letters-again");
        }
    }

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @Inject
    Trail trail;

    @Inject
    Verification verification;

    @Test
    void everything_read_again_changes_nothing_and_the_line_goes_on() {
        String key = "ocid1.key.oc1.iad.v." + UUID.randomUUID();
        List<Entry> before = trail.list(EventFilter.ALL, 0, Trail.MOST_ENTRIES);
        long next = trail.place(Family.KEYS.source(), 0).sequence() + 1;
        try (Publisher publisher = new Publisher(kafka)) {
            // Behind everything on its topic: once it is on the trail, the rest has been read again.
            publisher.send(publisher.record(Publisher.disabling(key), next, Instant.parse("2026-05-02T12:00:00Z")));
        }

        EventFilter ofTheKey =
                new EventFilter(Optional.empty(), Optional.empty(), List.of(), Optional.of(key), Optional.empty());
        List<Entry> added = Await.atMostSeconds(60)
                .value("the new event", () -> trail.list(ofTheKey, 0, 10), found -> !found.isEmpty());

        assertThat(added).singleElement().satisfies(entry -> {
            assertThat(entry.fact().sequence()).isEqualTo(next);
            assertThat(entry.position()).isEqualTo(before.size() + 1);
        });
        assertThat(trail.list(EventFilter.ALL, 0, before.size() + 1).subList(0, before.size()))
                .isEqualTo(before);
        EventFilter ofKeys = new EventFilter(
                Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.of(Family.KEYS.source()));
        assertThat(trail.list(ofKeys, 0, Trail.MOST_ENTRIES))
                .extracting(entry -> entry.fact().id())
                .containsExactlyElementsOf(decodableOnTheTopic());
        assertThat(verification.run(Optional.empty()).intact()).isTrue();
    }

    /** Each id once, in the order of its first record. */
    private List<String> decodableOnTheTopic() {
        List<String> ids = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(KEYS));
            consumer.seekToBeginning(List.of(KEYS));
            long end = consumer.endOffsets(List.of(KEYS)).get(KEYS);
            while (consumer.position(KEYS) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
                    String id = new String(
                            record.headers().lastHeader("ce_id").value(), java.nio.charset.StandardCharsets.UTF_8);
                    if (record.value()[1] != 'n' && !ids.contains(id)) {
                        ids.add(id);
                    }
                }
            }
        }
        return ids;
    }
}
