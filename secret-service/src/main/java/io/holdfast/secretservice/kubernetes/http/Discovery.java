package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import java.util.List;

/** What an endpoint says of itself: version, legacy discovery, and the smallest OpenAPI that kubectl works with. */
final class Discovery {
    /** Without the {@code @} of the Accept header: kubectl 1.20 cannot parse it in an answer. */
    private static final String OPENAPI_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static final List<String> SECRET_VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> NAMESPACE_VERBS =
            List.of("create", "delete", "get", "list", "patch", "update", "watch");

    private Discovery() {}

    /** The Kubernetes version whose API this endpoint follows. */
    static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "34")
                .put("gitVersion", "v1.34.0+holdfast")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "none")
                .put("platform", "holdfast");
    }

    static ObjectNode apiVersions() {
        ObjectNode out = Json.object().put("kind", "APIVersions");
        out.putArray("versions").add("v1");
        out.putArray("serverAddressByClientCIDRs");
        return out;
    }

    static ObjectNode groups() {
        ObjectNode out = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        out.putArray("groups");
        return out;
    }

    static ObjectNode resources() {
        ObjectNode out = Json.object().put("kind", "APIResourceList").put("groupVersion", "v1");
        ArrayNode resources = out.putArray("resources");
        for (ResourceKind kind : ResourceKind.values()) {
            ObjectNode resource = resources.addObject();
            resource.put("name", kind.plural())
                    .put("singularName", kind.singular())
                    .put("namespaced", kind.namespaced())
                    .put("kind", kind.kind());
            ArrayNode verbs = resource.putArray("verbs");
            switch (kind) {
                case SECRET -> SECRET_VERBS.forEach(verbs::add);
                case NAMESPACE -> NAMESPACE_VERBS.forEach(verbs::add);
            }
            if (!kind.shortNames().isEmpty()) {
                ArrayNode shortNames = resource.putArray("shortNames");
                kind.shortNames().forEach(shortNames::add);
            }
        }
        return out;
    }

    /** An empty document: kubectl then checks nothing itself and leaves it to fieldValidation. */
    static Answer openApiV2() {
        return new Answer(200, OPENAPI_V2, new byte[0], List.of(), 0);
    }

    static ObjectNode openApiV3(String base) {
        ObjectNode out = Json.object();
        out.putObject("paths").putObject("api/v1").put("serverRelativeURL", base + "/openapi/v3/api/v1?hash=1");
        return out;
    }

    /** Says that writes take fieldValidation and dryRun, which is what kubectl looks for. */
    static ObjectNode openApiV3Core() {
        ObjectNode out = Json.object().put("openapi", "3.0.0");
        out.putObject("info").put("title", "Holdfast").put("version", "v1");
        ObjectNode paths = out.putObject("paths");
        for (ResourceKind kind : ResourceKind.values()) {
            String collection =
                    kind.namespaced() ? "/api/v1/namespaces/{namespace}/" + kind.plural() : "/api/v1/" + kind.plural();
            operation(paths.putObject(collection), "post", "post", kind);
            ObjectNode object = paths.putObject(collection + "/{name}");
            operation(object, "put", "put", kind);
            operation(object, "patch", "patch", kind);
        }
        ObjectNode schemas = out.putObject("components").putObject("schemas");
        for (ResourceKind kind : ResourceKind.values()) {
            ObjectNode schema = schemas.putObject("io.k8s.api.core.v1." + kind.kind());
            schema.put("type", "object");
            groupVersionKind(schema.putArray("x-kubernetes-group-version-kind").addObject(), kind);
        }
        return out;
    }

    private static void operation(ObjectNode path, String method, String action, ResourceKind kind) {
        ObjectNode operation = path.putObject(method);
        ArrayNode parameters = operation.putArray("parameters");
        for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
            parameters
                    .addObject()
                    .put("in", "query")
                    .put("name", name)
                    .putObject("schema")
                    .put("type", "string");
        }
        operation.putObject("responses").putObject("200").put("description", "OK");
        operation.put("x-kubernetes-action", action);
        groupVersionKind(operation.putObject("x-kubernetes-group-version-kind"), kind);
    }

    private static void groupVersionKind(ObjectNode node, ResourceKind kind) {
        node.put("group", "").put("version", "v1").put("kind", kind.kind());
    }
}
