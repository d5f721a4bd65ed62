package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The compartments of one tenancy, from the root down. Immutable. */
public final class CompartmentTree {
    /** Levels below the root (OCI documentation, "Managing Compartments"). */
    public static final int MAX_DEPTH = 6;

    /** A compartment below the root. */
    public record Compartment(CompartmentId id, String name, CompartmentId parent) {}

    private final TenancyId tenancy;
    private final String rootName;
    private final Map<CompartmentId, Compartment> byId;
    private final Map<CompartmentId, List<Compartment>> children;
    private final Map<CompartmentId, List<CompartmentId>> chains = new HashMap<>();

    private CompartmentTree(
            TenancyId tenancy,
            String rootName,
            Map<CompartmentId, Compartment> byId,
            Map<CompartmentId, List<Compartment>> children) {
        this.tenancy = tenancy;
        this.rootName = rootName;
        this.byId = byId;
        this.children = children;
    }

    /**
     * Builds the tree, whatever the order of its compartments.
     *
     * @param rootName the tenancy's name
     * @throws IllegalArgumentException when a compartment appears twice, lies under none of the tenancy's, or is deeper
     *     than {@value #MAX_DEPTH}
     */
    public static CompartmentTree of(TenancyId tenancy, String rootName, Collection<Compartment> compartments) {
        Map<CompartmentId, Compartment> byId = new HashMap<>();
        Map<CompartmentId, List<Compartment>> children = new HashMap<>();
        for (Compartment compartment : compartments) {
            if (compartment.id().equals(tenancy.rootCompartment()) || byId.put(compartment.id(), compartment) != null) {
                throw new IllegalArgumentException(
                        "compartment " + compartment.id().value() + " appears twice");
            }
            children.computeIfAbsent(compartment.parent(), parent -> new ArrayList<>())
                    .add(compartment);
        }
        CompartmentTree tree = new CompartmentTree(tenancy, rootName, Map.copyOf(byId), Map.copyOf(children));
        tree.chains.put(tree.root(), List.of(tree.root()));
        for (Compartment compartment : compartments) {
            List<CompartmentId> chain = tree.climb(compartment.id());
            tree.chains.put(compartment.id(), chain);
            if (chain.isEmpty()) {
                throw new IllegalArgumentException(
                        "compartment " + compartment.id().value() + " does not lie within " + MAX_DEPTH
                                + " levels of the tenancy's root");
            }
        }
        return tree;
    }

    /**
     * The same tree with one compartment as it says; all else is where it was.
     *
     * @throws IllegalArgumentException as {@link #of}
     */
    public CompartmentTree with(Compartment changed) {
        Map<CompartmentId, Compartment> all = new HashMap<>(byId);
        all.put(changed.id(), changed);
        return of(tenancy, rootName, all.values());
    }

    public TenancyId tenancy() {
        return tenancy;
    }

    public CompartmentId root() {
        return tenancy.rootCompartment();
    }

    public boolean contains(CompartmentId id) {
        return id.equals(root()) || byId.containsKey(id);
    }

    public Optional<String> name(CompartmentId id) {
        return id.equals(root())
                ? Optional.of(rootName)
                : Optional.ofNullable(byId.get(id)).map(Compartment::name);
    }

    /** The compartment and those above it, up to the root. Empty when it is not of this tenancy. */
    public List<CompartmentId> upwards(CompartmentId id) {
        return chains.getOrDefault(id, List.of());
    }

    /** Every compartment, the root included. */
    Set<CompartmentId> ids() {
        return Collections.unmodifiableSet(chains.keySet());
    }

    /** The names of the compartments right below. */
    List<String> childNames(CompartmentId parent) {
        return children.getOrDefault(parent, List.of()).stream()
                .map(Compartment::name)
                .toList();
    }

    private List<CompartmentId> climb(CompartmentId id) {
        List<CompartmentId> chain = new ArrayList<>(MAX_DEPTH + 1);
        CompartmentId at = id;
        while (chain.size() <= MAX_DEPTH) {
            chain.add(at);
            if (at.equals(root())) {
                return Collections.unmodifiableList(chain);
            }
            Compartment compartment = byId.get(at);
            if (compartment == null) {
                return List.of();
            }
            at = compartment.parent();
        }
        return List.of();
    }

    /** The child of that name, in any case. Empty when there is none or, against the rules, more than one. */
    Optional<CompartmentId> child(CompartmentId parent, String name) {
        List<Compartment> found = children.getOrDefault(parent, List.of()).stream()
                .filter(it -> CaseFold.same(it.name(), name))
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst().id()) : Optional.empty();
    }

    /**
     * What a path says, from the compartment that its policy is attached to downwards. One name alone may also be that
     * compartment itself, unless it is the root. Where a child has its name it is meant all the same: otherwise whoever
     * may make, move or delete such a child would decide what is meant.
     */
    Optional<CompartmentId> resolve(CompartmentId attachment, List<String> names) {
        if (names.size() == 1 && isNamed(attachment, names.getFirst())) {
            return Optional.of(attachment);
        }
        Optional<CompartmentId> at = Optional.of(attachment);
        for (String name : names) {
            at = at.flatMap(it -> child(it, name));
        }
        return at;
    }

    /** Not the root, which statements call the tenancy. */
    private boolean isNamed(CompartmentId id, String name) {
        return Optional.ofNullable(byId.get(id))
                .filter(it -> CaseFold.same(it.name(), name))
                .isPresent();
    }

    /** The path that {@link #resolve} finds a compartment by; empty where there is none. */
    Optional<List<String>> path(CompartmentId attachment, CompartmentId id) {
        List<CompartmentId> chain = upwards(id);
        int above = chain.indexOf(attachment);
        if (above < 0) {
            return Optional.empty();
        }
        List<CompartmentId> below = above == 0 ? chain.subList(0, 1) : chain.subList(0, above);
        List<String> names =
                below.reversed().stream().map(it -> name(it).orElseThrow()).toList();
        // Not so for a child that has the attachment's name.
        return Optional.of(names).filter(it -> resolve(attachment, it).equals(Optional.of(id)));
    }

    /** For explanations: {@code compartment 'acme'} or {@code the tenancy}. */
    String describe(CompartmentId id) {
        if (id.equals(root())) {
            return "the tenancy";
        }
        return "compartment "
                + name(id).map(name -> "'" + Explanation.bounded(name) + "'").orElse(id.value());
    }
}
