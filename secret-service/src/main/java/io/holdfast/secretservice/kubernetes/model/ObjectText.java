package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.kernel.SecretBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Objects in and out of request bodies and of storage. */
public final class ObjectText {
    public static final String JSON = "application/json";
    public static final String YAML = "application/yaml";
    public static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

    private ObjectText() {}

    /**
     * An object of a body.
     *
     * @param object in the model's form, with kind and apiVersion
     * @param unknown paths of fields that were left out, for fieldValidation
     * @param duplicated whether a field came twice; the last one is in {@code object}
     */
    public record Read(ObjectNode object, List<String> unknown, boolean duplicated) {}

    /**
     * Reads the body of a create or update. Empty media type means JSON, as old clients send it.
     *
     * @throws ApiRefusal 415 for other media types, 400 for what is no object of this kind
     */
    public static Read readBody(ResourceKind kind, String mediaType, byte[] body) {
        return switch (essence(mediaType)) {
            case "", JSON -> readJson(kind, body, false);
            case YAML, "application/x-yaml", "text/yaml" -> readJson(kind, body, true);
            case PROTOBUF -> readProtobuf(kind, body);
            default ->
                throw ApiRefusal.unsupportedMediaType(
                        "the body of the request was in an unknown format - accepted media types include: " + JSON
                                + ", " + YAML + ", " + PROTOBUF);
        };
    }

    /** DeleteOptions; an empty object for an empty body. */
    public static ObjectNode readDeleteOptions(String mediaType, byte[] body) {
        if (body.length == 0) {
            return Json.object();
        }
        if (essence(mediaType).equals(PROTOBUF)) {
            try (SecretBytes text = SecretBytes.copyOf(body);
                    StoredObject.Protobuf unknown = unknown(text)) {
                ObjectNode options = unknown.raw().use(WireForm::readDeleteOptions);
                if (!unknown.kind().equals("DeleteOptions") || options == null) {
                    throw ApiRefusal.badRequest("the body is no DeleteOptions");
                }
                return options;
            }
        }
        JsonNode json = essence(mediaType).contains("yaml") ? Json.readYaml(body) : Json.read(body);
        if (json == null || !json.isObject()) {
            throw ApiRefusal.badRequest("the body of the request is no JSON object");
        }
        try {
            return asObject(Shape.DELETE_OPTIONS.read(json, "", new ArrayList<>()));
        } catch (Shape.Mismatch mismatch) {
            throw ApiRefusal.badRequest(String.valueOf(mismatch.getMessage()));
        }
    }

    private static Read readJson(ResourceKind kind, byte[] body, boolean yaml) {
        if (body.length == 0) {
            throw ApiRefusal.badRequest("the body of the request is empty");
        }
        JsonNode json = yaml ? Json.readYaml(body) : Json.read(body);
        if (json == null || !json.isObject()) {
            throw ApiRefusal.badRequest("the body of the request is no " + (yaml ? "YAML" : "JSON") + " object");
        }
        requireKind(kind, Json.text(json, "kind"), Json.text(json, "apiVersion"));
        List<String> unknown = new ArrayList<>();
        ObjectNode object = conform(kind, json, unknown);
        return new Read(object, unknown, !yaml && Json.readUnique(body) == null);
    }

    /**
     * A client's or a patch's JSON in the model's form, with kind and apiVersion.
     *
     * @param unknown gets the paths of fields that are left out
     * @throws ApiRefusal 400 when a value is of another type
     */
    public static ObjectNode conform(ResourceKind kind, JsonNode json, List<String> unknown) {
        try {
            ObjectNode object = asObject(Shape.of(kind).read(json, "", unknown));
            object.put("kind", kind.kind()).put("apiVersion", "v1");
            return object;
        } catch (Shape.Mismatch mismatch) {
            throw ApiRefusal.badRequest(kind.kind() + " in version \"v1\" cannot be handled as a " + kind.kind() + ": "
                    + mismatch.getMessage());
        }
    }

    private static Read readProtobuf(ResourceKind kind, byte[] body) {
        try (SecretBytes text = SecretBytes.copyOf(body);
                StoredObject.Protobuf unknown = unknown(text)) {
            requireKind(kind, unknown.kind(), unknown.apiVersion());
            ObjectNode object = unknown.raw().use(raw -> WireForm.read(kind, raw));
            if (object == null) {
                throw ApiRefusal.badRequest(kind.kind() + " in version \"v1\" cannot be handled as a " + kind.kind()
                        + ": not a valid message");
            }
            return new Read(object, List.of(), false);
        }
    }

