package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.holdfast.kernel.Printable;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Details;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Patches on an object's JSON: JSON merge patch (RFC 7396), JSON patch (RFC 6902), and Kubernetes' strategic merge patch
 * with the two lists of ObjectMeta that it merges ({@code finalizers} by value, {@code ownerReferences} by uid).
 *
 * <p>What they answer is text form ({@link #textForm}): it still has to be read with {@link ObjectText#conform}.
 */
public final class Patches {
    private static final int MAX_OPERATIONS = 1_000;
    /** Characters and nodes that the operations of one JSON patch may copy: without it, each copy could double. */
    private static final long MAX_COPIED = 4L << 20;

    private Patches() {}

    /** A copy of the object as its JSON text would parse: data values are base64 text. */
    public static ObjectNode textForm(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        if (copy.get("data") instanceof ObjectNode data) {
            for (Map.Entry<String, JsonNode> entry : data.properties()) {
                entry.setValue(TextNode.valueOf(entry.getValue().asText()));
            }
        }
        return copy;
    }

    /** RFC 7396. {@code target} may be changed; use the answer. */
    public static ObjectNode merge(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String field = entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                target.remove(field);
            } else if (value instanceof ObjectNode inner) {
                target.set(field, merge(Json.objectAt(target, field), inner));
            } else {
                target.set(field, value.deepCopy());
            }
        }
        return target;
    }

    /** Kubernetes' strategic merge patch for these kinds. {@code target} may be changed; use the answer. */
    public static ObjectNode strategic(ObjectNode target, ObjectNode patch) {
        String directive = Json.text(patch, "$patch");
        ObjectNode out = target;
        switch (directive) {
            case "", "merge" -> {}
            case "replace" -> out = Json.object();
            case "delete" -> {
                return Json.object();
            }
            default ->
                throw ApiRefusal.badRequest("unknown directive $patch: " + Printable.shorten(directive)
                        + "; it is merge, replace or delete");
        }
        JsonNode retain = patch.get("$retainKeys");
        if (retain instanceof ArrayNode keys) {
            out = out.deepCopy();
            java.util.Set<String> kept = new java.util.HashSet<>();
            keys.forEach(it -> kept.add(it.asText()));
            out.retain(kept);
        }
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String field = entry.getKey();
            JsonNode value = entry.getValue();
            if (field.startsWith("$deleteFromPrimitiveList/")) {
                removeItems(out, field.substring(field.indexOf('/') + 1), value);
            } else if (field.startsWith("$")) {
                continue;
            } else if (value.isNull()) {
                out.remove(field);
            } else if (value instanceof ObjectNode inner) {
                out.set(field, strategic(Json.objectAt(out, field), inner));
            } else if (value instanceof ArrayNode items && field.equals("finalizers")) {
                addItems(out, field, items);
            } else if (value instanceof ArrayNode items && field.equals("ownerReferences")) {
                mergeOwners(out, items);
            } else {
                out.set(field, value.deepCopy());
            }
        }
        return out;
    }

    private static void addItems(ObjectNode target, String field, ArrayNode items) {
        ArrayNode merged = Json.arrayAt(target, field).deepCopy();
        for (JsonNode item : items) {
            if (!contains(merged, item)) {
                merged.add(item.deepCopy());
            }
        }
        target.set(field, merged);
    }

    private static void removeItems(ObjectNode target, String field, JsonNode items) {
        ArrayNode kept = Json.array();
        for (JsonNode item : Json.arrayAt(target, field)) {
            if (!(items instanceof ArrayNode gone && contains(gone, item))) {
                kept.add(item);
            }
        }
        target.set(field, kept);
    }

    private static boolean contains(ArrayNode items, JsonNode wanted) {
        for (JsonNode item : items) {
            if (item.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static void mergeOwners(ObjectNode target, ArrayNode owners) {
        Map<String, JsonNode> merged = new java.util.LinkedHashMap<>();
        for (JsonNode owner : Json.arrayAt(target, "ownerReferences")) {
            merged.put(Json.text(owner, "uid"), owner);
        }
        for (JsonNode owner : owners) {
            String uid = Json.text(owner, "uid");
            if (!(owner instanceof ObjectNode patch) || uid.isEmpty()) {
                throw ApiRefusal.badRequest("map: metadata.ownerReferences does not contain declared merge key: uid");
            }
            switch (Json.text(patch, "$patch")) {
                case "delete" -> merged.remove(uid);
                case "replace" -> {
                    // A list's own directive: all that follows replaces what was there.
                    merged.clear();
                }
                default ->
                    merged.merge(
                            uid,
                            strategic(Json.object(), patch),
                            (old, added) -> merge(((ObjectNode) old).deepCopy(), (ObjectNode) added));
            }
        }
        ArrayNode out = Json.array();
        merged.values().forEach(out::add);
        target.set("ownerReferences", out);
    }

    /**
     * RFC 6902. {@code target} is changed.
     *
     * @throws ApiRefusal 400 for what is no patch, 413 for too many operations, 422 when an operation or a test fails
     */
    public static ObjectNode operations(ObjectNode target, JsonNode patch) {
        if (!(patch instanceof ArrayNode operations)) {
            throw ApiRefusal.badRequest("a JSON patch is an array of operations");
        }
        if (operations.size() > MAX_OPERATIONS) {
            throw ApiRefusal.tooLarge(MAX_OPERATIONS);
        }
        ObjectNode root = Json.object();
        root.set("", target);
        long copied = 0;
        for (JsonNode operation : operations) {
            String name = Json.text(operation, "op");
            Place to = place(root, operation, "path");
            switch (name) {
                case "add" -> add(to, value(operation).deepCopy());
                case "remove" -> remove(to);
                case "replace" -> {
                    requirePresent(to);
                    set(to, value(operation).deepCopy());
                }
                case "move" -> {
                    String from = Json.text(operation, "from");
                    if (Json.text(operation, "path").startsWith(from + "/")) {
                        throw failed("a value cannot be moved into itself");
                    }
                    Place source = place(root, operation, "from");
                    JsonNode moved = requirePresent(source);
                    remove(source);
                    add(place(root, operation, "path"), moved);
                }
                case "copy" -> {
                    JsonNode value = requirePresent(place(root, operation, "from"));
                    copied += size(value);
                    if (copied > MAX_COPIED) {
                        throw ApiRefusal.tooLarge(MAX_COPIED);
                    }
                    add(to, value.deepCopy());
                }
                case "test" -> {
                    if (!requirePresent(to).equals(value(operation))) {
                        throw failed("testing path " + Printable.shorten(Json.text(operation, "path")) + " failed");
                    }
                }
                default -> throw ApiRefusal.badRequest("unexpected op in a JSON patch: " + Printable.shorten(name));
            }
        }
        if (root.get("") instanceof ObjectNode result) {
            return result;
        }
        throw failed("the patch leaves no object");
    }

    private record Place(JsonNode parent, String key) {
        @Nullable
        JsonNode value() {
            if (parent instanceof ArrayNode items) {
                int index = index(key, items.size() - 1);
                return index < 0 ? null : items.get(index);
            }
            return parent.get(key);
        }
    }

    private static Place place(ObjectNode root, JsonNode operation, String field) {
        JsonNode text = operation.get(field);
        if (text == null || !text.isTextual()) {
            throw ApiRefusal.badRequest("an operation of a JSON patch lacks " + field);
        }
        String pointer = text.textValue();
        if (pointer.isEmpty()) {
            return new Place(root, "");
        }
        if (pointer.charAt(0) != '/') {
            throw ApiRefusal.badRequest("not a JSON pointer: " + Printable.shorten(pointer));
        }
        String[] steps = pointer.substring(1).split("/", -1);
        JsonNode at = root.path("");
        for (int i = 0; i < steps.length - 1; i++) {
            JsonNode next = new Place(at, unescape(steps[i])).value();
            if (next == null || !next.isContainerNode()) {
                throw failed("path " + Printable.shorten(pointer) + " does not exist");
            }
            at = next;
        }
        return new Place(at, unescape(steps[steps.length - 1]));
    }

    private static String unescape(String step) {
        return step.replace("~1", "/").replace("~0", "~");
    }

    private static JsonNode value(JsonNode operation) {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw ApiRefusal.badRequest("an operation of a JSON patch lacks value");
        }
        return value;
    }

    private static void add(Place place, JsonNode value) {
        if (place.parent() instanceof ArrayNode items) {
            int index = place.key().equals("-") ? items.size() : index(place.key(), items.size());
            if (index < 0) {
                throw failed("no such place in the list: " + Printable.shorten(place.key()));
            }
            items.insert(index, value);
        } else if (place.parent() instanceof ObjectNode fields) {
            fields.set(place.key(), value);
        } else {
            throw failed("no such place: " + Printable.shorten(place.key()));
        }
    }

    private static void set(Place place, JsonNode value) {
        if (place.parent() instanceof ArrayNode items) {
            items.set(index(place.key(), items.size() - 1), value);
        } else if (place.parent() instanceof ObjectNode fields) {
            fields.set(place.key(), value);
        }
    }

    private static void remove(Place place) {
        requirePresent(place);
        if (place.parent() instanceof ArrayNode items) {
            items.remove(index(place.key(), items.size() - 1));
        } else if (place.parent() instanceof ObjectNode fields) {
            fields.remove(place.key());
        }
    }

    private static JsonNode requirePresent(Place place) {
        JsonNode value = place.value();
        if (value == null) {
            throw failed("path does not exist: " + Printable.shorten(place.key()));
        }
        return value;
    }

    /** RFC 6901: digits without a leading zero. Negative when it is none, or above {@code last}. */
    private static int index(String key, int last) {
        if (key.isEmpty() || key.length() > 6 || (key.length() > 1 && key.charAt(0) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value > last ? -1 : value;
    }

    private static long size(JsonNode node) {
        if (!node.isContainerNode()) {
            return 1 + node.asText().length();
        }
        long size = 1;
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            size += entry.getKey().length() + size(entry.getValue());
        }
        if (node.isArray()) {
            for (JsonNode item : node) {
                size += size(item);
            }
        }
        return size;
    }

    private static ApiRefusal failed(String why) {
        return new ApiRefusal(new ApiStatus(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request: " + why,
                Details.NONE));
    }
}
