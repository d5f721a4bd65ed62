package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.secretservice.kubernetes.model.ResourceKind;

/**
 * What a verb on a kind needs: the operation and the permission of resource type cluster-secrets.
 *
 * @param verb as Kubernetes' authorization says it
 */
record Permission(String verb, ResourceKind kind, String operation, String permission) {
    static final Permission LIST_NAMES =
            new Permission("list", ResourceKind.SECRET, "ListClusterSecretNames", "CLUSTER_SECRET_INSPECT");

    static Permission of(String verb, ResourceKind kind) {
        return switch (kind) {
            case SECRET ->
                switch (verb) {
                    case "get" -> new Permission(verb, kind, "GetClusterSecret", "CLUSTER_SECRET_READ");
                    case "list" -> new Permission(verb, kind, "ListClusterSecrets", "CLUSTER_SECRET_READ");
                    case "watch" -> new Permission(verb, kind, "WatchClusterSecrets", "CLUSTER_SECRET_READ");
                    case "create" -> new Permission(verb, kind, "CreateClusterSecret", "CLUSTER_SECRET_CREATE");
                    case "update" -> new Permission(verb, kind, "UpdateClusterSecret", "CLUSTER_SECRET_UPDATE");
                    case "patch" -> new Permission(verb, kind, "PatchClusterSecret", "CLUSTER_SECRET_UPDATE");
                    case "delete" -> new Permission(verb, kind, "DeleteClusterSecret", "CLUSTER_SECRET_DELETE");
                    case "deletecollection" ->
                        new Permission(verb, kind, "DeleteClusterSecrets", "CLUSTER_SECRET_DELETE");
                    default -> throw new IllegalArgumentException(verb);
                };
            case NAMESPACE ->
                switch (verb) {
                    case "get" -> new Permission(verb, kind, "GetClusterNamespace", "CLUSTER_SECRET_INSPECT");
                    case "list", "watch" ->
                        new Permission(verb, kind, "ListClusterNamespaces", "CLUSTER_SECRET_INSPECT");
                    case "create" -> new Permission(verb, kind, "CreateClusterNamespace", "CLUSTER_NAMESPACE_MANAGE");
                    case "update", "patch" ->
                        new Permission(verb, kind, "UpdateClusterNamespace", "CLUSTER_NAMESPACE_MANAGE");
                    case "delete" -> new Permission(verb, kind, "DeleteClusterNamespace", "CLUSTER_NAMESPACE_MANAGE");
                    default -> throw new IllegalArgumentException(verb);
                };
        };
    }
}
