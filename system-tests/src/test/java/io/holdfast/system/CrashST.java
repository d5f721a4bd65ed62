package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** kill -9 loses nothing. */
class CrashST {
    private static final int SECRETS = 3000;
    private static final int WINDOW = 32;

    @Test
    void secretServiceKilledInTheMiddleOfAJob() {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            createMany(endpoint, SECRETS);
            JsonNode before = fixture.api.secretsPerKeyVersion(fixture.cluster).path("secretsPerKeyVersion");
            assertThat(before.path(fixture.firstVersion).asLong()).isEqualTo(SECRETS);

            String second = fixture.api.rotate(fixture.key).path("id").asText();
            Checks.eventually("a job under way", Duration.ofSeconds(20), () -> {
                for (JsonNode job : fixture.api.reencryptions(fixture.cluster)) {
                    if (job.path("keyVersionId").asText().equals(second)
                            && job.path("done").asLong() > 0) {
                        return Optional.of(job);
                    }
                }
                return Optional.empty();
            });
            Stack.kill("secret-service");
            Stack.up();

            JsonNode job = fixture.awaitJob(second, Duration.ofSeconds(90));
            JsonNode after = fixture.api.secretsPerKeyVersion(fixture.cluster).path("secretsPerKeyVersion");
            assertThat(job.path("failed").asLong()).isZero();
            assertThat(after.size()).isEqualTo(1);
            assertThat(after.path(second).asLong()).isEqualTo(SECRETS);
            KubernetesEndpoint again = fixture.endpoint();
            assertThat(again.get(Fixture.secretPath("many-0")).statusCode()).isEqualTo(200);
            assertThat(again.get(Fixture.secretPath("many-" + (SECRETS - 1))).statusCode())
                    .isEqualTo(200);
            fixture.events.await(
                    "ReencryptionCompleted",
                    event -> event.data().path("toKeyVersionId").asText().equals(second));
        }
    }

    @Test
    void keyServiceKilledBetweenStateAndPublish() {
        try (Fixture fixture = new Fixture()) {
            List<String> versions = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                // A broker that does not answer keeps the relay from publishing what the answer has committed.
                Stack.signal("kafka", "STOP");
                try {
                    versions.add(fixture.api.rotate(fixture.key).path("id").asText());
                    Stack.kill("key-service");
                } finally {
                    Stack.signal("kafka", "CONT");
                }
                Stack.up();
            }

            for (String version : versions) {
                fixture.events.await(
                        "KeyRotated",
                        event -> event.data().path("keyVersionId").asText().equals(version));
            }
            // What one relay published and the next one published again carries the same id and sequence.
            List<EventTail.CloudEvent> line = fixture.events.all().stream()
                    .filter(event ->
                            event.attributes().getOrDefault("ce_source", "").equals("/holdfast/keys"))
                    .toList();
            var idsBySequence = new java.util.TreeMap<Long, String>();
            for (EventTail.CloudEvent event : line) {
                String id = event.attributes().getOrDefault("ce_id", "");
                String earlier = idsBySequence.putIfAbsent(event.sequence(), id);
                assertThat(earlier == null || earlier.equals(id))
                        .as("sequence %d belongs to one event", event.sequence())
                        .isTrue();
            }
            assertThat(idsBySequence.firstKey()).isEqualTo(1);
            assertThat(idsBySequence.lastKey()).as("no gap").isEqualTo(idsBySequence.size());
            assertThat(line.stream()
                            .filter(event -> event.type().equals("io.holdfast.KeyRotated.v1")
                                    && event.attributes()
                                            .getOrDefault("ce_subject", "")
                                            .equals(fixture.key))
                            .map(event -> event.attributes().getOrDefault("ce_id", ""))
                            .distinct())
                    .hasSize(3);
            fixture.awaitJob(versions.getLast(), Duration.ofSeconds(60));
        }
    }

    static void createMany(KubernetesEndpoint endpoint, int count) {
        List<CompletableFuture<HttpResponse<String>>> window = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"many-" + i
                    + "\"},\"stringData\":{\"value\":\"" + "v".repeat(512) + "\"}}";
            window.add(endpoint.client()
                    .sendAsync(
                            endpoint.request("POST", "/api/v1/namespaces/default/secrets", "application/json", body),
                            HttpResponse.BodyHandlers.ofString()));
            if (window.size() == WINDOW || i == count - 1) {
                for (var answer : window) {
                    HttpResponse<String> created = answer.join();
                    assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
                }
                window.clear();
            }
        }
    }
}
