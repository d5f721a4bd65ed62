package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.platform.http.Caller;
import io.holdfast.secretservice.kubernetes.http.Access.Asked;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.ServedCluster;

/**
 * A request on a kind of object, its caller known.
 *
 * @param holder of the token that it came with
 * @param namespace empty for all, or for a cluster-scoped kind
 * @param name empty for the collection
 */
record Call(
        KubernetesRequest request,
        ClusterTokens.Holder holder,
        ServedCluster cluster,
        ResourceKind kind,
        String namespace,
        String name) {

    Caller caller() {
        return holder.caller();
    }

    ObjectStorage.Resource resource() {
        return switch (kind) {
            case SECRET -> ObjectStorage.Resource.SECRETS;
            case NAMESPACE -> ObjectStorage.Resource.NAMESPACES;
        };
    }

    Asked asked(String verb) {
        return new Asked(Permission.of(verb, kind), namespace, name, "");
    }

    Asked asked(String verb, String ofName) {
        return new Asked(Permission.of(verb, kind), namespace, ofName, "");
    }

    /** @throws ApiRefusal 400 for another value than All */
    boolean dryRun() {
        return switch (request.parameter("dryRun")) {
            case "" -> false;
            case "All" -> true;
            default -> throw ApiRefusal.badRequest("dryRun: Unsupported value: supported values: \"All\"");
        };
    }

    /** A whole number of a parameter; 0 when it is absent. */
    long number(String parameter) {
        String text = request.parameter(parameter);
        if (text.isEmpty()) {
            return 0;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException refused) {
            // Falls to the refusal below.
        }
        throw ApiRefusal.badRequest("Invalid value for " + parameter + ": it must be a whole number, not negative");
    }

    @Override
    public String toString() {
        return request.toString();
    }
}
