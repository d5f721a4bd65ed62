package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.kernel.SecretBytes;
import io.k8s.core.v1.Namespace;
import io.k8s.core.v1.NamespaceCondition;
import io.k8s.core.v1.NamespaceSpec;
import io.k8s.core.v1.NamespaceStatus;
import io.k8s.core.v1.Secret;
import io.k8s.meta.v1.DeleteOptions;
import io.k8s.meta.v1.FieldsV1;
import io.k8s.meta.v1.ManagedFieldsEntry;
import io.k8s.meta.v1.ObjectMeta;
import io.k8s.meta.v1.OwnerReference;
import io.k8s.meta.v1.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Between the model's JSON and Kubernetes' protobuf messages (the content of {@code runtime.Unknown.raw}).
 *
 * <p>Writing follows the Go code: map entries in the order of their keys, and the strings that Go has no pointer for are
 * written though empty, so that an object which did not change has the bytes it had.
 */
final class WireForm {
    /** kube-apiserver takes deeper; no message of these kinds has more than four levels. */
    private static final int MAX_DEPTH = 20;

    private WireForm() {}

    /** An object of the model, from its message. Null when the bytes are no such message. */
    static @Nullable ObjectNode read(ResourceKind kind, byte[] raw) {
        try {
            return switch (kind) {
                case SECRET -> secret(Secret.parseFrom(input(raw)));
                case NAMESPACE -> namespace(Namespace.parseFrom(input(raw)));
            };
        } catch (InvalidProtocolBufferException refused) {
            return null;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static @Nullable ObjectNode readDeleteOptions(byte[] raw) {
        try {
            DeleteOptions options = DeleteOptions.parseFrom(input(raw));
            ObjectNode out = Json.object();
            if (options.hasGracePeriodSeconds()) {
                out.put("gracePeriodSeconds", options.getGracePeriodSeconds());
            }
            if (options.hasPreconditions()) {
                ObjectNode preconditions = out.putObject("preconditions");
                put(preconditions, "uid", options.getPreconditions().getUid());
                put(preconditions, "resourceVersion", options.getPreconditions().getResourceVersion());
            }
            put(out, "propagationPolicy", options.getPropagationPolicy());
            if (options.getDryRunCount() > 0) {
                options.getDryRunList().forEach(Json.arrayAt(out.set("dryRun", Json.array()), "dryRun")::add);
            }
            if (options.getIgnoreStoreReadErrorWithClusterBreakingPotential()) {
                out.put("ignoreStoreReadErrorWithClusterBreakingPotential", true);
            }
            return out;
        } catch (InvalidProtocolBufferException refused) {
            return null;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Values alias {@code raw}: wiping it wipes the message. The model's own copies are separate. */
    private static CodedInputStream input(byte[] raw) {
        CodedInputStream input = UnsafeByteOperations.unsafeWrap(raw).newCodedInput();
        input.enableAliasing(true);
        input.setRecursionLimit(MAX_DEPTH);
        return input;
    }

    /** The message of an object of the model. */
    static SecretBytes write(ResourceKind kind, ObjectNode object) {
        return switch (kind) {
            case SECRET -> bytes(secret(object));
            case NAMESPACE -> bytes(namespace(object));
        };
    }

    /** As {@link #write}, with the resourceVersion that storage leaves out. */
    static SecretBytes writeServed(ResourceKind kind, ObjectNode object) {
        String version = Json.text(Json.objectAt(object, "metadata"), "resourceVersion");
        return switch (kind) {
            case SECRET -> {
                Secret.Builder message = secret(object).toBuilder();
                message.getMetadataBuilder().setResourceVersion(version);
                yield bytes(message.build());
            }
            case NAMESPACE -> {
                Namespace.Builder message = namespace(object).toBuilder();
                message.getMetadataBuilder().setResourceVersion(version);
                yield bytes(message.build());
            }
        };
    }

    private static SecretBytes bytes(Message message) {
        byte[] out = new byte[message.getSerializedSize()];
        CodedOutputStream stream = CodedOutputStream.newInstance(out);
        stream.useDeterministicSerialization();
        try {
            message.writeTo(stream);
            stream.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return SecretBytes.takeOwnershipOf(out);
    }

    private static ObjectNode secret(Secret message) {
        ObjectNode out = head(ResourceKind.SECRET, message.getMetadata());
        if (message.getDataCount() > 0) {
            ObjectNode data = out.putObject("data");
            new TreeMap<>(message.getDataMap())
                    .forEach((key, value) -> data.set(key, BinaryNode.valueOf(value.toByteArray())));
        }
        texts(out, "stringData", message.getStringDataMap());
        put(out, "type", message.getType());
        if (message.hasImmutable()) {
            out.put("immutable", message.getImmutable());
        }
        return out;
    }

    private static Secret secret(ObjectNode object) {
        Secret.Builder out = Secret.newBuilder().setMetadata(meta(Json.objectAt(object, "metadata")));
        for (Map.Entry<String, JsonNode> entry : Json.objectAt(object, "data").properties()) {
            out.putData(entry.getKey(), ByteString.copyFrom(((BinaryNode) entry.getValue()).binaryValue()));
        }
        out.setType(Json.text(object, "type"));
        if (object.get("immutable") != null) {
            out.setImmutable(object.path("immutable").booleanValue());
        }
        return out.build();
    }

    private static ObjectNode namespace(Namespace message) {
        ObjectNode out = head(ResourceKind.NAMESPACE, message.getMetadata());
        if (message.getSpec().getFinalizersCount() > 0) {
            message.getSpec().getFinalizersList().forEach(out.putObject("spec").putArray("finalizers")::add);
        }
        NamespaceStatus status = message.getStatus();
        if (!status.getPhase().isEmpty() || status.getConditionsCount() > 0) {
            ObjectNode state = out.putObject("status");
            put(state, "phase", status.getPhase());
            if (status.getConditionsCount() > 0) {
                var conditions = state.putArray("conditions");
                for (NamespaceCondition condition : status.getConditionsList()) {
                    ObjectNode one = conditions.addObject();
                    put(one, "type", condition.getType());
                    put(one, "status", condition.getStatus());
                    time(
                            one,
                            "lastTransitionTime",
                            condition.hasLastTransitionTime(),
                            condition.getLastTransitionTime());
                    put(one, "reason", condition.getReason());
                    put(one, "message", condition.getMessage());
                }
            }
        }
        return out;
    }

    private static Namespace namespace(ObjectNode object) {
        NamespaceSpec.Builder spec = NamespaceSpec.newBuilder();
        Json.arrayAt(Json.objectAt(object, "spec"), "finalizers").forEach(it -> spec.addFinalizers(it.textValue()));
        ObjectNode state = Json.objectAt(object, "status");
        NamespaceStatus.Builder status = NamespaceStatus.newBuilder().setPhase(Json.text(state, "phase"));
        for (JsonNode one : Json.arrayAt(state, "conditions")) {
            NamespaceCondition.Builder condition = NamespaceCondition.newBuilder()
                    .setType(Json.text(one, "type"))
                    .setStatus(Json.text(one, "status"))
                    .setReason(Json.text(one, "reason"))
                    .setMessage(Json.text(one, "message"));
            Time since = time(one, "lastTransitionTime");
            if (since != null) {
                condition.setLastTransitionTime(since);
            }
            status.addConditions(condition);
        }
        return Namespace.newBuilder()
                .setMetadata(meta(Json.objectAt(object, "metadata")))
                .setSpec(spec)
                .setStatus(status)
                .build();
    }

    private static ObjectNode head(ResourceKind kind, ObjectMeta meta) {
        ObjectNode out = Json.object();
        out.put("kind", kind.kind()).put("apiVersion", "v1");
        ObjectNode to = out.putObject("metadata");
        put(to, "name", meta.getName());
        put(to, "generateName", meta.getGenerateName());
        put(to, "namespace", meta.getNamespace());
        put(to, "uid", meta.getUid());
        put(to, "resourceVersion", meta.getResourceVersion());
        if (meta.getGeneration() != 0) {
            to.put("generation", meta.getGeneration());
        }
        time(to, "creationTimestamp", meta.hasCreationTimestamp(), meta.getCreationTimestamp());
        time(to, "deletionTimestamp", meta.hasDeletionTimestamp(), meta.getDeletionTimestamp());
        if (meta.hasDeletionGracePeriodSeconds()) {
            to.put("deletionGracePeriodSeconds", meta.getDeletionGracePeriodSeconds());
        }
        texts(to, "labels", meta.getLabelsMap());
        texts(to, "annotations", meta.getAnnotationsMap());
        if (meta.getOwnerReferencesCount() > 0) {
            var owners = to.putArray("ownerReferences");
            for (OwnerReference owner : meta.getOwnerReferencesList()) {
                ObjectNode one = owners.addObject();
                one.put("apiVersion", owner.getApiVersion());
                one.put("kind", owner.getKind());
                one.put("name", owner.getName());
                one.put("uid", owner.getUid());
                if (owner.hasController()) {
                    one.put("controller", owner.getController());
                }
                if (owner.hasBlockOwnerDeletion()) {
                    one.put("blockOwnerDeletion", owner.getBlockOwnerDeletion());
                }
            }
        }
        if (meta.getFinalizersCount() > 0) {
            meta.getFinalizersList().forEach(to.putArray("finalizers")::add);
        }
        if (meta.getManagedFieldsCount() > 0) {
            var entries = to.putArray("managedFields");
            for (ManagedFieldsEntry entry : meta.getManagedFieldsList()) {
                ObjectNode one = entries.addObject();
                put(one, "manager", entry.getManager());
                put(one, "operation", entry.getOperation());
                put(one, "apiVersion", entry.getApiVersion());
                time(one, "time", entry.hasTime(), entry.getTime());
                put(one, "fieldsType", entry.getFieldsType());
                if (entry.hasFieldsV1()) {
                    JsonNode fields = Json.read(entry.getFieldsV1().getRaw().toByteArray());
                    one.set("fieldsV1", fields == null ? Json.object() : fields);
                }
                put(one, "subresource", entry.getSubresource());
            }
        }
        return out;
    }

    private static ObjectMeta meta(ObjectNode from) {
        // resourceVersion and selfLink are never stored (PrepareObjectForStorage).
        ObjectMeta.Builder out = ObjectMeta.newBuilder()
                .setName(Json.text(from, "name"))
                .setGenerateName(Json.text(from, "generateName"))
                .setNamespace(Json.text(from, "namespace"))
                .setSelfLink("")
                .setUid(Json.text(from, "uid"))
                .setResourceVersion("")
                .setGeneration(from.path("generation").longValue());
        Time created = time(from, "creationTimestamp");
        out.setCreationTimestamp(created == null ? Time.getDefaultInstance() : created);
        Time deleted = time(from, "deletionTimestamp");
        if (deleted != null) {
            out.setDeletionTimestamp(deleted);
        }
        if (from.get("deletionGracePeriodSeconds") != null) {
            out.setDeletionGracePeriodSeconds(
                    from.path("deletionGracePeriodSeconds").longValue());
        }
        Json.objectAt(from, "labels")
                .properties()
                .forEach(it -> out.putLabels(it.getKey(), it.getValue().textValue()));
        Json.objectAt(from, "annotations")
                .properties()
                .forEach(it -> out.putAnnotations(it.getKey(), it.getValue().textValue()));
        for (JsonNode owner : Json.arrayAt(from, "ownerReferences")) {
            OwnerReference.Builder one = OwnerReference.newBuilder()
                    .setKind(Json.text(owner, "kind"))
                    .setName(Json.text(owner, "name"))
                    .setUid(Json.text(owner, "uid"))
                    .setApiVersion(Json.text(owner, "apiVersion"));
            if (owner.get("controller") != null) {
                one.setController(owner.path("controller").booleanValue());
            }
            if (owner.get("blockOwnerDeletion") != null) {
                one.setBlockOwnerDeletion(owner.path("blockOwnerDeletion").booleanValue());
            }
            out.addOwnerReferences(one);
        }
        Json.arrayAt(from, "finalizers").forEach(it -> out.addFinalizers(it.textValue()));
        for (JsonNode entry : Json.arrayAt(from, "managedFields")) {
            ManagedFieldsEntry.Builder one = ManagedFieldsEntry.newBuilder()
                    .setManager(Json.text(entry, "manager"))
                    .setOperation(Json.text(entry, "operation"))
                    .setApiVersion(Json.text(entry, "apiVersion"))
                    .setFieldsType(Json.text(entry, "fieldsType"))
                    .setSubresource(Json.text(entry, "subresource"));
            Time time = time(entry, "time");
            if (time != null) {
                one.setTime(time);
            }
            JsonNode fields = entry.get("fieldsV1");
            if (fields != null) {
                one.setFieldsV1(FieldsV1.newBuilder().setRaw(ByteString.copyFrom(Json.write(fields))));
            }
            out.addManagedFields(one);
        }
        return out.build();
    }

    private static void texts(ObjectNode node, String field, Map<String, String> values) {
        if (!values.isEmpty()) {
            ObjectNode out = node.putObject(field);
            new TreeMap<>(values).forEach(out::put);
        }
    }

    private static void put(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }

    private static void time(ObjectNode node, String field, boolean present, Time time) {
        Instant instant = present ? Timestamps.ofEpochSecond(time.getSeconds()) : null;
        // Go's zero time is an empty message.
        if (instant != null && (time.hasSeconds() || time.hasNanos())) {
            node.put(field, Timestamps.format(instant));
        }
    }

    private static @Nullable Time time(JsonNode node, String field) {
        String text = Json.text(node, field);
        Instant time = text.isEmpty() ? null : Timestamps.parse(text);
        return time == null
                ? null
                : Time.newBuilder()
                        .setSeconds(time.getEpochSecond())
                        .setNanos(0)
                        .build();
    }
}
