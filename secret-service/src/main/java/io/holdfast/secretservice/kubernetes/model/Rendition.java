package io.holdfast.secretservice.kubernetes.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The form of an answer that a client asks for with {@code Accept}. */
public sealed interface Rendition {

    /** The objects themselves, in JSON. */
    record Objects() implements Rendition {}

    /** A single object in Kubernetes' protobuf; only for clients that take nothing else. */
    record Protobuf() implements Rendition {}

    /** {@code meta.k8s.io Table}, which kubectl prints. */
    record Table(String version, Include include) implements Rendition {}

    /** {@code PartialObjectMetadata}, or the list of it. */
    record Partial(String version) implements Rendition {}

    /** What the rows of a table carry of their object ({@code includeObject}). */
    enum Include {
        NONE,
        METADATA,
        OBJECT
    }

    /** @throws ApiRefusal 400 for an unknown value */
    static Include include(String parameter) {
        return switch (parameter) {
            case "", "Metadata" -> Include.METADATA;
            case "None" -> Include.NONE;
            case "Object" -> Include.OBJECT;
            default -> throw ApiRefusal.badRequest("includeObject must be None, Metadata or Object");
        };
    }

    /**
     * The first form of the header that this endpoint has.
     *
     * @param accept the header, empty when absent
     * @throws ApiRefusal 406 when there is none
     */
    static Rendition negotiate(String accept, Include include) {
        if (accept.isBlank()) {
            return new Objects();
        }
        boolean protobuf = false;
        for (String range : accept.split(",", -1)) {
            String[] parts = range.split(";", -1);
            String type = parts[0].strip().toLowerCase(Locale.ROOT);
            String as = "";
            String version = "";
            String group = "";
            boolean refused = false;
            for (int i = 1; i < parts.length; i++) {
                String[] parameter = parts[i].strip().split("=", 2);
                String value = parameter.length > 1 ? parameter[1] : "";
                switch (parameter[0]) {
                    case "as" -> as = value;
                    case "v" -> version = value;
                    case "g" -> group = value;
                    case "q" -> refused = value.matches("0(\\.0*)?");
                    default -> {
                        // charset, pretty, stream: nothing that changes the form.
                    }
                }
            }
            boolean json =
                    switch (type) {
                        case "application/json", "*/*", "application/*" -> true;
                        default -> false;
                    };
            if (refused) {
                continue;
            }
            if (type.equals(ObjectText.PROTOBUF) && as.isEmpty()) {
                protobuf = true;
            }
            if (!json) {
                continue;
            }
            if (as.isEmpty()) {
                return new Objects();
            }
            if (group.equals("meta.k8s.io") && (version.equals("v1") || version.equals("v1beta1"))) {
                switch (as) {
                    case "Table" -> {
                        return new Table(version, include);
                    }
                    case "PartialObjectMetadata", "PartialObjectMetadataList" -> {
                        return new Partial(version);
                    }
                    default -> {
                        // A form that this endpoint does not have: the next range.
                    }
                }
            }
        }
        if (protobuf) {
            return new Protobuf();
        }
        throw ApiRefusal.notAcceptable();
    }

    /**
     * The metadata of a list.
     *
     * @param next empty for the last page
     * @param remaining negative leaves it out
     */
    record ListMeta(long revision, String next, long remaining) {
        ObjectNode toJson() {
            ObjectNode meta = Json.object();
            meta.put("resourceVersion", Long.toString(revision));
            if (!next.isEmpty()) {
                meta.put("continue", next);
                if (remaining >= 0) {
                    meta.put("remainingItemCount", remaining);
                }
            }
            return meta;
        }
    }

    /**
     * What is known of an object that cannot be read, or whose content the caller may not read.
     *
     * @param state one word: KeyAccessBlocked, Damaged, …
     */
    record Named(String namespace, String name, long revision, String state) {}

    /** A list of objects in this form. */
    static ObjectNode list(Rendition form, ResourceKind kind, List<ObjectNode> objects, ListMeta meta, Instant now) {
        return switch (form) {
            case Objects plain -> objectList(kind, objects, meta);
            case Protobuf none -> throw ApiRefusal.notAcceptable();
            case Table table -> {
                ObjectNode out = tableHead(table.version(), columns(kind), meta.toJson());
                ArrayNode rows = out.putArray("rows");
                objects.forEach(it -> rows.add(row(table, kind, it, now)));
                yield out;
            }
            case Partial partial -> {
                ObjectNode out = Json.object();
                out.put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/" + partial.version());
                out.set("metadata", meta.toJson());
                ArrayNode items = out.putArray("items");
                objects.forEach(it -> items.add(partial(partial.version(), it)));
                yield out;
            }
        };
    }

