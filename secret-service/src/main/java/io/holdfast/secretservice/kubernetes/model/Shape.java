package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Printable;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may stand at a place of an object. {@link #read} copies a client's JSON into the model's form: only known fields,
 * no nulls, data values as bytes ({@link BinaryNode}), times in UTC seconds.
 */
sealed interface Shape {

    /**
     * @param path of this place, for messages
     * @param unknown gets the path of each field that is not known
     * @return null when nothing is left
     * @throws Mismatch when a value is of another type
     */
    @Nullable
    JsonNode read(JsonNode value, String path, List<String> unknown);

    /** A value of the wrong type. The message names the field, never the value. */
    final class Mismatch extends RuntimeException {
        Mismatch(String message) {
            super(message, null, false, false);
        }
    }

    /** Every unknown field that is named in an answer; the rest are counted out. */
    int MAX_UNKNOWN = 50;

    record Text() implements Shape {
        @Override
        public JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isTextual()) {
                throw mismatch(value, path, "string");
            }
            return value;
        }
    }

    record Flag() implements Shape {
        @Override
        public JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isBoolean()) {
                throw mismatch(value, path, "bool");
            }
            return value;
        }
    }

    record Whole() implements Shape {
        @Override
        public JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw mismatch(value, path, "int64");
            }
            return com.fasterxml.jackson.databind.node.LongNode.valueOf(value.longValue());
        }
    }

    record Time() implements Shape {
        @Override
        public JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isTextual()) {
                throw mismatch(value, path, "time");
            }
            Instant time = Timestamps.parse(value.textValue());
            if (time == null) {
                throw new Mismatch("cannot parse " + path + " as a time of RFC 3339");
            }
            return com.fasterxml.jackson.databind.node.TextNode.valueOf(Timestamps.format(time));
        }
    }

    /** Base64 in JSON. */
    record Binary() implements Shape {
        @Override
        public JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (value.isBinary()) {
                return value;
            }
            if (!value.isTextual()) {
                throw mismatch(value, path, "[]uint8");
            }
            try {
                // Go's decoder skips line ends.
                String text = value.textValue();
                if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
                    text = text.replace("\n", "").replace("\r", "");
                }
                return BinaryNode.valueOf(Base64.getDecoder().decode(requirePadded(text)));
            } catch (IllegalArgumentException refused) {
                throw new Mismatch("illegal base64 data at " + path);
            }
        }

        private static String requirePadded(String text) {
            if (text.length() % 4 != 0) {
                throw new IllegalArgumentException("not padded");
            }
            return text;
        }
    }

    /** Any JSON, kept as it is. */
    record Anything() implements Shape {
        @Override
        public JsonNode read(JsonNode value, String path, List<String> unknown) {
            return value.deepCopy();
        }
    }

    record MapOf(Shape values) implements Shape {
        @Override
        public @Nullable JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isObject()) {
                throw mismatch(value, path, "map");
            }
            ObjectNode out = Json.object();
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                String at = path + "." + Printable.shorten(entry.getKey());
                JsonNode read;
                if (entry.getValue().isNull()) {
                    // As Go reads null into a map of strings or bytes: the zero value.
                    read = values instanceof Binary
                            ? BinaryNode.valueOf(new byte[0])
                            : com.fasterxml.jackson.databind.node.TextNode.valueOf("");
                } else {
                    read = values.read(entry.getValue(), at, unknown);
                }
                if (read != null) {
                    out.set(entry.getKey(), read);
                }
            }
            return out.isEmpty() ? null : out;
        }
    }

    record ListOf(Shape items) implements Shape {
        @Override
        public @Nullable JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isArray()) {
                throw mismatch(value, path, "slice");
            }
            ArrayNode out = Json.array();
            for (int i = 0; i < value.size(); i++) {
                JsonNode item = value.get(i);
                JsonNode read = item.isNull() ? null : items.read(item, path + "[" + i + "]", unknown);
                if (read != null) {
                    out.add(read);
                } else if (items instanceof Text) {
                    out.add("");
                } else {
                    out.addObject();
                }
            }
            return out.isEmpty() ? null : out;
        }
    }

    record Fields(Map<String, Shape> fields) implements Shape {
        @Override
        public @Nullable JsonNode read(JsonNode value, String path, List<String> unknown) {
            if (!value.isObject()) {
                throw mismatch(value, path, "object");
            }
            ObjectNode out = Json.object();
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                Shape shape = fields.get(entry.getKey());
                String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
                if (shape == null) {
                    if (unknown.size() < MAX_UNKNOWN) {
                        unknown.add(Printable.shorten(at));
                    }
                } else if (!entry.getValue().isNull()) {
                    JsonNode read = shape.read(entry.getValue(), at, unknown);
                    if (read != null) {
                        out.set(entry.getKey(), read);
                    }
                }
            }
            return out;
        }
    }

    private static Mismatch mismatch(JsonNode value, String path, String wanted) {
        String found = value.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
        return new Mismatch("json: cannot unmarshal " + found + " into Go value of type " + wanted + " at "
                + Printable.shorten(path.isEmpty() ? "the top" : path));
    }

    Shape TEXT = new Text();
    Shape FLAG = new Flag();
    Shape WHOLE = new Whole();
    Shape TIME = new Time();
    Shape TEXTS = new ListOf(TEXT);
    Shape TEXT_MAP = new MapOf(TEXT);

    Shape META = new Fields(Map.ofEntries(
            Map.entry("name", TEXT),
            Map.entry("generateName", TEXT),
            Map.entry("namespace", TEXT),
            Map.entry("selfLink", TEXT),
            Map.entry("uid", TEXT),
            Map.entry("resourceVersion", TEXT),
            Map.entry("generation", WHOLE),
            Map.entry("creationTimestamp", TIME),
            Map.entry("deletionTimestamp", TIME),
            Map.entry("deletionGracePeriodSeconds", WHOLE),
            Map.entry("labels", TEXT_MAP),
            Map.entry("annotations", TEXT_MAP),
            Map.entry(
                    "ownerReferences",
                    new ListOf(new Fields(Map.of(
                            "apiVersion", TEXT,
                            "kind", TEXT,
                            "name", TEXT,
                            "uid", TEXT,
                            "controller", FLAG,
                            "blockOwnerDeletion", FLAG)))),
            Map.entry("finalizers", TEXTS),
            Map.entry(
                    "managedFields",
                    new ListOf(new Fields(Map.of(
                            "manager", TEXT,
                            "operation", TEXT,
                            "apiVersion", TEXT,
                            "time", TIME,
                            "fieldsType", TEXT,
                            "fieldsV1", new Anything(),
                            "subresource", TEXT))))));

    Shape SECRET = new Fields(Map.of(
            "apiVersion", TEXT,
            "kind", TEXT,
            "metadata", META,
            "data", new MapOf(new Binary()),
            "stringData", TEXT_MAP,
            "type", TEXT,
            "immutable", FLAG));

    Shape NAMESPACE = new Fields(Map.of(
            "apiVersion", TEXT,
            "kind", TEXT,
            "metadata", META,
            "spec", new Fields(Map.of("finalizers", TEXTS)),
            "status",
                    new Fields(Map.of(
                            "phase",
                            TEXT,
                            "conditions",
                            new ListOf(new Fields(Map.of(
                                    "type", TEXT,
                                    "status", TEXT,
                                    "lastTransitionTime", TIME,
                                    "reason", TEXT,
                                    "message", TEXT)))))));

    Shape DELETE_OPTIONS = new Fields(Map.of(
            "apiVersion", TEXT,
            "kind", TEXT,
            "gracePeriodSeconds", WHOLE,
            "preconditions", new Fields(Map.of("uid", TEXT, "resourceVersion", TEXT)),
            "orphanDependents", FLAG,
            "propagationPolicy", TEXT,
            "dryRun", TEXTS,
            "ignoreStoreReadErrorWithClusterBreakingPotential", FLAG));

    static Shape of(ResourceKind kind) {
        return switch (kind) {
            case SECRET -> SECRET;
            case NAMESPACE -> NAMESPACE;
        };
    }
}
