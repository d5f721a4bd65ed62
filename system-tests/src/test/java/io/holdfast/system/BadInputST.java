package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What bad input gets: the API's own shape, the right status, never a 500. */
class BadInputST {
    private static final int MUTATIONS = 440;
    /** Of all requests together, at the least. */
    private static final int AT_LEAST = 10_000;

    @Test
    void unsignedAndWronglySignedRequestsAreNotAuthenticated() throws Exception {
        StackEnvironment stack = Stack.up();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (URI operation : List.of(
                    stack.keys().resolve("/20180608/vaults?compartmentId=x"),
                    stack.keys().resolve("/20180608/keys/x"),
                    stack.keys().resolve("/20160918/policies"),
                    stack.keys().resolve("/20160918/compartments"),
                    stack.clusters().resolve("/20180222/clusters"),
                    stack.clusters().resolve("/20180222/workRequests/x"),
                    stack.audit().resolve("/v1/events"),
                    stack.audit().resolve("/v1/verification"))) {
                HttpRequest.Builder request = HttpRequest.newBuilder(operation);
                HttpResponse<String> unsigned = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                HttpResponse<String> wrong = http.send(
                        request.header("authorization", "Signature version=\"1\",keyId=\"a/b/c\"")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

                for (HttpResponse<String> refused : List.of(unsigned, wrong)) {
                    assertThat(refused.statusCode()).as(operation.toString()).isEqualTo(401);
                    assertThat(refused.body()).contains("\"code\":\"NotAuthenticated\"", "\"message\"");
                }
            }
        }
    }

