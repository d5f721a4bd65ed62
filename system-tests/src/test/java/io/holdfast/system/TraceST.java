package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The trace of a rotation crosses key-service, Kafka and secret-service. */
class TraceST {
    @Test
    void reencryptionBelongsToTheTraceOfItsRotation() {
        try (Fixture fixture = new Fixture()) {
            fixture.createSecret(fixture.endpoint(), "traced", "value");
            JsonNode version = fixture.api.rotate(fixture.key);
            String second = version.path("id").asText();
            fixture.awaitJob(second, Duration.ofSeconds(30));

            String rotated = traceOf(fixture.events.await("KeyRotated", fixture.key));
            String started = traceOf(fixture.events.await(
                    "ReencryptionStarted",
                    event -> event.data().path("toKeyVersionId").asText().equals(second)));

            assertThat(rotated).matches("[0-9a-f]{32}").isNotEqualTo("0".repeat(32));
            assertThat(started).isEqualTo(rotated);
        }
    }

    private static String traceOf(EventTail.CloudEvent event) {
        String traceparent = event.attributes().getOrDefault("traceparent", "");
        assertThat(traceparent).as(event.type()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
        return traceparent.split("-")[1];
    }
}
