package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** What the server itself puts into objects (kubernetes, {@code registry/core/secret} and {@code /namespace}). */
public final class Objects {
    private static final String GENERATED = "bcdfghjklmnpqrstvwxz2456789";
    private static final int GENERATED_LENGTH = 5;
    /** The longest stem, so that the suffix still fits into 63 characters. */
    private static final int MAX_STEM = 58;

    private Objects() {}

    /** An object as it is first stored: its own uid and time, defaults, no resourceVersion. */
    public static void prepareNew(
            ResourceKind kind, ObjectNode object, String namespace, Instant now, RandomGenerator random) {
        ObjectNode meta = Json.objectIn(object, "metadata");
        meta.remove(java.util.List.of(
                "selfLink",
                "resourceVersion",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "generation",
                "managedFields"));
        String generateName = Json.text(meta, "generateName");
        if (Json.text(meta, "name").isEmpty() && !generateName.isEmpty()) {
            StringBuilder name = new StringBuilder(
                    generateName.length() > MAX_STEM ? generateName.substring(0, MAX_STEM) : generateName);
            for (int i = 0; i < GENERATED_LENGTH; i++) {
                name.append(GENERATED.charAt(random.nextInt(GENERATED.length())));
            }
            meta.put("name", name.toString());
        }
        if (kind.namespaced()) {
            meta.put("namespace", namespace);
        } else {
            meta.remove("namespace");
        }
        meta.put("uid", UUID.randomUUID().toString());
        meta.put("creationTimestamp", Timestamps.format(now));
        defaults(kind, object);
        if (kind == ResourceKind.NAMESPACE) {
            Json.objectIn(object, "status").put("phase", "Active").remove("conditions");
            Json.objectIn(meta, "labels").put("kubernetes.io/metadata.name", Json.text(meta, "name"));
            ObjectNode spec = Json.objectIn(object, "spec");
            if (Json.arrayAt(spec, "finalizers").isEmpty()) {
                spec.putArray("finalizers").add("kubernetes");
            }
        }
    }

    /** An object that replaces {@code before}: what only the server sets is taken over. */
    public static void prepareChange(ResourceKind kind, ObjectNode before, ObjectNode object) {
        ObjectNode was = Json.objectAt(before, "metadata");
        ObjectNode meta = Json.objectIn(object, "metadata");
        for (String field : java.util.List.of(
                "generateName",
                "generation",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "resourceVersion",
                "selfLink")) {
            keep(was, meta, field);
        }
        for (String field : java.util.List.of("uid", "creationTimestamp", "namespace", "name")) {
            if (Json.text(meta, field).isEmpty()) {
                keep(was, meta, field);
            }
        }
        defaults(kind, object);
        if (kind == ResourceKind.NAMESPACE) {
            keep(before, object, "status");
            keep(before, object, "spec");
            Json.objectIn(meta, "labels").put("kubernetes.io/metadata.name", Json.text(meta, "name"));
        }
    }

    /** Fills in what kube-apiserver defaults, and folds stringData into data. */
    public static void defaults(ResourceKind kind, ObjectNode object) {
        if (kind != ResourceKind.SECRET) {
            return;
        }
        if (object.get("stringData") instanceof ObjectNode strings) {
            ObjectNode data = Json.objectIn(object, "data");
            for (Map.Entry<String, JsonNode> entry : strings.properties()) {
                data.set(
                        entry.getKey(),
                        BinaryNode.valueOf(entry.getValue().textValue().getBytes(StandardCharsets.UTF_8)));
            }
            object.remove("stringData");
        }
        if (Json.text(object, "type").isEmpty()) {
            object.put("type", "Opaque");
        }
    }

    private static void keep(ObjectNode from, ObjectNode to, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value.deepCopy());
        }
    }

    /** Whether two objects are the same but for resourceVersion. */
    public static boolean same(ObjectNode one, ObjectNode other) {
        ObjectNode a = one.deepCopy();
        ObjectNode b = other.deepCopy();
        Json.objectIn(a, "metadata").remove("resourceVersion");
        Json.objectIn(b, "metadata").remove("resourceVersion");
        return a.equals(b);
    }
}
