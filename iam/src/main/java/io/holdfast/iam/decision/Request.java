package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One operation that a principal asks for.
 *
 * @param operation the API operation's name, as {@code CreateKey}
 * @param needs all of these must be granted
 * @param target the compartment of the primary resource; {@code target.compartment.id} and {@code .name}
 * @param variables what is known of the request and its target beyond what the principal, the operation and the
 *     compartment say, by variable name in any case: {@code target.key.id}, {@code target.namespace.name}, … A variable
 *     that does not apply is left out; every condition on it is then false. At most {@value #MAX_VARIABLES}.
 * @param at the moment of the request, for conditions on time
 */
public record Request(
        Principal principal,
        String operation,
        List<Need> needs,
        CompartmentId target,
        Map<String, String> variables,
        Instant at) {
    public static final int MAX_VARIABLES = 64;

    /** Variables that are derived here, so that no caller can claim another principal, permission or place. */
    private static final Set<String> DERIVED = Set.of(
            "request.permission",
            "request.operation",
            "request.region",
            "request.principal.type",
            "request.principal.id",
            "request.principal.compartment.id",
            "request.user.id",
            "request.user.name",
            "request.groups.id",
            "target.compartment.id",
            "target.compartment.name");

    private static final String DERIVED_OF_TIME = "request.utc-timestamp";

    /**
     * Something that must be granted: any one of the permissions, in the compartment of the resource it concerns. For
     * creating a key, VAULT_CREATE_KEY is needed where the vault is and KEY_CREATE where the key will be.
     */
    public record Need(Set<Permission> anyOf, CompartmentId compartment) {
        public Need {
            anyOf = Collections.unmodifiableSet(EnumSet.copyOf(anyOf));
        }
    }

    /** @throws IllegalArgumentException for no needs, too many variables, or a variable that is derived */
    public Request {
        needs = List.copyOf(needs);
        if (needs.isEmpty()) {
            // A request that needs nothing would be allowed by having nothing to refuse.
            throw new IllegalArgumentException("a request needs at least one permission");
        }
        if (variables.size() > MAX_VARIABLES) {
            throw new IllegalArgumentException("a request has at most " + MAX_VARIABLES + " variables");
        }
        Map<String, String> lower = new HashMap<>();
        variables.forEach((name, value) -> {
            String key = CaseFold.of(name);
            if (DERIVED.contains(key) || key.startsWith(DERIVED_OF_TIME)) {
                throw new IllegalArgumentException(key + " is derived from the request itself");
            }
            if (lower.put(key, value) != null) {
                throw new IllegalArgumentException(key + " is given twice");
            }
        });
        variables = Map.copyOf(lower);
    }

    /** An operation whose resources are all in one compartment. */
    public static Request of(
            Principal principal, Operation operation, CompartmentId target, Map<String, String> variables, Instant at) {
        List<Need> needs =
                operation.needs().stream().map(anyOf -> new Need(anyOf, target)).toList();
        return new Request(principal, operation.apiName(), needs, target, variables, at);
    }
}
