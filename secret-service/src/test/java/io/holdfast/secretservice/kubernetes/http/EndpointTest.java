package io.holdfast.secretservice.kubernetes.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.kernel.Validity;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.Resource;
import io.holdfast.secretservice.storage.StorageRefusal;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.Seeded;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(120)
class EndpointTest {
    private static final String SECRETS = "/api/v1/namespaces/default/secrets";
    private static final String JSON = "application/json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private static final String PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    private static final String APPLY = "application/apply-patch+yaml";
    private static final String APPLIED = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"new\"}}";

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private static JsonNode json(HttpResponse<String> response) {
        JsonNode node = Json.read(response.body().getBytes(StandardCharsets.UTF_8));
        assertThat(node).as(response.body()).isNotNull();
        return node;
    }

    private JsonNode create(String name, String more) throws Exception {
        HttpResponse<String> response = server.send(
                "POST",
                SECRETS,
                JSON,
                "{\"metadata\":{\"name\":\"" + name + "\"}" + (more.isEmpty() ? "" : "," + more) + "}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return json(response);
    }

    private void assertStatus(HttpResponse<String> response, int code, String reason) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        JsonNode status = json(response);
        assertThat(status.path("kind").asText()).isEqualTo("Status");
        assertThat(status.path("reason").asText()).isEqualTo(reason);
        assertThat(status.path("code").asInt()).isEqualTo(code);
    }

    @Test
    void answersWhatKubernetesAnswersForBadInput() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        assertStatus(
                server.send(HttpRequest.newBuilder(java.net.URI.create(server.base() + SECRETS))), 401, "Unauthorized");
        assertStatus(
                server.send(HttpRequest.newBuilder(java.net.URI.create(server.base() + SECRETS))
                        .header("Authorization", "Bearer wrong")),
                401,
                "Unauthorized");
        assertStatus(
                server.send(server.request(SECRETS).header("Authorization", "Bearer token-admin")),
                401,
                "Unauthorized");
        assertStatus(server.get("/api/v1/pods"), 404, "NotFound");
        assertStatus(server.get("/apis/apps/v1"), 404, "NotFound");
        assertStatus(server.get(SECRETS + "/none"), 404, "NotFound");
        assertStatus(server.get(SECRETS + "/No%2Fne"), 404, "NotFound");
        assertStatus(server.send("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"a\"}}"), 409, "AlreadyExists");
        assertStatus(server.send("POST", SECRETS, JSON, "{"), 400, "BadRequest");
        assertStatus(server.send("POST", SECRETS, JSON, "[]"), 400, "BadRequest");
        assertStatus(server.send("POST", SECRETS, JSON, "{\"metadata\":{\"name\":5}}"), 400, "BadRequest");
        assertStatus(server.send("POST", SECRETS, JSON, "{\"kind\":\"Pod\"}"), 400, "BadRequest");
        assertStatus(
                server.send("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"b\"},\"data\":{\"k\":\"no base64\"}}"),
                400,
                "BadRequest");
        assertStatus(server.send("POST", SECRETS, "text/html", "x"), 415, "UnsupportedMediaType");
        assertStatus(server.send("PATCH", SECRETS + "/a", "text/html", "x"), 415, "UnsupportedMediaType");
        assertStatus(
                server.send("POST", SECRETS, "application/vnd.kubernetes.protobuf", "k8s\0garbage"), 400, "BadRequest");
        assertStatus(server.send("POST", SECRETS, JSON, " ".repeat((3 << 20) + 1)), 413, "RequestEntityTooLarge");
        assertStatus(server.get(SECRETS + "?continue=x"), 400, "BadRequest");
        assertStatus(server.get(SECRETS + "?limit=x"), 400, "BadRequest");
        assertStatus(server.get(SECRETS + "?labelSelector=a%20b"), 400, "BadRequest");
        assertStatus(server.get(SECRETS + "?fieldSelector=data.k%3Dx"), 400, "BadRequest");
        assertStatus(server.get(SECRETS, "text/html"), 406, "NotAcceptable");
        assertStatus(server.get(SECRETS + "/a?resourceVersion=999999"), 504, "Timeout");
        assertStatus(server.send("POST", SECRETS + "/a", JSON, "{}"), 405, "MethodNotAllowed");
        assertStatus(
                server.send("PATCH", SECRETS + "/a", MERGE, "{\"metadata\":{\"resourceVersion\":\"1\"}}"),
                409,
                "Conflict");
        assertStatus(server.send("PATCH", SECRETS + "/a", MERGE, "{\"metadata\":{\"uid\":\"x\"}}"), 409, "Conflict");
        assertStatus(
                server.send("DELETE", SECRETS + "/a", JSON, "{\"preconditions\":{\"uid\":\"x\"}}"), 409, "Conflict");
        assertStatus(server.send("DELETE", "/api/v1/namespaces/default", "", ""), 403, "Forbidden");

        HttpResponse<String> invalid = server.send(
                "POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"Bad_Name\"},\"data\":{\"bad key\":\"\"}}");
        assertStatus(invalid, 422, "Invalid");
        assertThat(json(invalid).at("/details/causes"))
                .extracting(it -> it.path("field").asText())
                .containsExactly("metadata.name", "data[bad key]");
        assertThat(json(invalid).path("message").asText())
                .startsWith("Secret \"Bad_Name\" is invalid: [metadata.name: Invalid");

