package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Decision;
import io.holdfast.iam.decision.Operation;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Request;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.decision.ResourceType;
import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers "what would be decided, and why" for a security officer. Decides with the same code and grants nothing. */
public final class Explanations {
    /** Every request to make a data key says it; where the asker does not, the one that takes more is meant. */
    private static final String INCLUDE_PLAINTEXT_KEY = "request.includeplaintextkey";

    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private Explanations() {}

    /**
     * What a request is about.
     *
     * @param compartment of the resource, or where it is to be made
     * @param vaultCompartment where the vault is that the operation also concerns, when it may be elsewhere
     * @param variables that a request for the resource has
     */
    public record Target(
            CompartmentId compartment, Optional<CompartmentId> vaultCompartment, Map<String, String> variables) {
        public Target {
            variables = Map.copyOf(variables);
        }
    }

    /**
     * @param variables what the request says of its target and itself, beside what any request says
     */
    public record Explained(Decision decision, Map<String, String> variables) {
        public Explained {
            variables = Map.copyOf(variables);
        }
    }

    /**
     * Decides as the operation itself would: each permission where its resource is, with the variables that the operation
     * supplies for it, and no others.
     *
     * @param permissions all needed; empty takes what the named operation needs
     * @param more variables that the request has beside those of the target, by name in any case
     * @throws ProblemException INVALID_PARAMETER naming what can't be evaluated, or a variable that no such request has
     */
    public static Explained explain(
            IdentitySnapshot identity,
            Caller asked,
            String operation,
            List<String> permissions,
            Target target,
            Map<String, String> more) {
        Optional<Operation> known = Operation.named(operation);
        List<Set<Permission>> needs = needs(operation, known, permissions);
        Set<String> supplied =
                needs.stream().flatMap(need -> variables(known, need).stream()).collect(Collectors.toUnmodifiableSet());
        Map<String, String> variables = merged(operation, supplied, target, more);
        Principal principal = identity.principal(asked)
                .orElseThrow(
                        () -> ProblemException.invalid("principal", "is no active user of the tenancy and no cluster"));
        Instant now = TimeSource.system().wall();
        List<Decision> decisions = new ArrayList<>();
        for (Set<Permission> need : needs) {
            Map<String, String> own = new HashMap<>(variables);
            own.keySet().retainAll(variables(known, need));
            CompartmentId place = place(identity, known, need, target);
            decisions.add(identity.installation()
                    .decide(new Request(principal, operation, List.of(new Need(need, place)), place, own, now)));
        }
        return new Explained(Decision.ofAll(decisions), variables);
    }

    private static List<Set<Permission>> needs(String operation, Optional<Operation> known, List<String> permissions) {
        if (permissions.size() > LocalAuthorizer.MAX_PERMISSIONS) {
            throw ProblemException.invalid(
                    "permissions", "may name at most " + LocalAuthorizer.MAX_PERMISSIONS + " permissions");
        }
        if (permissions.isEmpty()) {
            return known.orElseThrow(() -> ProblemException.invalid(
                            "operation", "is not known: '" + Printable.shorten(operation) + "'; name its permissions"))
                    .needs();
        }
        List<Set<Permission>> needs = new ArrayList<>();
        for (@Nullable String name : permissions) {
            if (name == null) {
                throw ProblemException.invalid("permissions", "has a value that is null");
            }
            needs.add(Set.of(Permission.named(name)
                    .orElseThrow(() -> ProblemException.invalid(
                            "permissions", "names no permission: '" + Printable.shorten(name) + "'"))));
        }
        return needs;
    }

    private static CompartmentId place(
            IdentitySnapshot identity, Optional<Operation> known, Set<Permission> need, Target target) {
        if (target.vaultCompartment().isPresent()
                && need.stream().allMatch(of -> of.resourceType() == ResourceType.VAULTS)) {
            return target.vaultCompartment().get();
        }
        // Who can use a key follows from statements of the whole tenancy.
        return known.filter(it -> it == Operation.LIST_KEY_PRINCIPALS
                        && need.stream().allMatch(of -> of.resourceType() == ResourceType.POLICIES))
                .flatMap(it -> identity.tenancyOf(target.compartment()))
                .map(TenancyId::rootCompartment)
                .orElse(target.compartment());
    }

    private static Set<String> variables(Optional<Operation> operation, Set<Permission> need) {
        return need.stream()
                .flatMap(permission ->
                        operation.map(it -> it.variables(permission)).orElseGet(permission::variables).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What is supplied: all that the asker names, and of the target what the operation says of it. */
    private static Map<String, String> merged(
            String operation, Set<String> supplied, Target target, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>();
        more.forEach((name, value) -> {
            if (value == null) {
                throw ProblemException.invalid("variables", "has a value that is null");
            }
            String key = CaseFold.of(name);
            if (!supplied.contains(key)) {
                throw ProblemException.invalid(
                        "variables",
                        "name " + Printable.shorten(name) + ", which no request for " + Printable.shorten(operation)
                                + " supplies");
            }
            if (variables.put(key, value) != null) {
                throw ProblemException.invalid("variables", "give " + key + " twice");
            }
        });
        target.variables().forEach((name, value) -> {
            String given = supplied.contains(name) ? variables.put(name, value) : null;
            if (given != null && !given.equals(value)) {
                throw ProblemException.invalid("variables", "give the target another " + name + " than it has");
            }
        });
        if (supplied.contains(INCLUDE_PLAINTEXT_KEY)
                && !BOOLEANS.contains(variables.computeIfAbsent(INCLUDE_PLAINTEXT_KEY, any -> "true"))) {
            throw ProblemException.invalid("variables", "must give " + INCLUDE_PLAINTEXT_KEY + " as true or false");
        }
        return variables;
    }
}