    @Test
    void aRequestSignedTooLongAgoIsNotAuthenticated() {
        StackEnvironment stack = Stack.up();
        OciClient late = new OciClient(stack, Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-6)));

        expect(
                late.get(
                        stack.keys(),
                        "/20160918/policies?compartmentId=" + late.profile().tenancy()),
                401,
                "NotAuthenticated");
    }

    @Test
    void ociErrorsByTheBook() {
        StackEnvironment stack = Stack.up();
        HoldfastApi api = new HoldfastApi(stack);
        OciClient client = api.client();
        String root = api.tenancy();
        String missing = "ocid1.key.oc1.iad.bbpcqhz3aaeug.aaaaaaaanosuchkey";

        expect(client.get(stack.keys(), "/20180608/keys/" + missing), 404, "NotAuthorizedOrNotFound");
        expect(client.get(stack.keys(), "/20180608/keys/nonsense"), 404, "NotAuthorizedOrNotFound");
        expect(client.get(stack.keys(), "/20180608/nothing"), 404, "NotFound");
        expect(client.post(stack.keys(), "/20180608/keys", "a string"), 400, "CannotParseRequest");
        assertThat(expect(
                                client.post(stack.keys(), "/20180608/vaults", Map.of("compartmentId", root)),
                                400,
                                "MissingParameter")
                        .text())
                .contains("displayName");
        assertThat(expect(
                                client.post(
                                        stack.keys(),
                                        "/20180608/keys",
                                        Map.of(
                                                "compartmentId",
                                                root,
                                                "displayName",
                                                "k",
                                                "keyShape",
                                                Map.of("algorithm", "AES", "length", 31))),
                                400,
                                "InvalidParameter")
                        .text())
                .contains("keyShape");
        assertThat(expect(
                                client.post(
                                        stack.keys(),
                                        "/20160918/policies",
                                        Map.of(
                                                "compartmentId",
                                                root,
                                                "name",
                                                "bad",
                                                "description",
                                                "bad",
                                                "statements",
                                                List.of("Allow any-user to use keys on tenancy"))),
                                400,
                                "InvalidParameter")
                        .text())
                .contains("1:");
        expect(
                api.createCluster(root, "c", api.kubernetesVersions().getFirst(), missing),
                400,
                "RelatedResourceNotAuthorizedOrNotFound");
        expect(api.createCluster(root, "c", "v0.1.0", missing), 400, "InvalidParameter");
    }

    /** Seeded mutations of valid requests: whatever they get, it is an answer of the API's own shape and no 500. */
    @Test
    void noMutationOfAValidRequestIsA500() throws Exception {
        try (Fixture fixture = new Fixture()) {
            List<ValidRequest> valid = new ValidRequests(fixture).all();
            assertThat(valid.size() * MUTATIONS).isGreaterThanOrEqualTo(AT_LEAST);
            OciClient client = fixture.api.client();
            for (ValidRequest request : valid) {
                // A seed that is refused would have its mutations refused for the same reason, and test nothing.
                OciClient.Answer itself = request.send(client, request.seed());
                assertThat(itself.status()).as(request + " -> " + itself.text()).isEqualTo(request.status());
                request.undo().run();
            }
            Random random = new Random(20_261_124);
            for (ValidRequest request : valid) {
                for (int i = 0; i < MUTATIONS; i++) {
                    byte[] mutated = mutated(request.seed(), random);
                    OciClient.Answer answer = request.send(client, mutated);
                    String as = request.method() + " " + request.base() + request.target() + " "
                            + new String(mutated, StandardCharsets.UTF_8) + " -> " + answer.status() + " "
                            + answer.text();

                    assertThat(answer.status()).as(as).isLessThan(500);
                    assertThat(answer.status())
                            .as("it reaches the operation: " + as)
                            .isNotIn(401, 405);
                    if (answer.status() >= 400) {
                        assertThat(answer.body().path("code").asText()).as(as).isNotEqualTo("NotFound");
                        assertThat(answer.body().path("code").asText()).as(as).isNotEmpty();
                    } else {
                        request.undo().run();
                    }
                }
            }
        }
    }

    private static byte[] mutated(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
                case 2 -> bytes[at] = (byte) "{}[]\",:0-e".charAt(random.nextInt(10));
                default -> {
                    // A run of the body once more in its middle: names and values in wrong places.
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(40));
                    byte[] longer = new byte[bytes.length + end - at];
                    System.arraycopy(bytes, 0, longer, 0, end);
                    System.arraycopy(bytes, at, longer, end, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    @Test
    void aDisabledKeyIsRefusedForAClusterAndNothingHalfMadeIsLeft() {
        try (Fixture fixture = new Fixture()) {
            fixture.api.action(fixture.key, "disable");
            int before = clusters(fixture);

            OciClient.Answer refused = fixture.api.createCluster(
                    fixture.api.tenancy(),
                    "half-made",
                    fixture.api.kubernetesVersions().getFirst(),
                    fixture.key);

            assertThat(refused.status()).isIn(400, 409);
            assertThat(refused.text()).contains("DISABLED");
            assertThat(clusters(fixture)).isEqualTo(before);
            OciClient.Answer outside = fixture.api
                    .client()
                    .post(
                            fixture.stack.keys(),
                            "/20180608/keys/" + fixture.key + "/actions/scheduleDeletion",
                            Map.of(
                                    "timeOfDeletion",
                                    Instant.now().plusSeconds(90L * 86_400).toString()));
            assertThat(expect(outside, 400, "InvalidParameter").text()).contains("timeOfDeletion");
            fixture.api.action(fixture.key, "enable");
        }
    }

    @Test
    void kubernetesErrorsAsRealServersSendThem() {
        try (Fixture fixture = new Fixture()) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            fixture.createSecret(endpoint, "here", "value");
            String json = "application/json";
            String secrets = "/api/v1/namespaces/default/secrets";

            status(endpoint.get(Fixture.secretPath("absent")), 404, "NotFound");
            status(endpoint.send("POST", secrets, json, secret("here", "")), 409, "AlreadyExists");
            status(endpoint.send("POST", "/api/v1/namespaces/absent/secrets", json, secret("a", "")), 404, "NotFound");
            status(endpoint.send("POST", secrets, json, secret("Bad_Name", "")), 422, "Invalid");
            status(endpoint.send("POST", secrets, json, "{"), 400, "BadRequest");
            status(endpoint.send("PATCH", Fixture.secretPath("here"), "text/plain", "x"), 415, "UnsupportedMediaType");
            status(
                    endpoint.send(
                            "PUT", Fixture.secretPath("here"), json, secret("here", "\"resourceVersion\":\"1\",")),
                    409,
                    "Conflict");
            status(endpoint.get(secrets + "?continue=nonsense"), 400, "BadRequest");
            status(endpoint.send("POST", secrets, json, " ".repeat(4 << 20)), 413, "RequestEntityTooLarge");
            assertThat(endpoint.get(secrets + "?watch=true&resourceVersion=1&timeoutSeconds=2")
                            .body())
                    .as("a watch from a revision before the cluster, compacted or not, ends")
                    .isNotNull();
        }
    }

    @Test
    void aTokenOfAnotherClusterIsUnauthorized() {
        try (Fixture one = new Fixture();
                Fixture other = new Fixture()) {
            assertThat(one.endpoint().get("/api/v1/namespaces").statusCode()).isEqualTo(200);
            KubernetesEndpoint swapped = new KubernetesEndpoint(one.stack, swap(one, other));

            status(swapped.get("/api/v1/namespaces"), 401, "Unauthorized");
        }
    }

    /** A kubeconfig with the first one's server and the other one's token. */
    private static java.nio.file.Path swap(Fixture one, Fixture other) {
        try {
            String yaml = java.nio.file.Files.readString(other.kubeconfig).replace(other.cluster, one.cluster);
            return java.nio.file.Files.writeString(one.kubeconfig.resolveSibling("kubeconfig-swapped"), yaml);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int clusters(Fixture fixture) {
        return fixture.api
                .client()
                .get(
                        fixture.stack.clusters(),
                        "/20180222/clusters?compartmentId=" + fixture.api.tenancy() + "&limit=1000")
                .expectSuccess("listing clusters")
                .body()
                .size();
    }

    private static String secret(String name, String metadata) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{" + metadata + "\"name\":\"" + name + "\"}}";
    }

    private static OciClient.Answer expect(OciClient.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.body().path("code").asText()).as(answer.text()).isEqualTo(code);
        assertThat(answer.header("opc-request-id")).isNotEmpty();
        return answer;
    }

    private static void status(HttpResponse<String> answer, int code, String reason) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        assertThat(answer.body()).contains("\"kind\":\"Status\"").contains("\"reason\":\"" + reason + "\"");
        assertThat(Optional.of(answer.body()).orElseThrow()).doesNotContain("Exception");
    }
}
