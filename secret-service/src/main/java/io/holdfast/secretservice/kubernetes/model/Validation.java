package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Printable;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Cause;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What kube-apiserver checks of a Secret and a namespace before it stores them (kubernetes, {@code core/validation}, and
 * apimachinery, {@code api/validation}). Messages name fields and keys, never data.
 */
public final class Validation {
    /** Sum of the data values. */
    public static final int MAX_DATA_BYTES = 1 << 20;
    /** Sum of annotation keys and values. */
    private static final int MAX_ANNOTATION_BYTES = 256 << 10;

    private static final int MAX_MANAGER_BYTES = 128;

    private final ResourceKind kind;
    private final ObjectNode object;
    private final ObjectNode meta;
    private final List<Cause> causes = new ArrayList<>();

    private Validation(ResourceKind kind, ObjectNode object) {
        this.kind = kind;
        this.object = object;
        this.meta = Json.objectAt(object, "metadata");
    }

    /** @throws ApiRefusal 422 with a cause per field */
    public static void ofNew(ResourceKind kind, ObjectNode object) {
        Validation validation = new Validation(kind, object);
        validation.metadata();
        validation.content();
        validation.finish();
    }

    /**
     * @param before what is stored
     * @throws ApiRefusal 422 with a cause per field
     */
    public static void ofChange(ResourceKind kind, ObjectNode before, ObjectNode object) {
        Validation validation = new Validation(kind, object);
        validation.metadata();
        validation.content();
        validation.change(before);
        validation.finish();
    }

    private void finish() {
        if (!causes.isEmpty()) {
            throw ApiRefusal.invalid(kind, Json.text(meta, "name"), causes);
        }
    }

