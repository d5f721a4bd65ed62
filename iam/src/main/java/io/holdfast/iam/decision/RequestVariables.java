package io.holdfast.iam.decision;

import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The values of a request's variables, for one permission after the other. A missing variable has no value. */
final class RequestVariables {
    static final String PERMISSION = "request.permission";

    /** Variables of OCI's documentation and Holdfast's own; others are accepted with a warning, as they never match. */
    private static final Set<String> KNOWN = Set.of(
            PERMISSION,
            "request.operation",
            "request.region",
            "request.ad",
            "request.networksource.name",
            "request.principal.type",
            "request.principal.id",
            "request.principal.compartment.id",
            "request.user.id",
            "request.user.name",
            "request.user.mfatotpverified",
            "request.groups.id",
            "request.includeplaintextkey",
            "request.kms-key.id",
            "target.compartment.id",
            "target.compartment.name",
            "target.vault.id",
            "target.key.id",
            "target.cluster.id",
            "target.nodepool.id",
            "target.namespace.name",
            "target.secret.id",
            "target.secret.name",
            "target.secret.type",
            "target.user.id",
            "target.user.name",
            "target.group.id",
            "target.group.name",
            "target.group.member",
            "target.dynamicgroup.id",
            "target.dynamicgroup.name",
            "target.policy.id",
            "target.policy.name");

    private final Map<String, List<String>> values = new HashMap<>();

    RequestVariables(Request request, CompartmentTree tree) {
        request.variables().forEach((name, value) -> values.put(name, List.of(value)));
        Principal principal = request.principal();
        put("request.operation", request.operation());
        put("request.principal.type", principal.type());
        put("request.principal.id", principal.id().value());
        principal
                .compartmentId()
                .map(CompartmentId::value)
                .ifPresent(it -> put("request.principal.compartment.id", it));
        if (principal.type().equals(Principal.USER)) {
            put("request.user.id", principal.id().value());
            principal.name().ifPresent(it -> put("request.user.name", it));
        }
        values.put(
                "request.groups.id",
                principal.groups().stream().map(it -> it.id().value()).sorted().toList());
        put("target.compartment.id", request.target().value());
        tree.name(request.target()).ifPresent(it -> put("target.compartment.name", it));
    }

    private void put(String name, String value) {
        values.put(name, List.of(value));
    }

    /** All the values of a variable; empty when the request does not have it. */
    List<String> of(String variable, Permission permission) {
        return variable.equals(PERMISSION) ? List.of(permission.name()) : values.getOrDefault(variable, List.of());
    }

    static boolean isKnown(String variable) {
        return KNOWN.contains(variable)
                || variable.startsWith("target.resource.tag.")
                || variable.startsWith("target.resource.compartment.tag.")
                || variable.startsWith("request.principal.compartment.tag.")
                || variable.startsWith("request.principal.group.tag.");
    }
}
