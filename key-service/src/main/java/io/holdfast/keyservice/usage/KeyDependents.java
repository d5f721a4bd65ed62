package io.holdfast.keyservice.usage;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.BindingStore.BindingPage;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.usage.SecretUsage.Unknown;
import io.holdfast.keyservice.usage.SecretUsage.Usage;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What hangs on a key, and what is refused because of it. Where the counts can't be had, they are unknown, never zero. */
@ApplicationScoped
public class KeyDependents {
    /** The freeform tag by which a client that can't say {@code force} says it. */
    public static final String FORCE_TAG = "holdfast-force-deletion";

    /** The most bindings that are looked at; a key with more is too much used to be decided about in one request. */
    public static final int MOST_BINDINGS = 1000;

    private static final int PAGE = 200;
    private static final int NAMED = 5;

    private final BindingStore bindings;
    private final SecretUsage usage;
    private final StateRevision state;

    public KeyDependents(BindingStore bindings, SecretUsage usage, StateRevision state) {
        this.state = state;
        this.bindings = bindings;
        this.usage = usage;
    }

    /**
     * A binding with what stands under it.
     *
     * @param usage empty when it is unknown
     */
    public record Dependent(Binding binding, Optional<Usage> usage) {
        public ClusterId cluster() {
            return binding.facts().clusterId();
        }
    }

    /**
     * Every held binding of a key with its usage.
     *
     * @throws ProblemException LIMIT_EXCEEDED when there are more than {@value #MOST_BINDINGS}
     */
    public List<Dependent> of(KeyId key) {
        List<Binding> held = held(key);
        List<ClusterId> clusters =
                held.stream().map(binding -> binding.facts().clusterId()).toList();
        try {
            List<Usage> usages = usage.of(clusters);
            List<Dependent> dependents = new ArrayList<>(held.size());
            for (int i = 0; i < held.size(); i++) {
                dependents.add(new Dependent(held.get(i), Optional.of(usages.get(i))));
            }
            return dependents;
        } catch (Unknown unknown) {
            return held.stream()
                    .map(binding -> new Dependent(binding, Optional.empty()))
                    .toList();
        }
    }

    /**
     * Every held binding of a key.
     *
     * @throws ProblemException LIMIT_EXCEEDED when there are more than {@value #MOST_BINDINGS}
     */
    public List<Binding> held(KeyId key) {
        List<Binding> held = new ArrayList<>();
        String after = "";
        while (true) {
            BindingPage page = bindings.heldOfKey(key, after, PAGE);
            page.bindings().stream().map(Stored::value).forEach(held::add);
            if (!page.more() || page.bindings().isEmpty()) {
                return held;
            }
            if (held.size() >= MOST_BINDINGS) {
                throw new ProblemException(
                        ProblemCode.LIMIT_EXCEEDED, "The key has more than " + MOST_BINDINGS + " bindings.");
            }
            after = page.bindings().getLast().value().id().value();
        }
    }

    /**
     * Refuses the deletion of keys that clusters are bound to, unless it is forced.
     *
     * @param force whether the request says so; a key's tag {@value #FORCE_TAG}=true says it too
     * @return what lets the deletion commit only while no cluster can have been bound meanwhile
     * @throws ProblemException CONFLICT naming the clusters
     */
    public Consumer<Transaction.Builder> requireUnbound(List<? extends MasterKey> keys, boolean force) {
        List<? extends MasterKey> decided = keys.stream()
                .filter(key ->
                        !force && !"true".equals(key.facts().tags().freeform().get(FORCE_TAG)))
                .toList();
        if (decided.isEmpty()) {
            return nothing -> {};
        }
        // Before the bindings: each new one raises it.
        long before = state.current();
        // The state may not change until the commit: of a vault's many keys only those that are bound are asked about.
        Set<KeyId> bound = decided.size() == 1 ? Set.of(decided.getFirst().id()) : bindings.boundKeys();
        decided.stream().filter(key -> bound.contains(key.id())).forEach(this::requireUnbound);
        return StateRevision.still(before);
    }

    private void requireUnbound(MasterKey key) {
        List<Dependent> dependents = of(key.id());
        if (!dependents.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The key " + key.id().value() + " is used by " + dependents.size()
                            + (dependents.size() == 1 ? " cluster" : " clusters") + ", which would lose access: "
                            + names(dependents) + ". To go on, give the query parameter force=true, or the key the"
                            + " freeform tag " + FORCE_TAG + "=true.");
        }
    }

    /** What keeps a version from being deleted, one sentence for each cluster; empty when nothing does. */
    public List<String> obstacles(KeyId key, KeyVersionId version) {
        return obstacles(of(key), version);
    }

    /** The same for dependents that are known already. */
    public static List<String> obstacles(List<Dependent> dependents, KeyVersionId version) {
        return dependents.stream()
                .flatMap(dependent -> obstacle(dependent, version).stream())
                .toList();
    }

    private static Optional<String> obstacle(Dependent dependent, KeyVersionId version) {
        String cluster = dependent.cluster().value();
        if (dependent.usage().isEmpty()) {
            return Optional.of("what cluster " + cluster + " keeps under it is unknown now");
        }
        Usage usage = dependent.usage().get();
        long under = usage.secrets().getOrDefault(version, 0L);
        if (under > 0) {
            return Optional.of("cluster " + cluster + " keeps " + under + " Secrets under it");
        }
        if (usage.fence().filter(fence -> fence.version().equals(version)).isPresent()) {
            return Optional.of("cluster " + cluster + " still writes under it");
        }
        return Optional.empty();
    }

    /**
     * Refuses the deletion of a version that anything stands under, or may.
     *
     * @throws ProblemException CONFLICT naming clusters and counts
     */
    public void requireUnused(KeyId key, KeyVersionId version) {
        List<String> obstacles = obstacles(key, version);
        if (!obstacles.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The key version is in use: "
                            + obstacles.stream().limit(NAMED).collect(Collectors.joining("; "))
                            + (obstacles.size() > NAMED ? "; and " + (obstacles.size() - NAMED) + " more" : "")
                            + ". It can be deleted when everything is re-encrypted under a newer one.");
        }
    }

    private static String names(List<Dependent> dependents) {
        String named = dependents.stream()
                .limit(NAMED)
                .map(dependent -> dependent.cluster().value() + " ("
                        + dependent
                                .usage()
                                .map(usage -> usage.all() + " Secrets")
                                .orElse("an unknown number of Secrets")
                        + ")")
                .collect(Collectors.joining(", "));
        return dependents.size() > NAMED ? named + " and " + (dependents.size() - NAMED) + " more" : named;
    }
}
