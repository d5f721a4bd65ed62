package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.system.TraceCollector.Received;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One trace follows a Secret across services, and a rotation across Kafka, as a collector receives it. */
class TraceST {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String VALUE = "a value that no span may tell";

    @Test
    void aSecretsRequestIsOneTraceAcrossServices() throws Exception {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            Traced created = traced(
                    endpoint,
                    endpoint.request(
                            "POST",
                            "/api/v1/namespaces/default/secrets",
                            "application/json",
                            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"traced\"},"
                                    + "\"stringData\":{\"value\":\"" + VALUE + "\"}}"));
            assertThat(created.status()).isEqualTo(201);
            Traced read = traced(endpoint, endpoint.request("GET", Fixture.secretPath("traced"), "", ""));
            assertThat(read.status()).isEqualTo(200);

            assertThatItCrossed(created, "Wrap");
            assertThatItCrossed(read, "Unwrap");
        }
    }

    /** @param spanId of the client's own span, which the collector is not told of */
    private record Traced(String traceId, String spanId, int status) {}

    private static Traced traced(KubernetesEndpoint endpoint, HttpRequest request) throws Exception {
        String traceId = random(16);
        String spanId = random(8);
        HttpRequest sent = HttpRequest.newBuilder(request, (name, value) -> true)
                .header("traceparent", "00-" + traceId + "-" + spanId + "-01")
                .build();
        HttpResponse<String> answer = endpoint.client().send(sent, HttpResponse.BodyHandlers.ofString());
        return new Traced(traceId, spanId, answer.statusCode());
    }

    private static void assertThatItCrossed(Traced request, String method) {
        Predicate<Received> server = span -> span.raw().getKind() == SpanKind.SPAN_KIND_SERVER;
        Predicate<Received> secretService = server.and(span -> span.service().equals("secret-service"));
        Predicate<Received> keyService = server.and(span ->
                span.service().equals("key-service") && span.raw().getName().endsWith("KeyCrypto/" + method));
        List<Received> spans = await(request.traceId(), secretService, keyService);
        Received served = the(spans, secretService);
        Received called = the(spans, keyService);

        assertThat(served.parentId()).isEqualTo(request.spanId());
        assertThat(ancestors(spans, called)).contains(served.spanId());
        assertTellsNothing(spans);
    }

    @Test
    void aRotationIsOneTraceAcrossKafka() {
        try (Fixture fixture = new Fixture()) {
            fixture.createSecret(fixture.endpoint(), "traced", VALUE);
            JsonNode version = fixture.api.rotate(fixture.key);
            String second = version.path("id").asText();
            fixture.awaitJob(second, BOUND);

            String rotated = traceOf(fixture.events.await("KeyRotated", fixture.key));
            String started = traceOf(fixture.events.await(
                    "ReencryptionStarted",
                    event -> event.data().path("toKeyVersionId").asText().equals(second)));
            assertThat(started).isEqualTo(rotated);

            Predicate<Received> request = span ->
                    span.service().equals("key-service") && span.raw().getName().startsWith("POST /20180608/keys/");
            List<Received> spans =
                    await(rotated, request, consumerOfKeys("secret-service"), consumerOfKeys("audit-service"));
            Received requested = the(spans, request);
            for (String consumer : List.of("secret-service", "audit-service")) {
                Received consumed = spans.stream()
                        .filter(consumerOfKeys(consumer))
                        .findFirst()
                        .orElseThrow();
                assertThat(ancestors(spans, consumed)).contains(requested.spanId());
            }
            assertTellsNothing(spans);
        }
    }

    private static Predicate<Received> consumerOfKeys(String service) {
        return span -> span.service().equals(service)
                && span.raw().getKind() == SpanKind.SPAN_KIND_CONSUMER
                && span.raw().getName().contains("holdfast.keys.v1");
    }

    /** Services send their spans in batches of their own: waits until each that is wanted has come. */
    @SafeVarargs
    private static List<Received> await(String traceId, Predicate<Received>... wanted) {
        try {
            return Checks.eventually("the spans of trace " + traceId, BOUND, () -> {
                List<Received> spans = Stack.TRACES.trace(traceId);
                return Stream.of(wanted).allMatch(each -> spans.stream().anyMatch(each))
                        ? Optional.of(spans)
                        : Optional.empty();
            });
        } catch (StepFailed incomplete) {
            throw new AssertionError("only these came: " + Stack.TRACES.trace(traceId), incomplete);
        }
    }

    private static Received the(List<Received> spans, Predicate<Received> wanted) {
        List<Received> found = spans.stream().filter(wanted).toList();
        assertThat(found).as(spans.toString()).hasSize(1);
        return found.getFirst();
    }

    private static List<String> ancestors(List<Received> spans, Received of) {
        Map<String, Received> byId = spans.stream().collect(Collectors.toMap(Received::spanId, Function.identity()));
        List<String> ids = new java.util.ArrayList<>();
        for (String id = of.parentId(); byId.containsKey(id); id = byId.get(id).parentId()) {
            ids.add(id);
        }
        return ids;
    }

    private static void assertTellsNothing(List<Received> spans) {
        for (Received span : spans) {
            assertThat(new String(span.raw().toByteArray(), StandardCharsets.ISO_8859_1))
                    .doesNotContain(VALUE)
                    .doesNotContain(
                            java.util.Base64.getEncoder().encodeToString(VALUE.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static String random(int bytes) {
        byte[] id = new byte[bytes];
        ThreadLocalRandom.current().nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    private static String traceOf(EventTail.CloudEvent event) {
        String traceparent = event.attributes().getOrDefault("traceparent", "");
        assertThat(traceparent).as(event.type()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
        return traceparent.split("-")[1];
    }
}
