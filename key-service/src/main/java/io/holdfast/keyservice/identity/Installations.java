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
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes what decides, the policies of all tenancies and where they hold, of the records that are kept. */
final class Installations {
    private Installations() {}

    static Installation of(
            Collection<Tenancy> tenancies, Collection<Compartment> compartments, Collection<StoredPolicy> policies) {
        PolicyContext context = context(tenancies);
        return Installation.of(tenancies.stream()
                .map(tenancy -> PolicySet.of(
                        tree(tenancy, compartments),
                        policies.stream()
                                .filter(it -> it.tenancyId().equals(tenancy.id()))
                                .map(it -> new Policy(it.id(), it.name(), it.compartmentId(), it.statements()))
                                .toList(),
                        context))
                .toList());
    }

    /** The tenancies that a statement may name without defining them. A name that two have is nobody's. */
    private static PolicyContext context(Collection<Tenancy> tenancies) {
        Map<String, List<TenancyId>> byName = tenancies.stream()
                .collect(Collectors.groupingBy(
                        Tenancy::name, Collectors.mapping(Tenancy::id, Collectors.toUnmodifiableList())));
        return new PolicyContext(
                byName.entrySet().stream()
                        .filter(it -> it.getValue().size() == 1)
                        .collect(Collectors.toUnmodifiableMap(
                                Map.Entry::getKey, it -> it.getValue().getFirst())),
                false);
    }

    private static CompartmentTree tree(Tenancy tenancy, Collection<Compartment> compartments) {
        return CompartmentTree.of(
                tenancy.id(),
                tenancy.name(),
                reachable(tenancy, compartments).stream()
                        .map(it -> new CompartmentTree.Compartment(it.id(), it.name(), it.parentId()))
                        .toList());
    }

    /** From the root down. One whose parent is missing or too deep is left out, with all below it. */
    private static List<Compartment> reachable(Tenancy tenancy, Collection<Compartment> compartments) {
        Map<CompartmentId, List<Compartment>> children = compartments.stream()
                .filter(it -> it.tenancyId().equals(tenancy.id()))
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