    private static StoredObject.Protobuf unknown(SecretBytes text) {
        try {
            StoredObject stored = StoredObject.decode(text);
            if (stored instanceof StoredObject.Protobuf protobuf
                    && protobuf.contentEncoding().isEmpty()
                    && (protobuf.contentType().isEmpty()
                            || essence(protobuf.contentType()).equals(PROTOBUF))) {
                return protobuf;
            }
            stored.close();
        } catch (EnvelopeDamaged refused) {
            // Falls to the refusal below: the bytes are the client's.
        }
        throw ApiRefusal.badRequest("the body is no Kubernetes protobuf: it must be k8s\\0 and a runtime.Unknown");
    }

    private static void requireKind(ResourceKind kind, String foundKind, String foundVersion) {
        if ((!foundKind.isEmpty() && !foundKind.equals(kind.kind()))
                || (!foundVersion.isEmpty() && !foundVersion.equals("v1"))) {
            throw ApiRefusal.badRequest("the object provided is unrecognized (must be of type " + kind.kind()
                    + "): it says kind " + io.holdfast.kernel.Printable.shorten(foundKind) + " of version "
                    + io.holdfast.kernel.Printable.shorten(foundVersion));
        }
    }

    /**
     * An object of its stored form. The caller still owns {@code value}.
     *
     * @return null when the bytes are no object of this kind
     */
    public static @Nullable ObjectNode fromStorage(ResourceKind kind, SecretBytes value, long revision) {
        ObjectNode object;
        try (StoredObject stored = StoredObject.decode(value)) {
            object = switch (stored) {
                case StoredObject.Protobuf protobuf ->
                    protobuf.kind().equals(kind.kind()) && protobuf.apiVersion().equals("v1")
                            ? protobuf.raw().use(raw -> WireForm.read(kind, raw))
                            : null;
                case StoredObject.Json json -> json.text().use(text -> storedJson(kind, text));
            };
        } catch (EnvelopeDamaged damaged) {
            return null;
        }
        if (object != null) {
            Json.objectIn(object, "metadata").put("resourceVersion", Long.toString(revision));
        }
        return object;
    }

    private static @Nullable ObjectNode storedJson(ResourceKind kind, byte[] text) {
        JsonNode json = Json.read(text);
        if (json == null || !Json.text(json, "kind").equals(kind.kind())) {
            return null;
        }
        try {
            ObjectNode object = asObject(Shape.of(kind).read(json, "", new ArrayList<>()));
            object.put("kind", kind.kind()).put("apiVersion", "v1");
            return object;
        } catch (Shape.Mismatch mismatch) {
            return null;
        }
    }

    /** The storage form of an object: {@code k8s\0} and a {@code runtime.Unknown}. */
    public static SecretBytes toStorage(ResourceKind kind, ObjectNode object) {
        try (StoredObject.Protobuf stored = StoredObject.Protobuf.of("v1", kind.kind(), WireForm.write(kind, object))) {
            return stored.encode();
        }
    }

    /** An object's bytes in the protobuf that clients ask for with {@link #PROTOBUF}: resourceVersion included. */
    public static byte[] toProtobuf(ResourceKind kind, ObjectNode object) {
        try (StoredObject.Protobuf message =
                        StoredObject.Protobuf.of("v1", kind.kind(), WireForm.writeServed(kind, object));
                SecretBytes encoded = message.encode()) {
            return encoded.use(byte[]::clone);
        }
    }

    /** Wipes the secret values that an object of the model holds. It is of no use afterwards. */
    public static void wipe(ObjectNode object) {
        for (var entry : Json.objectAt(object, "data").properties()) {
            if (entry.getValue() instanceof BinaryNode value) {
                Arrays.fill(value.binaryValue(), (byte) 0);
            }
        }
    }

    /** A media type without its parameters, in lower case. */
    public static String essence(String mediaType) {
        int end = mediaType.indexOf(';');
        return (end < 0 ? mediaType : mediaType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode asObject(@Nullable JsonNode node) {
        return node instanceof ObjectNode object ? object : Json.object();
    }
}