    private static ObjectNode objectList(ResourceKind kind, List<ObjectNode> objects, ListMeta meta) {
        ObjectNode out = Json.object();
        out.put("kind", kind.kind() + "List").put("apiVersion", "v1");
        out.set("metadata", meta.toJson());
        ArrayNode items = out.putArray("items");
        for (ObjectNode object : objects) {
            // As real servers: the items' kind is the list's.
            ObjectNode item = Json.object();
            object.properties().forEach(it -> {
                if (!it.getKey().equals("kind") && !it.getKey().equals("apiVersion")) {
                    item.set(it.getKey(), it.getValue());
                }
            });
            items.add(item);
        }
        return out;
    }

    /** One object in this form; {@link Protobuf} is not JSON and not made here. */
    static ObjectNode one(Rendition form, ResourceKind kind, ObjectNode object, Instant now) {
        return switch (form) {
            case Objects plain -> object;
            case Protobuf none -> throw ApiRefusal.notAcceptable();
            case Table table -> {
                ObjectNode meta = Json.object();
                meta.put("resourceVersion", Json.text(Json.objectAt(object, "metadata"), "resourceVersion"));
                ObjectNode out = tableHead(table.version(), columns(kind), meta);
                out.putArray("rows").add(row(table, kind, object, now));
                yield out;
            }
            case Partial partial -> partial(partial.version(), object);
        };
    }

    /** Names in this form, which is a table or metadata. Without {@code asList} there is exactly one. */
    static ObjectNode names(Rendition form, List<Named> names, ListMeta meta, boolean asList) {
        if (form instanceof Partial partial) {
            if (!asList) {
                return partialName(partial.version(), names.getFirst());
            }
            ObjectNode out = Json.object();
            out.put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/" + partial.version());
            out.set("metadata", meta.toJson());
            ArrayNode items = out.putArray("items");
            names.forEach(it -> items.add(partialName(partial.version(), it)));
            return out;
        }
        String version = form instanceof Table table ? table.version() : "v1";
        ArrayNode columns = Json.array();
        columns.add(column("Name", "name", "Name must be unique within a namespace."));
        columns.add(column("State", "", "Why the object cannot be read."));
        ObjectNode out = tableHead(version, columns, meta.toJson());
        ArrayNode rows = out.putArray("rows");
        for (Named name : names) {
            ObjectNode row = rows.addObject();
            row.putArray("cells").add(name.name()).add(name.state());
            if (!(form instanceof Table table) || table.include() != Include.NONE) {
                row.set("object", partialName(version, name));
            }
        }
        return out;
    }

    private static ObjectNode partialName(String version, Named name) {
        ObjectNode out = Json.object();
        out.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/" + version);
        ObjectNode meta = out.putObject("metadata");
        meta.put("name", name.name());
        if (!name.namespace().isEmpty()) {
            meta.put("namespace", name.namespace());
        }
        meta.put("resourceVersion", Long.toString(name.revision()));
        meta.putObject("annotations").put("holdfast.io/state", name.state());
        return out;
    }

    private static ObjectNode partial(String version, ObjectNode object) {
        ObjectNode out = Json.object();
        out.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/" + version);
        out.set("metadata", Json.objectAt(object, "metadata"));
        return out;
    }

    private static ObjectNode tableHead(String version, ArrayNode columns, ObjectNode meta) {
        ObjectNode out = Json.object();
        out.put("kind", "Table").put("apiVersion", "meta.k8s.io/" + version);
        out.set("metadata", meta);
        out.set("columnDefinitions", columns);
        return out;
    }

    private static ArrayNode columns(ResourceKind kind) {
        ArrayNode out = Json.array();
        out.add(column("Name", "name", "Name must be unique within a namespace."));
        switch (kind) {
            case SECRET -> {
                out.add(column("Type", "", "Used to facilitate programmatic handling of secret data."));
                out.add(column("Data", "", "How many entries the data has."));
            }
            case NAMESPACE -> out.add(column("Status", "", "The status of the namespace"));
        }
        out.add(column("Age", "", "Since the object was created."));
        return out;
    }

    private static ObjectNode column(String name, String format, String description) {
        return Json.object()
                .put("name", name)
                .put("type", "string")
                .put("format", format)
                .put("description", description)
                .put("priority", 0);
    }

    private static ObjectNode row(Table table, ResourceKind kind, ObjectNode object, Instant now) {
        ObjectNode row = Json.object();
        ObjectNode meta = Json.objectAt(object, "metadata");
        ArrayNode cells = row.putArray("cells").add(Json.text(meta, "name"));
        switch (kind) {
            case SECRET ->
                cells.add(Json.text(object, "type"))
                        .add(Json.objectAt(object, "data").size());
            case NAMESPACE -> cells.add(Json.text(Json.objectAt(object, "status"), "phase"));
        }
        Instant created = Timestamps.parse(Json.text(meta, "creationTimestamp"));
        cells.add(created == null ? "<unknown>" : Timestamps.age(created, now));
        switch (table.include()) {
            case NONE -> {}
            case METADATA -> row.set("object", partial(table.version(), object));
            case OBJECT -> row.set("object", object);
        }
        return row;
    }
}
