package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Decision;
import io.holdfast.iam.decision.Operation;
import io.holdfast.iam.decision.Permission;
import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Request;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.decision.ResourceType;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers "what would be decided, and why" for a security officer. Decides with the same code and grants nothing. */
public final class Explanations {
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
     * @param permissions all needed; empty takes what the named operation needs
     * @throws ProblemException INVALID_PARAMETER naming what can't be evaluated
     */
    public static Decision explain(
            IdentitySnapshot identity, Caller asked, String operation, List<String> permissions, Target target) {
        if (permissions.size() > LocalAuthorizer.MAX_PERMISSIONS) {
            throw ProblemException.invalid(
                    "permissions", "may name at most " + LocalAuthorizer.MAX_PERMISSIONS + " permissions");
        }
        List<Need> needs = permissions.isEmpty()
                ? Operation.named(operation)
                        .orElseThrow(() -> ProblemException.invalid(
                                "operation",
                                "is not known: '" + Printable.shorten(operation) + "'; name its permissions"))
                        .needs()
                        .stream()
                        .map(anyOf -> new Need(anyOf, target.compartment()))
                        .toList()
                : permissions.stream()
                        .map(name -> new Need(
                                Set.of(Permission.named(name)
                                        .orElseThrow(() -> ProblemException.invalid(
                                                "permissions",
                                                "names no permission: '" + Printable.shorten(name) + "'"))),
                                target.compartment()))
                        .toList();
        Principal principal = identity.principal(asked)
                .orElseThrow(
                        () -> ProblemException.invalid("principal", "is no active user of the tenancy and no cluster"));
        try {
            Request request = new Request(
                    principal,
                    operation,
                    needs,
                    target.compartment(),
                    target.variables(),
                    TimeSource.system().wall());
            return identity.installation()
                    .decide(target.vaultCompartment()
                            .map(it -> request.withCompartmentOf(ResourceType.VAULTS, it))
                            .orElse(request));
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid("variables", "can't be evaluated: " + e.getMessage());
        }
    }
}
