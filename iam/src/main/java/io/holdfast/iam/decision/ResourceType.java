package io.holdfast.iam.decision;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The single resource types that a statement can name (OCI documentation, "Policy Reference" of each service). */
public enum ResourceType {
    VAULTS("vaults"),
    KEYS("keys"),
    /** Documentation pages write it with and without the s. */
    KEY_DELEGATES("key-delegates", "key-delegate"),
    CLUSTERS("clusters"),
    CLUSTER_NODE_POOLS("cluster-node-pools"),
    CLUSTER_WORK_REQUESTS("cluster-work-requests"),
    /**
     * The Secrets inside clusters. Holdfast's own type, outside the cluster family: who may see clusters may not
     * therefore see what is kept in them.
     */
    CLUSTER_SECRETS("cluster-secrets"),
    POLICIES("policies"),
    COMPARTMENTS("compartments"),
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

    /**
     * The types that a statement's word stands for: one, those of a family, or all.
     *
     * @return empty when there is no such type
     */
    public static Optional<Set<ResourceType>> named(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "all-resources" -> Optional.of(EnumSet.allOf(ResourceType.class));
            case "key-family" -> Optional.of(EnumSet.of(VAULTS, KEYS, KEY_DELEGATES));
            case "cluster-family" -> Optional.of(EnumSet.of(CLUSTERS, CLUSTER_NODE_POOLS, CLUSTER_WORK_REQUESTS));
            default ->
                Arrays.stream(values())
                        .filter(type -> type.words.contains(lower))
                        .findFirst()
                        .map(EnumSet::of);
        };
    }
}
