package io.holdfast.secretservice.kubernetes.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What kubectl and others send: it is read, or refused as a client's mistake, and nothing else happens. */
class RequestsFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final List<String> MEDIA_TYPES = List.of(ObjectText.JSON, ObjectText.YAML, ObjectText.PROTOBUF);
    private static final byte[] BEFORE = ("{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"one\","
                    + "\"namespace\":\"default\",\"labels\":{\"a\":\"b\"},\"finalizers\":[\"x/y\"],"
                    + "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"p\",\"uid\":\"1\"}]},"
                    + "\"data\":{\"k\":\"dg==\"},\"type\":\"Opaque\"}")
            .getBytes(StandardCharsets.UTF_8);

    @FuzzTest
    void labelSelectors(byte[] utf8) {
        String text = text(utf8);
        answeredOrRefused(() -> LabelSelector.parse(text).matches(before()));
    }

    @FuzzTest
    void fieldSelectors(byte[] utf8) {
        String text = text(utf8);
        for (ResourceKind kind : ResourceKind.values()) {
            answeredOrRefused(() -> {
                FieldSelector selector = FieldSelector.parse(kind, text);
                selector.matches(before());
                selector.matchesNames("default", "one");
                selector.exactly("metadata.name");
            });
        }
    }

    @FuzzTest
    void continueTokens(byte[] utf8) {
        String text = text(utf8);
        for (ResourceKind kind : ResourceKind.values()) {
            answeredOrRefused(() -> {
                ContinueToken token = ContinueToken.decode(kind, "", text);
                assertThat(ContinueToken.decode(kind, token.namespace(), token.encode()))
                        .isEqualTo(token);
            });
        }
    }

    @FuzzTest
    void acceptHeaders(byte[] utf8) {
        String text = text(utf8);
        answeredOrRefused(() -> Rendition.negotiate(text, Rendition.include("")));
        answeredOrRefused(() -> Rendition.include(text));
    }

    @FuzzTest
    void times(byte[] utf8) {
        Instant time = Timestamps.parse(text(utf8));
        if (time != null) {
            assertThat(Timestamps.parse(Timestamps.format(time))).isEqualTo(time);
            assertThat(Timestamps.age(time, NOW)).isNotEmpty();
        }
    }

    /** An object that is accepted is read back equal from how it is stored, and can be served. */
    @FuzzTest
    void bodies(byte[] body) {
        for (ResourceKind kind : ResourceKind.values()) {
            for (String mediaType : MEDIA_TYPES) {
                answeredOrRefused(() -> {
                    ObjectNode object =
                            ObjectText.readBody(kind, mediaType, body).object();
                    Validation.ofNew(kind, object);
                    requireKept(kind, object);
                });
            }
        }
    }

    @FuzzTest
    void deleteOptions(byte[] body) {
        for (String mediaType : MEDIA_TYPES) {
            answeredOrRefused(() -> ObjectText.readDeleteOptions(mediaType, body));
        }
    }

    @FuzzTest
    void patches(byte[] body) {
        JsonNode patch = Json.read(body);
        if (patch == null) {
            return;
        }
        if (patch instanceof ObjectNode fields) {
            patched(target -> Patches.merge(target, fields.deepCopy()));
            patched(target -> Patches.strategic(target, fields.deepCopy()));
            patched(target -> FieldOwnership.apply(
                    target, ObjectText.conform(ResourceKind.SECRET, fields, new ArrayList<>()), "kubectl", true, NOW));
        }
        patched(target -> Patches.operations(target, patch));
    }

    private interface Patching {
        ObjectNode patch(ObjectNode target);
    }

    private static void patched(Patching patching) {
        answeredOrRefused(() -> {
            ObjectNode before = before();
            ObjectNode after = ObjectText.conform(
                    ResourceKind.SECRET, patching.patch(Patches.textForm(before)), new ArrayList<>());
            Validation.ofChange(ResourceKind.SECRET, before, after);
            requireKept(ResourceKind.SECRET, after);
        });
    }

    private static void requireKept(ResourceKind kind, ObjectNode object) {
        byte[] text = Json.write(object);
        assertThat(text).isNotEmpty();
        assertThat(ObjectText.toProtobuf(kind, object)).isNotEmpty();
        byte[] stored;
        try (SecretBytes value = ObjectText.toStorage(kind, object)) {
            stored = value.use(byte[]::clone);
        }
        try (SecretBytes value = SecretBytes.takeOwnershipOf(stored)) {
            ObjectNode again = ObjectText.fromStorage(kind, value, 1);
            assertThat((JsonNode) again).isNotNull();
            try (SecretBytes second = ObjectText.toStorage(kind, again)) {
                assertThat(second.use(byte[]::clone)).isEqualTo(value.use(byte[]::clone));
            }
        }
    }

    private static ObjectNode before() {
        return ObjectText.readBody(ResourceKind.SECRET, ObjectText.JSON, BEFORE).object();
    }

    private static void answeredOrRefused(Runnable request) {
        try {
            request.run();
        } catch (ApiRefusal refused) {
            assertThat(refused.status().code()).isBetween(400, 499);
        }
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
