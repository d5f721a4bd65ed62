package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.CompartmentTree;
import io.holdfast.iam.decision.Installation;
import io.holdfast.iam.decision.Policy;
import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes what decides, the policies of all tenancies and where they hold, of the records that are kept. Immutable.
 *
 * <p>To parse policies takes time, and everybody waits for it: those of a tenancy are parsed again only when something that
 * they rest on has changed.
 */
final class Installations {
    /** Before anything was written, without Deny. */
    static final Installations NONE = none(PolicyContext.ALONE);

    private final PolicyContext context;
    private final Map<TenancyId, Made> made;
    private final Installation installation;

    /** What a tenancy's policies are made of. */
    private record Basis(
            Tenancy tenancy, List<Compartment> compartments, Set<StoredPolicy> policies, PolicyContext context) {}

    private record Made(Basis basis, PolicySet policies) {}

    private Installations(PolicyContext context, Map<TenancyId, Made> made) {
        this.context = context;
        this.made = made;
        this.installation =
                Installation.of(made.values().stream().map(Made::policies).toList());
    }

    /**
     * Before anything was written.
     *
     * @param context of all that is made of this, but for the tenancies
     */
    static Installations none(PolicyContext context) {
        return new Installations(context, Map.of());
    }

    Installation installation() {
        return installation;
    }

    /** The same for records of another moment. */
    Installations next(
            Collection<Tenancy> tenancies, Collection<Compartment> compartments, Collection<StoredPolicy> policies) {
        PolicyContext now = context(tenancies);
        Map<TenancyId, Made> next = new HashMap<>();
        for (Tenancy tenancy : tenancies) {
            Basis basis = new Basis(
                    tenancy,
                    reachable(tenancy, compartments),
                    policies.stream()
                            .filter(it -> it.tenancyId().equals(tenancy.id()))
                            .collect(Collectors.toUnmodifiableSet()),
                    now);
            Made standing = made.get(tenancy.id());
            next.put(
                    tenancy.id(),
                    standing != null && standing.basis().equals(basis) ? standing : new Made(basis, parse(basis)));
        }
        return new Installations(now, next);
    }

    private static PolicySet parse(Basis basis) {
        return PolicySet.of(
                CompartmentTree.of(
                        basis.tenancy().id(),
                        basis.tenancy().name(),
                        basis.compartments().stream()
                                .map(it -> new CompartmentTree.Compartment(it.id(), it.name(), it.parentId()))
                                .toList()),
                basis.policies().stream()
                        .map(it -> new Policy(it.id(), it.name(), it.compartmentId(), it.statements()))
                        .toList(),
                basis.context());
    }

    /** The tenancies that a statement may name without defining them. A name that two have is nobody's. */
    private PolicyContext context(Collection<Tenancy> tenancies) {
        Map<String, List<TenancyId>> byName = tenancies.stream()
                .collect(Collectors.groupingBy(
                        Tenancy::name, Collectors.mapping(Tenancy::id, Collectors.toUnmodifiableList())));
        return context.with(byName.entrySet().stream()
                .filter(it -> it.getValue().size() == 1)
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, it -> it.getValue().getFirst())));
    }

    /** From the root down. One whose parent is missing or too deep is left out, with all below it. */
    private static List<Compartment> reachable(Tenancy tenancy, Collection<Compartment> compartments) {
        Map<CompartmentId, List<Compartment>> children = compartments.stream()
                .filter(it -> it.tenancyId().equals(tenancy.id()))
                .sorted(Comparator.comparing(it -> it.id().value()))
                .collect(Collectors.groupingBy(Compartment::parentId));
        List<Compartment> found = new ArrayList<>();
        List<CompartmentId> level = List.of(tenancy.id().rootCompartment());
        for (int depth = 0; depth < CompartmentTree.MAX_DEPTH && !level.isEmpty(); depth++) {
            List<Compartment> below = level.stream()
                    .flatMap(parent -> children.getOrDefault(parent, List.of()).stream())
                    .toList();
            found.addAll(below);
            level = below.stream().map(Compartment::id).toList();
        }
        return found;
    }
}