        HttpResponse<String> strict = server.send(
                "POST", SECRETS + "?fieldValidation=Strict", JSON, "{\"metadata\":{\"name\":\"c\"},\"spec\":{}}");
        assertStatus(strict, 400, "BadRequest");
        assertThat(strict.body()).contains("strict decoding error: unknown field \\\"spec\\\"");
        HttpResponse<String> warned = server.send("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"c\"},\"spec\":{}}");
        assertThat(warned.statusCode()).isEqualTo(201);
        assertThat(warned.headers().firstValue("Warning")).hasValue("299 - \"unknown field \\\"spec\\\"\"");
    }

    @Test
    void keepsTheServersSideOfAnObject() throws Exception {
        JsonNode made = create("a", "\"stringData\":{\"k\":\"v\"},\"type\":\"example.com/x\"");
        assertThat(made.at("/data/k").asText()).isEqualTo("dg==");
        assertThat(made.has("stringData")).isFalse();
        assertThat(made.at("/metadata/uid").asText()).hasSize(36);
        assertThat(made.at("/metadata/managedFields/0/fieldsV1/f:data/f:k").isObject())
                .isTrue();
        HttpResponse<String> named = server.send("POST", SECRETS, JSON, "{\"metadata\":{\"generateName\":\"g-\"}}");
        assertThat(json(named).at("/metadata/name").asText()).matches("g-[a-z0-9]{5}");
        assertThat(json(named).path("type").asText()).isEqualTo("Opaque");
        assertStatus(server.send("PATCH", SECRETS + "/a", MERGE, "{\"type\":\"Opaque\"}"), 422, "Invalid");
        assertThat(server.send("PATCH", SECRETS + "/a", MERGE, "{\"immutable\":true}")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = server.send("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}");
        assertStatus(refused, 422, "Invalid");
        assertThat(json(refused).at("/details/causes/0/reason").asText()).isEqualTo("FieldValueForbidden");

        HttpResponse<String> dry =
                server.send("POST", SECRETS + "?dryRun=All", JSON, "{\"metadata\":{\"name\":\"dry\"}}");
        assertThat(dry.statusCode()).isEqualTo(201);
        assertStatus(server.get(SECRETS + "/dry"), 404, "NotFound");
        assertStatus(
                server.send("POST", SECRETS + "?dryRun=All", JSON, "{\"metadata\":{\"name\":\"a\"}}"),
                409,
                "AlreadyExists");

        create("held", "\"type\":\"Opaque\"");
        server.send("PATCH", SECRETS + "/held", MERGE, "{\"metadata\":{\"finalizers\":[\"example.com/wait\"]}}");
        JsonNode marked = json(server.send("DELETE", SECRETS + "/held", "", ""));
        assertThat(marked.at("/metadata/deletionTimestamp").asText()).isNotEmpty();
        assertThat(server.get(SECRETS + "/held").statusCode()).isEqualTo(200);
        server.send("PATCH", SECRETS + "/held", MERGE, "{\"metadata\":{\"finalizers\":null}}");
        assertStatus(server.get(SECRETS + "/held"), 404, "NotFound");
    }

    @Test
    void listsInChunksOfOneRevision() throws Exception {
        for (int i = 0; i < 5; i++) {
            create("s" + i, "\"data\":{}");
        }
        JsonNode first = json(server.get(SECRETS + "?limit=2"));
        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(3);
        create("later", "\"data\":{}");
        String token = first.at("/metadata/continue").asText();
        JsonNode second = json(server.get(SECRETS + "?limit=2&continue=" + token));
        assertThat(second.at("/metadata/resourceVersion")).isEqualTo(first.at("/metadata/resourceVersion"));
        JsonNode third = json(server.get(
                SECRETS + "?limit=2&continue=" + second.at("/metadata/continue").asText()));
        assertThat(third.path("items")).hasSize(1);
        assertThat(third.at("/metadata").has("continue")).isFalse();
        String exact = first.at("/metadata/resourceVersion").asText();
        assertThat(json(server.get(SECRETS + "?resourceVersionMatch=Exact&resourceVersion=" + exact))
                        .path("items"))
                .hasSize(5);
        server.storage.compact();
        assertStatus(server.get(SECRETS + "?limit=2&continue=" + token), 410, "Expired");
        assertStatus(server.get("/api/v1/namespaces/kube-system/secrets?continue=" + token), 400, "BadRequest");
    }

    @Test
    void refusesWhatPolicyDoesNotAllow() throws Exception {
        create("a", "\"type\":\"Opaque\"");
        create("t", "\"type\":\"example.com/x\"");
        server.rule = (caller, operation, permission, variables) -> false;
        HttpResponse<String> get = server.get(SECRETS + "/a");
        assertStatus(get, 403, "Forbidden");
        assertThat(json(get).path("message").asText())
                .isEqualTo(
                        "secrets \"a\" is forbidden: User \"admin\" cannot get resource \"secrets\" in API group \"\""
                                + " in the namespace \"default\"");
        // What is not there looks the same.
        assertStatus(server.get(SECRETS + "/none"), 403, "Forbidden");
        assertStatus(server.send("DELETE", SECRETS + "/a", "", ""), 403, "Forbidden");
        assertStatus(server.send("PATCH", SECRETS + "/a", MERGE, "{}"), 403, "Forbidden");
        assertStatus(server.send("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"b\"}}"), 403, "Forbidden");
        assertStatus(server.get("/api/v1/secrets"), 403, "Forbidden");
        assertStatus(server.get("/api/v1/secrets?watch=1"), 403, "Forbidden");
        assertStatus(
                server.send("POST", "/api/v1/namespaces", JSON, "{\"metadata\":{\"name\":\"b\"}}"), 403, "Forbidden");
        server.rule = (caller, operation, permission, variables) ->
                "example.com/x".equals(variables.get("target.secret.type"));
        assertThat(server.get(SECRETS + "/t").statusCode()).isEqualTo(200);
        assertStatus(server.get(SECRETS + "/a"), 403, "Forbidden");
        assertThat(json(server.get(SECRETS + "?fieldSelector=type%3Dexample.com/x"))
                        .path("items"))
                .hasSize(1);
        assertStatus(server.get(SECRETS), 403, "Forbidden");
        server.rule = (caller, operation, permission, variables) -> permission.equals("CLUSTER_SECRET_INSPECT");
        assertStatus(server.get(SECRETS), 403, "Forbidden");
        assertThat(json(server.get(SECRETS, TABLE)).at("/rows/0/cells/0").asText())
                .isEqualTo("a");
        assertThat(server.get(SECRETS, TABLE).body()).doesNotContain("Opaque");
    }

    @Test
    void showsOnlyNamesWhileBlocked() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        server.storage.block(
                server.cluster,
                new StorageRefusal.KeyAccessBlocked(
                        "ocid1.key.oc1..k",
                        "KEY_PENDING_DELETION",
                        "until 2026-12-01; cancelDeletion brings it back",
                        false));
        HttpResponse<String> get = server.get(SECRETS + "/a");
        assertStatus(get, 403, "Forbidden");
        assertThat(json(get).at("/details/causes/0/reason").asText()).isEqualTo("KeyAccessBlocked");
        assertThat(json(get).at("/details/causes/0/message").asText())
                .contains("ocid1.key.oc1..k")
                .contains("KEY_PENDING_DELETION")
                .contains("cancelDeletion");
        assertStatus(server.get(SECRETS), 403, "Forbidden");
        assertStatus(server.get(SECRETS + "?watch=true&resourceVersion=1"), 403, "Forbidden");
        assertStatus(server.send("PATCH", SECRETS + "/a", MERGE, "{}"), 403, "Forbidden");
        assertThat(json(server.get(SECRETS, TABLE)).at("/rows/0/cells").toString())
                .isEqualTo("[\"a\",\"KeyAccessBlocked\"]");
        assertThat(json(server.get("/api/v1/secrets", PARTIAL))
                        .at("/items/0/metadata/namespace")
                        .asText())
                .isEqualTo("default");
        assertThat(json(server.get(SECRETS + "/a", TABLE)).at("/rows/0/cells/1").asText())
                .isEqualTo("KeyAccessBlocked");
        assertStatus(server.get(SECRETS + "/none", TABLE), 404, "NotFound");
        assertStatus(server.send("DELETE", SECRETS + "/a", "", ""), 403, "Forbidden");
        assertThat(server.send(
                                "DELETE",
                                SECRETS + "/a",
                                JSON,
                                "{\"ignoreStoreReadErrorWithClusterBreakingPotential\":true}")
                        .statusCode())
                .isEqualTo(200);
        server.storage.block(server.cluster, null);
        assertStatus(server.get(SECRETS + "/a"), 404, "NotFound");
    }

    @Test
    void namesWhatIsDamagedAndServesTheRest() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        create("b", "\"data\":{\"k\":\"dg==\"}");
        server.storage.damage(server.cluster, "default", "a");
        assertStatus(server.get(SECRETS), 500, "StorageReadError");
        HttpResponse<String> get = server.get(SECRETS + "/a");
        assertStatus(get, 500, "StorageReadError");
        assertThat(json(get).at("/details/causes/0/field").asText()).isEqualTo("/secrets/default/a");
        assertThat(server.get(SECRETS + "/b").statusCode()).isEqualTo(200);
        assertThat(json(server.get(SECRETS, TABLE)).at("/rows/0/cells").toString())
                .isEqualTo("[\"a\",\"Damaged\"]");
        assertStatus(server.send("DELETE", SECRETS + "/a", "", ""), 500, "StorageReadError");
        assertThat(server.send("DELETE", SECRETS + "/a?ignoreStoreReadErrorWithClusterBreakingPotential=true", "", "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(1);
    }

    @Test
    void readsAgainWhenTheAccessStateMoves() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        int before = server.session.delivered.get();
        server.session.movesBeforeDelivery.set(3);
        assertThat(json(server.get(SECRETS + "/a")).at("/data/k").asText()).isEqualTo("dg==");
        assertThat(server.session.delivered.get()).isEqualTo(before + 1);
        server.session.movesBeforeDelivery.set(1);
        assertThat(server.send("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}")
                        .statusCode())
                .isEqualTo(200);
        server.session.movesBeforeDelivery.set(1_000);
        HttpResponse<String> refused = server.get(SECRETS + "/a");
        assertStatus(refused, 503, "ServiceUnavailable");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        server.session.movesBeforeDelivery.set(0);
        server.session.live(false);
        assertStatus(server.get(SECRETS), 503, "ServiceUnavailable");
        assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(server.get("/livez").body()).isEqualTo("ok");
    }

    /** Collects a watch's lines on a thread of its own. */
    private List<String> follow(String path) throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        Stream<String> stream = server.watch(path);
        Thread.ofVirtual().start(() -> {
            try {
                stream.forEach(lines::add);
            } catch (java.io.UncheckedIOException closed) {
                lines.add("closed");
            }
        });
        return lines;
    }

    @Test
    void watchesWithSelectorsBookmarksAndInitialEvents() throws Exception {
        create("a", "\"data\":{}");
        List<String> all = follow("/api/v1/secrets?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
                + "&resourceVersionMatch=NotOlderThan");
        Await.atMostSeconds(20).until("the first state", () -> all.size() >= 2);
        assertThat(all.get(0)).contains("\"type\":\"ADDED\"").contains("\"name\":\"a\"");
        assertThat(all.get(1)).contains("\"type\":\"BOOKMARK\"").contains("\"k8s.io/initial-events-end\":\"true\"");
        String version =
                json(server.get(SECRETS)).at("/metadata/resourceVersion").asText();
        List<String> gold = follow(SECRETS + "?watch=1&labelSelector=tier%3Dgold&resourceVersion=" + version);
        server.session.move();
        server.send("PATCH", SECRETS + "/a", MERGE, "{\"metadata\":{\"labels\":{\"tier\":\"gold\"}}}");
        server.send("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}");
        server.send("PATCH", SECRETS + "/a", MERGE, "{\"metadata\":{\"labels\":{\"tier\":\"lead\"}}}");
        server.send("DELETE", SECRETS + "/a", "", "");
        Await.atMostSeconds(20).until("three events of gold", () -> gold.size() >= 3);
        assertThat(gold)
                .extracting(it -> it.substring(0, it.indexOf(',')))
                .containsExactly("{\"type\":\"ADDED\"", "{\"type\":\"MODIFIED\"", "{\"type\":\"DELETED\"");
        Await.atMostSeconds(20).until("six events of all", () -> all.size() >= 6);
        assertThat(all.get(5)).startsWith("{\"type\":\"DELETED\"");
        server.storage.compact();
        List<String> old = follow(SECRETS + "?watch=1&resourceVersion=1");
        Await.atMostSeconds(20).until("an error", () -> !old.isEmpty());
        assertThat(old.getFirst())
                .contains("\"type\":\"ERROR\"")
                .contains("\"reason\":\"Expired\"")
                .contains("410");
        String fresh = json(server.get(SECRETS)).at("/metadata/resourceVersion").asText();
        List<String> brief = follow(SECRETS + "?watch=1&timeoutSeconds=1&resourceVersion=" + fresh);
        Await.atMostSeconds(20).until("the brief and the old watch ended", () -> server.endpoint.watches() == 2);
        assertThat(brief).isEmpty();
    }

    @Test
    void endsWatchesWhenAccessIsLost() throws Exception {
        create("a", "\"data\":{}");
        List<String> blocked = follow(SECRETS + "?watch=true");
        Await.atMostSeconds(20).until("the first event", () -> blocked.size() == 1);
        server.storage.block(
                server.cluster, new StorageRefusal.KeyAccessBlocked("k", "KEY_DISABLED", "enable it", false));
        Await.atMostSeconds(20).until("the error", () -> blocked.size() == 2);
        assertThat(blocked.get(1))
                .contains("\"type\":\"ERROR\"")
                .contains("KeyAccessBlocked")
                .contains("403");
        server.storage.block(server.cluster, null);

        List<String> denied = follow(SECRETS + "?watch=true");
        Await.atMostSeconds(20).until("the first event", () -> denied.size() == 1);
        server.rule = (caller, operation, permission, variables) -> false;
        server.session.move();
        Await.atMostSeconds(20).until("the error", () -> denied.size() == 2);
        assertThat(denied.get(1)).contains("\"type\":\"ERROR\"").contains("\"reason\":\"Forbidden\"");
        Await.atMostSeconds(20).until("no watch is left", () -> server.endpoint.watches() == 0);
    }

    @Test
    void endsAWatchWithItsToken() throws Exception {
        create("a", "\"data\":{}");
        server.tokenExpiresAtMillis = server.now().plus(Duration.ofHours(1)).toEpochMilli();
        List<String> brief = follow(SECRETS + "?watch=true&timeoutSeconds=7200");
        Await.atMostSeconds(20).until("the first event", () -> !brief.isEmpty());
        // A second before its end, which the watch then waits for anew.
        server.ahead = Duration.ofHours(1).minusSeconds(1);
        server.session.move();
        Await.atMostSeconds(20).until("no watch is left", () -> server.endpoint.watches() == 0);
        assertThat(server.now().toEpochMilli()).isGreaterThanOrEqualTo(server.tokenExpiresAtMillis);
        assertThat(brief).hasSize(1);
    }

    @Test
    void endsAWatchWithAPermissionOfLimitedTime() throws Exception {
        create("a", "\"data\":{}");
        Instant end = permitFor(Duration.ofHours(1));
        List<String> lines = follow(SECRETS + "?watch=true&timeoutSeconds=7200");
        Await.atMostSeconds(20).until("the first event", () -> !lines.isEmpty());
        // A second before the end, which the watch then waits for anew: nothing else wakes it there.
        server.ahead = Duration.ofHours(1).minusSeconds(1);
        server.session.move();
        Await.atMostSeconds(20).until("no watch is left", () -> server.endpoint.watches() == 0);
        assertThat(server.now()).isAfterOrEqualTo(end);
        Await.atMostSeconds(20).until("the error", () -> lines.size() >= 2);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).contains("\"type\":\"ERROR\"").contains("\"reason\":\"Forbidden\"");
    }

    @Test
    void sendsNothingAfterAPermissionOfLimitedTime() throws Exception {
        create("a", "\"data\":{}");
        permitFor(Duration.ofHours(1));
        List<String> lines = follow(SECRETS + "?watch=true&timeoutSeconds=7200");
        List<String> namespaces = follow("/api/v1/namespaces?watch=true&timeoutSeconds=7200&resourceVersion=3");
        Await.atMostSeconds(20).until("the first event", () -> !lines.isEmpty());
        server.ahead = Duration.ofHours(2);
        // By another service, as this one lets nobody any more.
        server.storage.create(server.cluster, Resource.SECRETS, "default", "b", stored("b"));
        server.storage.delete(
                server.cluster,
                Resource.NAMESPACES,
                "",
                "kube-system",
                server.storage
                        .read(server.cluster, Resource.NAMESPACES, "", "kube-system")
                        .revision());
        Await.atMostSeconds(20).until("no watch is left", () -> server.endpoint.watches() == 0);
        Await.atMostSeconds(20).until("the errors", () -> lines.size() >= 2 && !namespaces.isEmpty());
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).contains("\"reason\":\"Forbidden\"").doesNotContain("\"name\":\"b\"");
        assertThat(namespaces).hasSize(1);
        assertThat(namespaces.getFirst()).contains("\"reason\":\"Forbidden\"");
    }

    @Test
    void goesOnWatchingWhereAPermissionIsGivenAnew() throws Exception {
        server.holdsUntil = Validity.until(server.now().plus(Duration.ofHours(1)));
        List<String> lines = follow(SECRETS + "?watch=true&timeoutSeconds=7200");
        server.holdsUntil = Validity.until(server.now().plus(Duration.ofHours(9)));
        server.ahead = Duration.ofHours(2);
        create("a", "\"data\":{}");
        Await.atMostSeconds(20).until("the event", () -> !lines.isEmpty());
        assertThat(lines.getFirst()).contains("\"type\":\"ADDED\"");
    }

    /** As by a condition of time: the decision says its end, and from then on it is another. */
    private Instant permitFor(Duration time) {
        Instant end = server.now().plus(time);
        server.holdsUntil = Validity.until(end);
        server.rule = (caller, operation, permission, variables) -> {
            boolean before = server.now().isBefore(end);
            if (!before) {
                server.holdsUntil = Validity.UNTIL_CHANGE;
            }
            return before;
        };
        return end;
    }

    private static SecretBytes stored(String name) {
        var object = Json.object().put("kind", "Secret").put("apiVersion", "v1").put("type", "Opaque");
        object.putObject("metadata")
                .put("name", name)
                .put("namespace", "default")
                .put("uid", "uid-" + name)
                .put("creationTimestamp", "2026-01-01T00:00:00Z");
        return ObjectText.toStorage(ResourceKind.SECRET, object);
    }

    @Test
    void writesNothingForOneWhoLostTheRightBeforeTheCommit() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        String before = server.get(SECRETS + "/a").body();
        server.session.onChange(() -> server.rule = (caller, operation, permission, variables) -> false);
        List<Supplier<HttpRequest.Builder>> writes = List.of(
                () -> write("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"new\"}}"),
                () -> write("PUT", SECRETS + "/a", JSON, "{\"data\":{\"k\":\"eA==\"}}"),
                () -> write("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}"),
                () -> write("PATCH", SECRETS + "/new?fieldManager=m", APPLY, APPLIED),
                () -> write("DELETE", SECRETS + "/a", JSON, "{}"),
                () -> write("DELETE", SECRETS, JSON, "{}"),
                () -> write("POST", "/api/v1/namespaces", JSON, "{\"metadata\":{\"name\":\"new\"}}"));
        for (Supplier<HttpRequest.Builder> write : writes) {
            server.rule = (caller, operation, permission, variables) -> true;
            server.session.movesBeforeDelivery.set(1);
            assertStatus(server.send(write.get()), 403, "Forbidden");
            assertThat(server.session.movesBeforeDelivery.get()).isZero();
        }
        server.rule = (caller, operation, permission, variables) -> true;
        assertThat(server.get(SECRETS + "/a").body()).isEqualTo(before);
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(1);
        assertStatus(server.get("/api/v1/namespaces/new"), 404, "NotFound");
    }

    @Test
    void writesNothingForOneWhoWasBlockedBeforeTheCommit() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        server.session.onChange(() -> server.revoked = true);
        server.session.movesBeforeDelivery.set(1);
        assertStatus(server.send("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}"), 401, "Unauthorized");
        server.revoked = false;
        assertThat(json(server.get(SECRETS + "/a")).at("/data/k").asText()).isEqualTo("dg==");
    }

    @Test
    void writesWhateverElseChangesInAccess() throws Exception {
        server.session.movesBeforeDelivery.set(2);
        create("a", "\"data\":{\"k\":\"dg==\"}");
        server.session.movesBeforeDelivery.set(1_000);
        assertStatus(
                server.send("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}"), 503, "ServiceUnavailable");
        server.session.movesBeforeDelivery.set(0);
        assertThat(json(server.get(SECRETS + "/a")).at("/data/k").asText()).isEqualTo("dg==");
    }

    @Test
    void writesNothingAfterAPermissionOfLimitedTime() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        permitFor(Duration.ofHours(1));
        // The time is up between the decision and the commit.
        server.rule = endingWhen("PatchClusterSecret", server.rule);
        assertStatus(server.send("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}"), 403, "Forbidden");
        server.rule = (caller, operation, permission, variables) -> true;
        assertThat(json(server.get(SECRETS + "/a")).at("/data/k").asText()).isEqualTo("dg==");
    }

    @Test
    void answersNothingAfterAPermissionOfLimitedTime() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        permitFor(Duration.ofHours(1));
        server.rule = endingWhen("GetClusterSecret", server.rule);
        assertStatus(server.get(SECRETS + "/a"), 403, "Forbidden");
        server.ahead = Duration.ZERO;
        permitFor(Duration.ofHours(1));
        server.rule = endingWhen("ListClusterSecrets", server.rule);
        assertStatus(server.get(SECRETS), 403, "Forbidden");
    }

    @Test
    void answersNothingToATokenThatWasRevokedMeanwhile() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        server.session.onChange(() -> server.revoked = true);
        server.session.movesBeforeDelivery.set(1);
        assertStatus(server.get(SECRETS + "/a"), 401, "Unauthorized");
    }

    /** The token was verified before its revocation, the permission after it: its holder may go on, the token may not. */
    @Test
    void servesNothingToATokenThatWasRevokedBeforeTheDecision() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        List<Supplier<HttpRequest.Builder>> requests = List.of(
                () -> server.request(SECRETS + "/a"),
                () -> server.request(SECRETS),
                () -> server.request(SECRETS + "?watch=true&timeoutSeconds=1"),
                () -> server.request("/api/v1/namespaces?watch=true&timeoutSeconds=1"),
                () -> write("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"new\"}}"),
                () -> write("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}"),
                () -> write("DELETE", SECRETS + "/a", JSON, "{}"));
        for (Supplier<HttpRequest.Builder> request : requests) {
            server.revoked = false;
            server.onceIdentified.set(this::revoke);
            assertStatus(server.send(request.get()), 401, "Unauthorized");
        }
        server.revoked = false;
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(1);
        assertThat(json(server.get(SECRETS + "/a")).at("/data/k").asText()).isEqualTo("dg==");
    }

    @Test
    void servesNothingToATokenThatWasRevokedDuringTheDecision() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"}");
        List<Supplier<HttpRequest.Builder>> requests = List.of(
                () -> server.request(SECRETS + "/a"),
                () -> server.request(SECRETS),
                () -> write("POST", SECRETS, JSON, "{\"metadata\":{\"name\":\"new\"}}"),
                () -> write("PATCH", SECRETS + "/a", MERGE, "{\"data\":{\"k\":\"eA==\"}}"),
                () -> write("DELETE", SECRETS + "/a", JSON, "{}"));
        for (Supplier<HttpRequest.Builder> request : requests) {
            server.revoked = false;
            server.rule = (caller, operation, permission, variables) -> {
                revoke();
                return true;
            };
            assertStatus(server.send(request.get()), 401, "Unauthorized");
        }
        server.rule = (caller, operation, permission, variables) -> true;
        server.revoked = false;
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(1);
        assertThat(json(server.get(SECRETS + "/a")).at("/data/k").asText()).isEqualTo("dg==");
    }

    private void revoke() {
        server.revoked = true;
        server.session.move();
    }

    private TestServer.Rule endingWhen(String operation, TestServer.Rule rule) {
        return (caller, asked, permission, variables) -> {
            boolean allowed = rule.allows(caller, asked, permission, variables);
            if (asked.equals(operation)) {
                server.ahead = Duration.ofHours(2);
            }
            return allowed;
        };
    }

    @Test
    void stopsACollectionsDeletionWhenTheRightIsLost() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            create(name, "\"data\":{}");
        }
        server.session.onChange(() ->
                server.rule = (caller, operation, permission, variables) -> !operation.equals("DeleteClusterSecrets"));
        server.session.deliveriesBeforeMove.set(1);
        assertStatus(server.send("DELETE", SECRETS, "", ""), 403, "Forbidden");
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(2);

        // Without reading them, as their key is out of reach.
        server.rule = (caller, operation, permission, variables) -> true;
        server.session.deliveriesBeforeMove.set(1);
        server.storage.block(server.cluster, new StorageRefusal.KeyAccessBlocked("k", "KEY_DELETED", "none", true));
        assertStatus(server.send("DELETE", SECRETS, "", ""), 403, "Forbidden");
        server.storage.block(server.cluster, null);
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(1);
    }

    @Test
    void stopsACollectionsDeletionWhenItsCallerIsBlocked() throws Exception {
        for (int i = 0; i < Reading.PAGE + 1; i++) {
            server.storage.create(server.cluster, Resource.SECRETS, "default", "s" + i, stored("s" + i));
        }
        // Between two pages, and before any change of state is known here.
        server.storage.watch(
                server.cluster,
                Resource.SECRETS,
                "default",
                server.storage
                        .names(server.cluster, Resource.SECRETS, "default", null, 1)
                        .listRevision(),
                new ObjectStorage.ObjectWatcher() {
                    private int deleted;

                    @Override
                    public void onChanged(Change change, ObjectStorage.StoredObject object) {
                        object.value().close();
                        if (++deleted == Reading.PAGE) {
                            server.revoked = true;
                        }
                    }

                    @Override
                    public void onEnded(StorageRefusal cause) {}
                });
        assertStatus(server.send("DELETE", SECRETS, "", ""), 401, "Unauthorized");
        server.revoked = false;
        assertThat(json(server.get(SECRETS)).path("items")).hasSize(1);
    }

    @Test
    void stopsANamespacesDeletionWhenTheRightIsLost() throws Exception {
        assertThat(server.send("POST", "/api/v1/namespaces", JSON, "{\"metadata\":{\"name\":\"gone\"}}")
                        .statusCode())
                .isEqualTo(201);
        String secrets = "/api/v1/namespaces/gone/secrets";
        for (String name : List.of("a", "b")) {
            server.send("POST", secrets, JSON, "{\"metadata\":{\"name\":\"" + name + "\"}}");
        }
        server.session.onChange(() -> server.rule =
                (caller, operation, permission, variables) -> !operation.equals("DeleteClusterNamespace"));
        server.session.deliveriesBeforeMove.set(1);
        assertStatus(server.send("DELETE", "/api/v1/namespaces/gone", "", ""), 403, "Forbidden");
        assertThat(server.get("/api/v1/namespaces/gone").statusCode()).isEqualTo(200);
        assertThat(json(server.get(secrets)).path("items")).hasSize(1);
    }

    private HttpRequest.Builder write(String method, String path, String type, String body) {
        return server.request(path)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", type);
    }

    @Test
    void tellsAClientToWaitWhenKeyServiceIsBusy() throws Exception {
        server.rule = (caller, operation, permission, variables) -> {
            throw new ProblemException(ProblemCode.TOO_MANY_REQUESTS);
        };
        HttpResponse<String> refused = server.get(SECRETS);
        assertStatus(refused, 429, "TooManyRequests");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    }

    @Test
    void boundsTheWatchesOfACluster() throws Exception {
        try (TestServer small = new TestServer(1)) {
            try (Stream<String> only = small.watch(SECRETS + "?watch=true&resourceVersion=1")) {
                HttpResponse<String> refused = small.get(SECRETS + "?watch=true&resourceVersion=1");
                assertStatus(refused, 429, "TooManyRequests");
                assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
                assertThat(json(refused).at("/details/retryAfterSeconds").asInt())
                        .isEqualTo(1);
            }
            Await.atMostSeconds(20).until("the place is free", () -> small.endpoint.watches() == 0);
            small.watch(SECRETS + "?watch=true&resourceVersion=1").close();
        }
    }

    @Test
    void neverTellsAnAnswerAgainThatWasWiped() throws Exception {
        create("held", "\"data\":{\"k\":\"dg==\"}");
        server.session.movesBeforeDelivery.set(1);
        HttpResponse<String> dry =
                server.send("PATCH", SECRETS + "/held?dryRun=All", MERGE, "{\"data\":{\"k\":\"eA==\"}}");
        assertStatus(dry, 503, "ServiceUnavailable");
        assertThat(server.session.movesBeforeDelivery.get()).isZero();

        server.send("PATCH", SECRETS + "/held", MERGE, "{\"metadata\":{\"finalizers\":[\"example.com/wait\"]}}");
        server.send("DELETE", SECRETS + "/held", "", "");
        server.session.movesBeforeDelivery.set(1);
        HttpResponse<String> released =
                server.send("PATCH", SECRETS + "/held", MERGE, "{\"metadata\":{\"finalizers\":null}}");
        assertThat(released.statusCode()).isEqualTo(200);
        assertThat(server.session.movesBeforeDelivery.get()).isZero();
        assertThat(json(released).path("kind").asText()).isEqualTo("Status");
        assertThat(json(released).path("status").asText()).isEqualTo("Success");
        assertStatus(server.get(SECRETS + "/held"), 404, "NotFound");
    }

    @Test
    void keepsNothingOfABodyWithoutAToken() throws Exception {
        HttpRequest.Builder large = HttpRequest.newBuilder(java.net.URI.create(server.base() + SECRETS))
                .POST(HttpRequest.BodyPublishers.ofString(" ".repeat((3 << 20) + 1)));
        assertStatus(server.send(large), 401, "Unauthorized");
        assertThat(server.send(HttpRequest.newBuilder(java.net.URI.create(server.base() + "/livez")))
                        .body())
                .isEqualTo("ok");
    }

    @Test
    void printsNoToken() {
        KubernetesRequest request = new KubernetesRequest(
                "GET",
                server.cluster,
                List.of("api", "v1", "secrets"),
                java.util.Map.of("q", "asked"),
                java.util.Map.of("authorization", "Bearer hidden"),
                new byte[0]);
        assertThat(request.toString()).endsWith("/api/v1/secrets").doesNotContain("hidden");
    }

    @Test
    void neverAnswersAnInternalErrorToMutations() throws Exception {
        create("a", "\"data\":{\"k\":\"dg==\"},\"type\":\"Opaque\"");
        List<String> bodies = List.of(
                "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"y\"},"
                        + "\"finalizers\":[\"a.b/c\"],\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"P\",\"name\":\"n\",\"uid\":\"u\"}],"
                        + "\"managedFields\":[{\"manager\":\"m\",\"operation\":\"Update\",\"fieldsV1\":{\"f:data\":{}}}]},"
                        + "\"data\":{\"k\":\"dg==\"},\"stringData\":{\"s\":\"t\"},\"immutable\":false,\"type\":\"Opaque\"}",
                "[{\"op\":\"add\",\"path\":\"/data/x\",\"value\":\"dg==\"},{\"op\":\"copy\",\"from\":\"/data/x\",\"path\":\"/data/y\"},"
                        + "{\"op\":\"test\",\"path\":\"/metadata/name\",\"value\":\"a\"},{\"op\":\"move\",\"from\":\"/data/y\",\"path\":\"/data/z\"}]",
                "{\"$patch\":\"merge\",\"$retainKeys\":[\"metadata\"],\"metadata\":{\"finalizers\":[\"x/y\"],"
                        + "\"$deleteFromPrimitiveList/finalizers\":[\"a.b/c\"],\"ownerReferences\":[{\"uid\":\"u\",\"$patch\":\"delete\"}]}}",
                "k8s\0\n\f\n\u0002v1\u0012\u0006Secret\u0012\u0011\n\u0005\n\u0001p\u0012\u0000\u001a\u0006Opaque\u001a\u0000\"\u0000");
        List<String> types = List.of(
                JSON,
                MERGE,
                "application/json-patch+json",
                "application/strategic-merge-patch+json",
                "application/apply-patch+yaml",
                "application/yaml",
                "application/vnd.kubernetes.protobuf");
        List<String> methods = List.of("POST", "PUT", "PATCH", "PATCH", "DELETE", "GET");
        List<String> paths = List.of(
                SECRETS,
                SECRETS + "/a",
                SECRETS + "/p",
                "/api/v1/secrets",
                "/api/v1/namespaces",
                "/api/v1/namespaces/default",
                "/api/v1/namespaces/x");
        List<String> queries = List.of(
                "",
                "?fieldManager=m",
                "?fieldManager=m&force=true",
                "?dryRun=All",
                "?fieldValidation=Strict",
                "?limit=1&labelSelector=x%3Dy",
                "?fieldSelector=metadata.name%3Da",
                "?timeoutSeconds=1&resourceVersion=5");
        Seeded.forAll(
                3_000,
                20261124,
                random -> new Mutation(
                        pick(random, methods),
                        pick(random, paths) + pick(random, queries),
                        pick(random, types),
                        mutate(random, pick(random, bodies))),
                mutation -> {
                    HttpResponse<String> response =
                            server.send(mutation.method, mutation.path, mutation.type, mutation.body);
                    assertThat(response.statusCode()).as(response.body()).isLessThan(500);
                    if (response.statusCode() >= 400) {
                        assertThat(json(response).path("kind").asText()).isEqualTo("Status");
                    }
                });
        assertThat(server.get(SECRETS).statusCode()).isEqualTo(200);
    }

    private record Mutation(String method, String path, String type, String body) {}

    private static String pick(RandomGenerator random, List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String mutate(RandomGenerator random, String text) {
        StringBuilder out = new StringBuilder(text);
        int changes = random.nextInt(4);
        for (int i = 0; i < changes && !out.isEmpty(); i++) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(5)) {
                case 0 -> out.deleteCharAt(at);
                case 1 -> out.setCharAt(at, (char) random.nextInt(256));
                case 2 ->
                    out.insert(at, pick(random, List.of("null", "{}", "[]", "\"\"", "1e99", "true", "/", "~", ",")));
                case 3 -> out.delete(at, Math.min(out.length(), at + random.nextInt(12)));
                default -> {
                    int end = Math.min(out.length(), at + random.nextInt(30));
                    out.insert(at, out.substring(at, end));
                }
            }
        }
        return out.toString();
    }
}
