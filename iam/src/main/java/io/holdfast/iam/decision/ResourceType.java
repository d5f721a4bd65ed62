package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The single resource types that a statement can name (OCI documentation, "Policy Reference" of each service). */
public enum ResourceType {
    VAULTS("vaults"),
    KEYS("keys"),
    /** Documentation pages write it with and without the s. */
    KEY_DELEGATES("key-delegates", "key-delegate"),
    /** Secrets of the Vault service. Those of Kubernetes are {@link #CLUSTER_SECRETS}. */
    SECRETS("secrets"),
    SECRET_VERSIONS("secret-versions"),
    SECRET_BUNDLES("secret-bundles"),
    CLUSTERS("clusters"),
    CLUSTER_NODE_POOLS("cluster-node-pools"),
    CLUSTER_VIRTUALNODE_POOLS("cluster-virtualnode-pools"),
    CLUSTER_POD_SHAPES("cluster-pod-shapes"),
    CLUSTER_WORKLOAD_MAPPINGS("cluster-workload-mappings"),
    CLUSTER_WORK_REQUESTS("cluster-work-requests"),
    /**
     * The Secrets inside clusters. Holdfast's own type, outside the cluster family: who may see clusters may not
     * therefore see what is kept in them.
     */
    CLUSTER_SECRETS("cluster-secrets"),
    POLICIES("policies"),
    COMPARTMENTS("compartments"),
    TENANCIES("tenancies"),
    USERS("users"),
    GROUPS("groups"),
    DYNAMIC_GROUPS("dynamic-groups"),
    AUDIT_EVENTS("audit-events");

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> words;

    ResourceType(String... words) {
        this.words = List.of(words);
    }

    /** As written in a statement. */
    public String word() {
        return words.getFirst();
    }

    private static final Map<String, Set<ResourceType>> FAMILIES = Map.of(
            "all-resources", Set.of(values()),
            "key-family", Set.of(VAULTS, KEYS, KEY_DELEGATES),
            "secret-family", Set.of(SECRETS, SECRET_VERSIONS, SECRET_BUNDLES),
            "cluster-family",
                    Set.of(
                            CLUSTERS,
                            CLUSTER_NODE_POOLS,
                            CLUSTER_VIRTUALNODE_POOLS,
                            CLUSTER_POD_SHAPES,
                            CLUSTER_WORKLOAD_MAPPINGS,
                            CLUSTER_WORK_REQUESTS));

    /**
     * The types that a statement's word stands for: one, those of a family, or all.
     *
     * @return empty when there is no such type
     */
    public static Optional<Set<ResourceType>> named(String word) {
        String folded = CaseFold.of(word);
        return Optional.ofNullable(FAMILIES.get(folded))
                .or(() -> Arrays.stream(values())
                        .filter(type -> type.words.contains(folded))
                        .findFirst()
                        .map(Set::of));
    }

    /** Every word that {@link #named} knows, in the order of the alphabet. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(FAMILIES.keySet());
        Arrays.stream(values()).forEach(it -> names.addAll(it.words));
        return names;
    }
}