    private void metadata() {
        String name = Json.text(meta, "name");
        String generateName = Json.text(meta, "generateName");
        if (name.isEmpty()) {
            required("metadata.name", "name or generateName is required");
        } else {
            invalid("metadata.name", name, Names.of(kind, name));
        }
        if (!generateName.isEmpty()) {
            String stem = generateName.endsWith("-")
                    ? generateName.substring(0, generateName.length() - 1) + "a"
                    : generateName;
            invalid("metadata.generateName", generateName, Names.of(kind, stem));
        }
        for (var label : Json.objectAt(meta, "labels").properties()) {
            invalid("metadata.labels", label.getKey(), Names.qualified(label.getKey()));
            invalid(
                    "metadata.labels",
                    label.getValue().textValue(),
                    Names.labelValue(label.getValue().textValue()));
        }
        long annotationBytes = 0;
        for (var annotation : Json.objectAt(meta, "annotations").properties()) {
            String key = annotation.getKey();
            invalid("metadata.annotations", key, Names.qualified(key.toLowerCase(java.util.Locale.ROOT)));
            annotationBytes += utf8(key) + utf8(annotation.getValue().textValue());
        }
        if (annotationBytes > MAX_ANNOTATION_BYTES) {
            tooLong("metadata.annotations", MAX_ANNOTATION_BYTES);
        }
        for (JsonNode finalizer : Json.arrayAt(meta, "finalizers")) {
            invalid("metadata.finalizers", finalizer.textValue(), Names.qualified(finalizer.textValue()));
        }
        int controllers = 0;
        int at = 0;
        for (JsonNode owner : Json.arrayAt(meta, "ownerReferences")) {
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                if (Json.text(owner, field).isEmpty()) {
                    required("metadata.ownerReferences[" + at + "]." + field, "must not be empty");
                }
            }
            controllers += owner.path("controller").asBoolean(false) ? 1 : 0;
            at++;
        }
        if (controllers > 1) {
            invalid("metadata.ownerReferences", "", "Only one reference can have Controller set to true");
        }
    }

    private void content() {
        switch (kind) {
            case SECRET -> secret();
            case NAMESPACE -> {
                for (JsonNode finalizer : Json.arrayAt(Json.objectAt(object, "spec"), "finalizers")) {
                    invalid("spec.finalizers", finalizer.textValue(), Names.qualified(finalizer.textValue()));
                }
            }
        }
    }

    private void secret() {
        ObjectNode data = Json.objectAt(object, "data");
        long bytes = 0;
        for (var entry : data.properties()) {
            invalid("data[" + Printable.shorten(entry.getKey()) + "]", entry.getKey(), Names.dataKey(entry.getKey()));
            bytes += length(entry.getValue());
        }
        if (bytes > MAX_DATA_BYTES) {
            tooLong("data", MAX_DATA_BYTES);
        }
        switch (Json.text(object, "type")) {
            case "kubernetes.io/service-account-token" -> {
                if (Json.text(Json.objectAt(meta, "annotations"), "kubernetes.io/service-account.name")
                        .isEmpty()) {
                    required("metadata.annotations[kubernetes.io/service-account.name]", "");
                }
            }
            case "kubernetes.io/dockercfg" -> json(data, ".dockercfg");
            case "kubernetes.io/dockerconfigjson" -> json(data, ".dockerconfigjson");
            case "kubernetes.io/basic-auth" -> {
                if (data.get("username") == null && data.get("password") == null) {
                    required("data[username]", "");
                    required("data[password]", "");
                }
            }
            case "kubernetes.io/ssh-auth" -> {
                if (length(data.path("ssh-privatekey")) == 0) {
                    required("data[ssh-privatekey]", "");
                }
            }
            case "kubernetes.io/tls" -> {
                for (String key : List.of("tls.crt", "tls.key")) {
                    if (data.get(key) == null) {
                        required("data[" + key + "]", "");
                    }
                }
            }
            default -> {
                // Other types are the users' own.
            }
        }
    }

    private void json(ObjectNode data, String key) {
        JsonNode value = data.get(key);
        if (value == null) {
            required("data[" + key + "]", "");
            return;
        }
        JsonNode json = value instanceof com.fasterxml.jackson.databind.node.BinaryNode binary
                ? Json.read(binary.binaryValue())
                : null;
        if (json == null || !json.isObject()) {
            causes.add(new Cause(
                    "FieldValueInvalid",
                    "Invalid value: \"<secret contents redacted>\": must be a JSON object",
                    "data[" + key + "]"));
        }
    }

    private void change(ObjectNode before) {
        ObjectNode metaBefore = Json.objectAt(before, "metadata");
        for (String field : List.of("name", "namespace", "uid", "creationTimestamp")) {
            String was = Json.text(metaBefore, field);
            String is = Json.text(meta, field);
            if (!was.equals(is)) {
                invalid("metadata." + field, is, "field is immutable");
            }
        }
        if (kind != ResourceKind.SECRET) {
            return;
        }
        if (!Json.text(before, "type").equals(Json.text(object, "type"))) {
            invalid("type", Json.text(object, "type"), "field is immutable");
        }
        if (before.path("immutable").asBoolean(false)) {
            if (!object.path("immutable").asBoolean(false)) {
                forbidden("immutable");
            }
            if (!Objects.equals(before.get("data"), object.get("data"))) {
                forbidden("data");
            }
        }
    }

    /** @throws ApiRefusal 422 when it is too long or has characters that do not print */
    public static void fieldManager(ResourceKind kind, String manager) {
        if (utf8(manager) > MAX_MANAGER_BYTES) {
            throw ApiRefusal.invalid(
                    kind,
                    "",
                    List.of(new Cause(
                            "FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager")));
        }
        if (manager.chars().anyMatch(Character::isISOControl)) {
            throw ApiRefusal.invalid(
                    kind,
                    "",
                    List.of(new Cause(
                            "FieldValueInvalid",
                            "Invalid value: should only contain printable characters",
                            "fieldManager")));
        }
    }

    private static int length(JsonNode value) {
        return value instanceof com.fasterxml.jackson.databind.node.BinaryNode binary ? binary.binaryValue().length : 0;
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private void required(String field, String why) {
        causes.add(new Cause("FieldValueRequired", why.isEmpty() ? "Required value" : "Required value: " + why, field));
    }

    private void invalid(String field, String value, @Nullable String why) {
        if (why != null) {
            causes.add(new Cause(
                    "FieldValueInvalid", "Invalid value: \"" + Printable.shorten(value) + "\": " + why, field));
        }
    }

    private void forbidden(String field) {
        causes.add(new Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field));
    }

    private void tooLong(String field, int bound) {
        causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + bound + " bytes", field));
    }
}
