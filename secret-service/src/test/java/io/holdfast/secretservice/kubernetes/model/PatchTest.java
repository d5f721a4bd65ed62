package io.holdfast.secretservice.kubernetes.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatchTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static JsonNode read(String json) {
        JsonNode node = Json.read(json.getBytes(StandardCharsets.UTF_8));
        assertThat(node).as(json).isNotNull();
        return node;
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) read(json);
    }

    @Test
    void mergesAsRfc7396() {
        // Test cases of RFC 7396, appendix A, whose target and patch are objects.
        List<List<String>> cases = List.of(
                List.of("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"),
                List.of("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"),
                List.of("{\"a\":\"b\"}", "{\"a\":null}", "{}"),
                List.of("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"),
                List.of("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"),
                List.of("{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"),
                List.of("{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"),
                List.of("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"));
        for (List<String> one : cases) {
            assertThat((JsonNode) Patches.merge(object(one.get(0)), object(one.get(1))))
                    .isEqualTo(read(one.get(2)));
        }
    }

    @Test
    void followsStrategicDirectives() {
        ObjectNode target = object(
                "{\"metadata\":{\"finalizers\":[\"a\",\"b\"],"
                        + "\"ownerReferences\":[{\"uid\":\"1\",\"name\":\"x\"},{\"uid\":\"2\"}]},\"data\":{\"k\":\"v\",\"l\":\"w\"}}");
        ObjectNode patch =
                object("{\"metadata\":{\"finalizers\":[\"c\"],\"$deleteFromPrimitiveList/finalizers\":[\"a\"],"
                        + "\"$setElementOrder/finalizers\":[\"b\",\"c\"],"
                        + "\"ownerReferences\":[{\"uid\":\"1\",\"name\":\"y\"},{\"uid\":\"2\",\"$patch\":\"delete\"}]},"
                        + "\"data\":{\"$patch\":\"replace\",\"n\":\"x\"}}");
        assertThat((JsonNode) Patches.strategic(target, patch))
                .isEqualTo(read(
                        "{\"metadata\":{\"finalizers\":[\"b\",\"c\"],\"ownerReferences\":[{\"uid\":\"1\",\"name\":\"y\"}]},"
                                + "\"data\":{\"n\":\"x\"}}"));
        assertThatThrownBy(() -> Patches.strategic(object("{}"), object("{\"$patch\":\"other\"}")))
                .isInstanceOf(ApiRefusal.class);
    }

    @Test
    void runsOperationsAsRfc6902() {
        ObjectNode done = Patches.operations(
                object("{\"a\":{\"b/c\":1,\"~\":2},\"l\":[1,2]}"),
                read("[{\"op\":\"test\",\"path\":\"/a/b~1c\",\"value\":1},{\"op\":\"remove\",\"path\":\"/a/~0\"},"
                        + "{\"op\":\"add\",\"path\":\"/l/1\",\"value\":9},{\"op\":\"add\",\"path\":\"/l/-\",\"value\":3},"
                        + "{\"op\":\"move\",\"from\":\"/l/0\",\"path\":\"/m\"},{\"op\":\"copy\",\"from\":\"/l\",\"path\":\"/n\"},"
                        + "{\"op\":\"replace\",\"path\":\"/a/b~1c\",\"value\":null}]"));
        assertThat((JsonNode) done).isEqualTo(read("{\"a\":{\"b/c\":null},\"l\":[9,2,3],\"m\":1,\"n\":[9,2,3]}"));
        for (String bad : List.of(
                "{}",
                "[{}]",
                "[{\"op\":\"remove\",\"path\":\"/none\"}]",
                "[{\"op\":\"add\",\"path\":\"/l/7\",\"value\":1}]",
                "[{\"op\":\"add\",\"path\":\"/l/01\",\"value\":1}]",
                "[{\"op\":\"test\",\"path\":\"/l\",\"value\":1}]",
                "[{\"op\":\"move\",\"from\":\"/l\",\"path\":\"/l/0\"}]",
                "[{\"op\":\"remove\",\"path\":\"\"}]",
                "[{\"op\":\"copy\",\"from\":\"/l\",\"path\":\"l\"}]")) {
            assertThatThrownBy(() -> Patches.operations(object("{\"l\":[1]}"), read(bad)))
                    .as(bad)
                    .isInstanceOf(ApiRefusal.class);
        }
    }

    @Test
    void aPatchOfCopiesIsBounded() {
        StringBuilder patch = new StringBuilder("[");
        for (int i = 0; i < 60; i++) {
            patch.append(i == 0 ? "" : ",")
                    .append("{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/x\"}")
                    .append(",{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/y\"}");
        }
        assertThatThrownBy(() -> Patches.operations(object("{\"a\":{}}"), read(patch + "]")))
                .isInstanceOfSatisfying(
                        ApiRefusal.class, it -> assertThat(it.status().code()).isEqualTo(413));
    }

    private static ObjectNode applied(String data) {
        return ObjectTextTest.secret("{\"metadata\":{\"name\":\"a\"},\"data\":" + data + "}");
    }

    @Test
    void appliesAndOwns() {
        ObjectNode base = applied("{}");
        ObjectNode one = FieldOwnership.apply(base, applied("{\"k\":\"dg==\",\"l\":\"dg==\"}"), "me", false, NOW);
        assertThat(one.at("/metadata/managedFields/0/manager").asText()).isEqualTo("me");
        // The same again changes nothing, not even the time.
        assertThat((JsonNode) FieldOwnership.apply(
                        one, applied("{\"k\":\"dg==\",\"l\":\"dg==\"}"), "me", false, NOW.plusSeconds(60)))
                .isEqualTo(one);
        // What is left out goes.
        ObjectNode two = FieldOwnership.apply(one, applied("{\"k\":\"dg==\"}"), "me", false, NOW);
        assertThat(two.path("data").has("l")).isFalse();
        // Another manager must force a change, and takes the field over.
        assertThatThrownBy(() -> FieldOwnership.apply(two, applied("{\"k\":\"eA==\"}"), "you", false, NOW))
                .isInstanceOfSatisfying(ApiRefusal.class, it -> {
                    assertThat(it.status().code()).isEqualTo(409);
                    assertThat(it.status().details().causes().getFirst().field())
                            .isEqualTo(".data.k");
                });
        ObjectNode three = FieldOwnership.apply(two, applied("{\"k\":\"eA==\"}"), "you", true, NOW);
        assertThat(three.at("/metadata/managedFields").toString()).contains("you");
        // An update takes fields from whoever owned them.
        ObjectNode changed = three.deepCopy();
        ((ObjectNode) changed.path("data")).put("k", new byte[] {1});
        FieldOwnership.recordUpdate(three, changed, "kubectl", NOW);
        for (JsonNode entry : changed.at("/metadata/managedFields")) {
            assertThat(entry.at("/fieldsV1/f:data").has("f:k"))
                    .isEqualTo(entry.path("manager").asText().equals("kubectl"));
        }
    }

    @Test
    void keepsTenUpdateEntries() {
        ObjectNode before = applied("{}");
        for (int i = 0; i < 15; i++) {
            ObjectNode after = before.deepCopy();
            Json.objectIn(after, "data").put("k" + i, new byte[] {1});
            FieldOwnership.recordUpdate(before, after, "m" + i, NOW.plusSeconds(i));
            before = after;
        }
        assertThat(before.at("/metadata/managedFields")).hasSizeLessThanOrEqualTo(10);
        assertThat(before.at("/metadata/managedFields").toString()).contains("ancient-changes");
    }

    @Test
    void printsAgesAsKubectl() {
        List<String> ages = List.of(
                "0s", "119s", "2m", "9m59s", "10m", "2h59m", "3h", "7h59m", "8h", "47h", "2d", "7d23h", "8d", "2y",
                "8y");
        List<Long> seconds = List.of(
                0L,
                119L,
                120L,
                599L,
                600L,
                10_740L,
                10_800L,
                28_740L,
                28_800L,
                169_200L,
                172_800L,
                687_600L,
                691_200L,
                63_072_000L,
                252_288_000L);
        for (int i = 0; i < ages.size(); i++) {
            // 179 minutes are still minutes: hours begin at 180.
            String expected = ages.get(i).equals("2h59m") ? "179m" : ages.get(i);
            assertThat(Timestamps.age(NOW.minusSeconds(seconds.get(i)), NOW)).isEqualTo(expected);
        }
    }
}
