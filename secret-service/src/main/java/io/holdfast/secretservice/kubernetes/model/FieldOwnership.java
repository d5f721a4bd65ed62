package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.secretservice.kubernetes.model.ApiStatus.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code metadata.managedFields}: which manager set which field (KEP-555). Owned are the entries of data, labels and
 * annotations, and each other field as a whole; the lists of ObjectMeta are owned as a whole too, where kube-apiserver
 * owns them by item.
 */
public final class FieldOwnership {
    /** As kube-apiserver: older entries of updates are merged into one. */
    private static final int MAX_UPDATE_ENTRIES = 10;

    private static final String ANCIENT = "ancient-changes";
    private static final Set<String> MAPS = Set.of("data", "labels", "annotations");
    private static final Set<String> META_FIELDS =
            Set.of("labels", "annotations", "finalizers", "ownerReferences", "generateName");
    /** Between the steps of a path; it cannot stand in a field's name that passes validation. */
    private static final String STEP = "\u0000";

    private FieldOwnership() {}

    private static final class Entry {
        final ObjectNode head;
        final Set<String> paths;

        Entry(ObjectNode head, Set<String> paths) {
            this.head = head;
            this.paths = paths;
        }

        boolean is(String manager, String operation) {
            return Json.text(head, "manager").equals(manager)
                    && Json.text(head, "operation").equals(operation)
                    && Json.text(head, "subresource").isEmpty();
        }
    }

    /**
     * Records a create or an update in {@code after}. Entries are those of {@code before}, whatever {@code after} says;
     * without a change they stay as they are.
     *
     * @param before an empty object for a create
     */
    public static void recordUpdate(ObjectNode before, ObjectNode after, String manager, Instant now) {
        Map<String, JsonNode> was = leaves(before);
        Map<String, JsonNode> is = leaves(after);
        Set<String> changed = new TreeSet<>();
        is.forEach((path, value) -> {
            if (!value.equals(was.get(path))) {
                changed.add(path);
            }
        });
        Set<String> removed = new TreeSet<>(was.keySet());
        removed.removeAll(is.keySet());
        if (changed.isEmpty() && removed.isEmpty()) {
            copyEntries(before, after);
            return;
        }
        List<Entry> entries = entries(before);
        for (Entry entry : entries) {
            entry.paths.removeAll(removed);
            if (!entry.is(manager, "Update")) {
                entry.paths.removeAll(changed);
            }
        }
        if (!changed.isEmpty()) {
            Entry mine = entry(entries, manager, "Update");
            mine.paths.addAll(changed);
            mine.head.put("time", Timestamps.format(now));
        }
        write(after, entries);
    }

    /**
     * Server-side apply of {@code applied} over {@code before} (both of the model). Fields that this manager applied
     * before, leaves out now and owns alone are removed.
     *
     * @return the new object, its entries included
     * @throws ApiRefusal 409 naming the fields of other managers with another value, unless {@code force}
     */
    public static ObjectNode apply(ObjectNode before, ObjectNode applied, String manager, boolean force, Instant now) {
        Map<String, JsonNode> was = leaves(before);
        Map<String, JsonNode> wanted = leaves(applied);
        List<Entry> entries = entries(before);
        Set<String> differing = new TreeSet<>();
        wanted.forEach((path, value) -> {
            if (was.containsKey(path) && !value.equals(was.get(path))) {
                differing.add(path);
            }
        });
        List<Cause> conflicts = new ArrayList<>();
        for (Entry entry : entries) {
            if (!entry.is(manager, "Apply")) {
                for (String path : differing) {
                    if (entry.paths.contains(path)) {
                        conflicts.add(new Cause(
                                "FieldManagerConflict",
                                "conflict with \"" + Json.text(entry.head, "manager") + "\""
                                        + (Json.text(entry.head, "operation").equals("Apply") ? "" : " using v1"),
                                dotted(path)));
                    }
                }
            }
        }
        if (!conflicts.isEmpty() && !force) {
            throw ApiRefusal.applyConflict(conflicts);
        }
        ObjectNode after = before.deepCopy();
        wanted.forEach((path, value) -> put(after, path, value));
        Entry mine = entry(entries, manager, "Apply");
        for (String path : mine.paths) {
            boolean others = entries.stream().anyMatch(it -> it != mine && it.paths.contains(path));
            if (!wanted.containsKey(path) && !others) {
                remove(after, path);
            }
        }
        boolean changed = !mine.paths.equals(wanted.keySet()) || !leaves(after).equals(was);
        for (Entry entry : entries) {
            if (entry != mine) {
                entry.paths.removeAll(differing);
            }
        }
        mine.paths.clear();
        mine.paths.addAll(wanted.keySet());
        if (changed || Json.text(mine.head, "time").isEmpty()) {
            mine.head.put("time", Timestamps.format(now));
            write(after, entries);
        } else {
            copyEntries(before, after);
        }
        return after;
    }

    private static void copyEntries(ObjectNode before, ObjectNode after) {
        JsonNode entries = Json.objectAt(before, "metadata").get("managedFields");
        ObjectNode meta = Json.objectIn(after, "metadata");
        if (entries == null) {
            meta.remove("managedFields");
        } else {
            meta.set("managedFields", entries.deepCopy());
        }
    }

    private static Entry entry(List<Entry> entries, String manager, String operation) {
        for (Entry entry : entries) {
            if (entry.is(manager, operation)) {
                return entry;
            }
        }
        ObjectNode head = Json.object();
        head.put("manager", manager).put("operation", operation).put("apiVersion", "v1");
        Entry added = new Entry(head, new TreeSet<>());
        entries.add(added);
        return added;
    }

