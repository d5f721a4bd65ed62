package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Decision.Grant;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.PolicyPrinter;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Answers who can use a resource, and by which statement: once by the statements themselves, which also speak of principals
 * that do not exist yet, and once for principals that are known. Decides with the same code as requests and grants nothing.
 */
public final class AccessReview {
    /** What using a master key means. */
    public static final Set<Permission> KEY_USE = Collections.unmodifiableSet(EnumSet.of(
            Permission.KEY_ENCRYPT,
            Permission.KEY_DECRYPT,
            Permission.KEY_SIGN,
            Permission.KEY_VERIFY,
            Permission.KEY_EXPORT));

    private final Installation installation;
    private final CompartmentId compartment;
    private final Map<String, String> variables;
    private final Set<Permission> permissions;

    /**
     * @param compartment the resource's
     * @param variables all that a request has of it, as {@code target.key.id} and {@code target.vault.id}
     * @param permissions that are asked about
     */
    public AccessReview(
            Installation installation,
            CompartmentId compartment,
            Map<String, String> variables,
            Set<Permission> permissions) {
        this.installation = installation;
        this.compartment = compartment;
        this.variables = Map.copyOf(variables);
        this.permissions = Collections.unmodifiableSet(EnumSet.copyOf(permissions));
    }

    /**
     * A statement that opens the resource, or closes it.
     *
     * @param kind an ENDORSE opens only together with an ADMIT, and the other way round
     * @param permissions of those that were asked about
     * @param subject for whom, as a statement says it
     * @param condition what a request must still meet, as far as the resource alone does not decide it
     */
    public record Opening(
            StatementRef statement,
            StatementKind kind,
            Set<Permission> permissions,
            String subject,
            Optional<String> condition) {}

    /**
     * A principal that has access at a moment.
     *
     * @param grants the permissions that it has, and by which statements
     * @param holdsUntil when the clock alone may end it
     */
    public record Access(Principal principal, List<Grant> grants, Optional<Instant> holdsUntil) {
        public Access {
            grants = List.copyOf(grants);
        }
    }

    /** Every statement of the installation that bears on the resource. Empty for an unknown compartment. */
    public List<Opening> openings() {
        Optional<PolicySet> there = installation.policySetOf(compartment);
        if (there.isEmpty()) {
            return List.of();
        }
        List<CompartmentId> chain = there.orElseThrow().compartments().upwards(compartment);
        List<Opening> openings = new ArrayList<>();
        for (PolicySet set : installation.policySets()) {
            boolean home = set == there.orElseThrow();
            for (CompiledStatement statement : set.statements()) {
                boolean bears =
                        switch (statement.kind()) {
                            case ALLOW, ADMIT, DENY, DENY_ADMIT -> home && chain.contains(statement.location());
                            case ENDORSE, DENY_ENDORSE ->
                                !home && statement.concerns(there.orElseThrow().tenancy());
                        };
                if (bears) {
                    opening(statement, there.orElseThrow().compartments()).ifPresent(openings::add);
                }
            }
        }
        return openings;
    }

    private Optional<Opening> opening(CompiledStatement statement, CompartmentTree tree) {
        EnumSet<Permission> open = EnumSet.noneOf(Permission.class);
        for (Permission permission : permissions) {
            boolean possible = statement.permissions().contains(permission)
                    && !outlook(statement, tree, Optional.of(permission)).isNever();
            if (possible) {
                open.add(permission);
            }
        }
        if (open.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> rest = outlook(statement, tree, Optional.empty()) instanceof Outlook.Depends(var condition)
                ? Optional.of(PolicyPrinter.print(condition))
                : Optional.empty();
        return Optional.of(new Opening(
                statement.ref(),
                statement.kind(),
                Collections.unmodifiableSet(open),
                PolicyPrinter.print(statement.subject()),
                rest));
    }

    private Outlook outlook(CompiledStatement statement, CompartmentTree tree, Optional<Permission> permission) {
        Map<String, String> known = new HashMap<>();
        variables.forEach((name, value) -> known.put(CaseFold.of(name), value));
        known.put("target.compartment.id", compartment.value());
        tree.name(compartment).ifPresent(it -> known.put("target.compartment.name", it));
        permission.ifPresent(it -> known.put(Variables.PERMISSION, it.name()));
        installation
                .policySetOf(compartment)
                .flatMap(it -> it.context().region())
                .ifPresent(it -> known.put(Variables.REGION, it));
        return statement
                .condition()
                .map(condition -> Outlook.of(condition, variable -> {
                    String value = known.get(variable);
                    if (value != null) {
                        return Optional.of(List.of(value));
                    }
                    // All that there is of the target was given.
                    return variable.startsWith("target.")
                                    || variable.equals(Variables.REGION)
                                    || !Variables.names().contains(variable)
                            ? Optional.of(List.of())
                            : Optional.empty();
                }))
                .orElse(new Outlook.Always());
    }

    /**
     * Those of the principals that have some of the permissions by some operation, in their order.
     *
     * @param principals with their memberships, see {@link DynamicGroups#join}
     */
    public List<Access> principals(Collection<Principal> principals, Instant at) {
        return principals.stream()
                .map(it -> access(it, at))
                .filter(it -> !it.grants().isEmpty())
                .toList();
    }

    private Access access(Principal principal, Instant at) {
        List<Grant> grants = new ArrayList<>();
        Installation.Horizon until = new Installation.Horizon();
        for (Permission permission : permissions) {
            for (Operation operation : Operation.values()) {
                Optional<Decision.Allowed> allowed = operation.mayNeed(permission)
                        ? allowed(principal, operation, permission, at)
                        : Optional.empty();
                if (allowed.isPresent()) {
                    grants.addAll(allowed.orElseThrow().grants());
                    until.include(allowed.orElseThrow().holdsUntil());
                    break;
                }
            }
        }
        return new Access(principal, grants, until.until());
    }

    /** By one of the requests that there are for the operation. */
    private Optional<Decision.Allowed> allowed(
            Principal principal, Operation operation, Permission permission, Instant at) {
        for (Map<String, String> own : Variables.choices(operation)) {
            Map<String, String> all = new HashMap<>(variables);
            all.putAll(own);
            Decision decision = installation.decide(new Request(
                    principal,
                    operation.apiName(),
                    List.of(new Need(Set.of(permission), compartment)),
                    compartment,
                    all,
                    at));
            if (decision instanceof Decision.Allowed allowed) {
                return Optional.of(allowed);
            }
        }
        return Optional.empty();
    }
}
