package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** JSON as the endpoint reads and writes it. Reading is bounded in depth, number length and (by the caller) size. */
public final class Json {
    /** Deeper than any object of these kinds, managed fields included. */
    private static final int MAX_DEPTH = 100;

    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(100)
            .build();
    private static final ObjectMapper LENIENT =
            mapper(JsonFactory.builder().streamReadConstraints(BOUNDS).build());
    private static final ObjectMapper UNIQUE = mapper(JsonFactory.builder()
            .streamReadConstraints(BOUNDS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final ObjectMapper YAML =
            mapper(YAMLFactory.builder().streamReadConstraints(BOUNDS).build());

    private Json() {}

    private static ObjectMapper mapper(JsonFactory factory) {
        return new ObjectMapper(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** One JSON value; a later duplicate of a field wins. Null when the text is not JSON. */
    public static @Nullable JsonNode read(byte[] text) {
        return read(LENIENT, text);
    }

    /** As {@link #read}, where a field that comes twice makes the answer null. */
    public static @Nullable JsonNode readUnique(byte[] text) {
        return read(UNIQUE, text);
    }

    /** One YAML document (JSON is one too). Null when it is not. */
    public static @Nullable JsonNode readYaml(byte[] text) {
        return read(YAML, text);
    }

    private static @Nullable JsonNode read(ObjectMapper mapper, byte[] text) {
        try {
            JsonNode node = mapper.readTree(text);
            return node == null || node.isMissingNode() ? null : node;
        } catch (IOException refused) {
            // No JSON, or bytes that begin as UTF-32 and are none. The text may hold a Secret: the parser's message,
            // which quotes it, goes nowhere.
            return null;
        }
    }

    /** The caller owns the bytes, which may hold secret values, and wipes them when they have left. */
    public static byte[] write(JsonNode node) {
        WipedBuffer out = new WipedBuffer();
        try {
            LENIENT.writeValue(out, node);
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            out.wipe();
        }
    }

    /** A field's text; empty when it is absent or no text. */
    public static String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        return value != null && value.isTextual() ? value.textValue() : "";
    }

    /** The object in a field; an empty one, not attached, when there is none. */
    public static ObjectNode objectAt(JsonNode node, String field) {
        return node.get(field) instanceof ObjectNode found ? found : object();
    }

    /** The object in a field, attached when there was none. */
    public static ObjectNode objectIn(ObjectNode node, String field) {
        return node.get(field) instanceof ObjectNode found ? found : node.putObject(field);
    }

    public static ArrayNode arrayAt(JsonNode node, String field) {
        return node.get(field) instanceof ArrayNode found ? found : array();
    }

    private static final class WipedBuffer extends ByteArrayOutputStream {
        WipedBuffer() {
            super(4096);
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }
}