    private static List<Entry> entries(ObjectNode object) {
        List<Entry> out = new ArrayList<>();
        for (JsonNode stored : Json.arrayAt(Json.objectAt(object, "metadata"), "managedFields")) {
            if (stored instanceof ObjectNode node) {
                ObjectNode head = node.deepCopy();
                Set<String> paths = new TreeSet<>();
                collect(Json.objectAt(node, "fieldsV1"), "", paths);
                head.remove("fieldsV1");
                out.add(new Entry(head, paths));
            }
        }
        return out;
    }

    private static void collect(ObjectNode fields, String prefix, Set<String> paths) {
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            String path = prefix.isEmpty() ? field.getKey() : prefix + STEP + field.getKey();
            if (field.getValue() instanceof ObjectNode inner && !inner.isEmpty()) {
                collect(inner, path, paths);
            } else {
                paths.add(path);
            }
        }
    }

    private static void write(ObjectNode object, List<Entry> entries) {
        List<Entry> kept = new ArrayList<>(entries);
        kept.removeIf(it -> it.paths.isEmpty());
        while (kept.stream()
                        .filter(it -> Json.text(it.head, "operation").equals("Update"))
                        .count()
                > MAX_UPDATE_ENTRIES) {
            Entry oldest = null;
            Entry ancient = null;
            for (Entry entry : kept) {
                if (!Json.text(entry.head, "operation").equals("Update")) {
                    continue;
                }
                if (entry.is(ANCIENT, "Update")) {
                    ancient = entry;
                } else if (oldest == null
                        || Json.text(entry.head, "time").compareTo(Json.text(oldest.head, "time")) < 0) {
                    oldest = entry;
                }
            }
            if (oldest == null) {
                break;
            }
            if (ancient == null) {
                oldest.head.put("manager", ANCIENT);
                // Counted with the rest: the next round merges one more into it.
                continue;
            }
            ancient.paths.addAll(oldest.paths);
            kept.remove(oldest);
        }
        ObjectNode meta = Json.objectIn(object, "metadata");
        if (kept.isEmpty()) {
            meta.remove("managedFields");
            return;
        }
        ArrayNode out = meta.putArray("managedFields");
        for (Entry entry : kept) {
            ObjectNode one = entry.head;
            one.put("fieldsType", "FieldsV1");
            ObjectNode fields = Json.object();
            for (String path : entry.paths) {
                ObjectNode at = fields;
                for (String step : path.split(STEP, -1)) {
                    at = Json.objectIn(at, step);
                }
            }
            one.set("fieldsV1", fields);
            out.add(one);
        }
    }

    /** Every owned field of an object with its value; a map itself ({@code .}) counts as set. */
    private static Map<String, JsonNode> leaves(ObjectNode object) {
        Map<String, JsonNode> out = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            switch (field.getKey()) {
                case "kind", "apiVersion" -> {}
                case "metadata" -> {
                    if (field.getValue() instanceof ObjectNode meta) {
                        for (Map.Entry<String, JsonNode> inner : meta.properties()) {
                            if (META_FIELDS.contains(inner.getKey())) {
                                leaf(
                                        out,
                                        "f:metadata" + STEP + "f:" + inner.getKey(),
                                        inner.getKey(),
                                        inner.getValue());
                            }
                        }
                    }
                }
                case "spec", "status" -> {
                    for (Map.Entry<String, JsonNode> inner : field.getValue().properties()) {
                        leaf(
                                out,
                                "f:" + field.getKey() + STEP + "f:" + inner.getKey(),
                                inner.getKey(),
                                inner.getValue());
                    }
                }
                default -> leaf(out, "f:" + field.getKey(), field.getKey(), field.getValue());
            }
        }
        return out;
    }

    private static void leaf(Map<String, JsonNode> out, String path, String name, JsonNode value) {
        if (MAPS.contains(name) && value instanceof ObjectNode map) {
            out.put(path + STEP + ".", BooleanNode.TRUE);
            for (Map.Entry<String, JsonNode> entry : map.properties()) {
                out.put(path + STEP + "f:" + entry.getKey(), entry.getValue());
            }
        } else {
            out.put(path, value);
        }
    }

    private static void put(ObjectNode object, String path, JsonNode value) {
        String[] steps = path.split(STEP, -1);
        ObjectNode at = object;
        for (int i = 0; i < steps.length - 1; i++) {
            at = Json.objectIn(at, field(steps[i]));
        }
        String last = steps[steps.length - 1];
        if (!last.equals(".")) {
            at.set(field(last), value.deepCopy());
        }
    }

    private static void remove(ObjectNode object, String path) {
        String[] steps = path.split(STEP, -1);
        ObjectNode at = object;
        for (int i = 0; i < steps.length - 1; i++) {
            at = Json.objectAt(at, field(steps[i]));
        }
        String last = steps[steps.length - 1];
        if (!last.equals(".") && last.startsWith("f:")) {
            at.remove(field(last));
        }
    }

    private static String field(String step) {
        return step.startsWith("f:") ? step.substring(2) : step;
    }

    private static String dotted(String path) {
        StringBuilder out = new StringBuilder();
        for (String step : path.split(STEP, -1)) {
            if (!step.equals(".")) {
                out.append('.').append(field(step));
            }
        }
        return out.toString();
    }

    /** Whether a client asks for the entries to be dropped: an empty list, or a list of one empty entry. */
    public static boolean asksForReset(ObjectNode sent) {
        JsonNode entries = Json.objectAt(sent, "metadata").get("managedFields");
        return entries instanceof ArrayNode list
                && (list.isEmpty() || (list.size() == 1 && Objects.equals(list.get(0), Json.object())));
    }
}
