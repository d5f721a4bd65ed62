package io.holdfast.iam.decision;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The variables that conditions can name, and which requests have them. */
final class Variables {
    static final String PERMISSION = "request.permission";
    static final String OPERATION = "request.operation";
    /** Of the installation, where it knows its region. */
    static final String REGION = "request.region";

    /** Before the variables that are derived from the moment of the request. */
    static final String TIME = "request.utc-timestamp.";

    static final String MONTH_OF_YEAR = TIME + "month-of-year";
    static final String DAY_OF_MONTH = TIME + "day-of-month";
    static final String DAY_OF_WEEK = TIME + "day-of-week";

    private static final Set<String> OF_REQUESTS = Set.of(
            PERMISSION,
            OPERATION,
            MONTH_OF_YEAR,
            DAY_OF_MONTH,
            DAY_OF_WEEK,
            REGION,
            "request.ad",
            "request.networksource.name",
            "request.principal.type",
            "request.principal.id",
            "request.principal.compartment.id",
            "request.user.id",
            "request.user.name",
            "request.user.mfatotpverified",
            "request.groups.id",
            "request.includeplaintextkey",
            "request.kms-key.id");

    private static final Set<String> OF_EVERY_TARGET = Set.of("target.compartment.id", "target.compartment.name");

    private static final List<String> VAULTS = List.of("target.vault.id", "target.key.id");
    private static final List<String> SECRETS = List.of("target.secret.id", "target.secret.name", "target.vault.id");
    private static final List<String> CLUSTERS =
            List.of("target.cluster.id", "target.nodepool.id", "target.virtualnodepool.id");
    /** Adding a user to a group is about both. */
    private static final List<String> PEOPLE = List.of(
            "target.user.id",
            "target.user.name",
            "target.group.id",
            "target.group.name",
            "target.group.member",
            "target.cluster.id");

    private static final Map<ResourceType, List<String>> OF_TARGETS = Map.ofEntries(
            Map.entry(ResourceType.VAULTS, VAULTS),
            Map.entry(ResourceType.KEYS, VAULTS),
            Map.entry(ResourceType.KEY_DELEGATES, VAULTS),
            Map.entry(ResourceType.SECRETS, SECRETS),
            Map.entry(ResourceType.SECRET_VERSIONS, SECRETS),
            Map.entry(ResourceType.SECRET_BUNDLES, SECRETS),
            Map.entry(ResourceType.CLUSTERS, CLUSTERS),
            Map.entry(ResourceType.CLUSTER_NODE_POOLS, CLUSTERS),
            Map.entry(ResourceType.CLUSTER_VIRTUALNODE_POOLS, CLUSTERS),
            Map.entry(ResourceType.CLUSTER_POD_SHAPES, CLUSTERS),
            Map.entry(ResourceType.CLUSTER_WORKLOAD_MAPPINGS, CLUSTERS),
            Map.entry(ResourceType.CLUSTER_WORK_REQUESTS, CLUSTERS),
            Map.entry(
                    ResourceType.CLUSTER_SECRETS,
                    List.of("target.cluster.id", "target.namespace.name", "target.secret.name", "target.secret.type")),
            Map.entry(
                    ResourceType.POLICIES,
                    List.of("target.policy.id", "target.policy.name", "target.policy.autoupdate")),
            Map.entry(ResourceType.COMPARTMENTS, List.of()),
            Map.entry(ResourceType.TENANCIES, List.of()),
            Map.entry(ResourceType.USERS, PEOPLE),
            Map.entry(ResourceType.GROUPS, PEOPLE),
            Map.entry(ResourceType.DYNAMIC_GROUPS, List.of("target.dynamicgroup.id", "target.dynamicgroup.name")),
            Map.entry(ResourceType.AUDIT_EVENTS, List.of()));

    private static final Set<String> ALL = all();

    private Variables() {}

    private static Set<String> all() {
        Set<String> all = new TreeSet<>();
        Stream.concat(Stream.of(OF_REQUESTS, OF_EVERY_TARGET), OF_TARGETS.values().stream())
                .forEach(all::addAll);
        return all;
    }

    /** Every variable whose name does not depend on the installation's tags. */
    static Set<String> names() {
        return ALL;
    }

    static boolean isKnown(String variable) {
        return ALL.contains(variable) || isTag(variable);
    }

    /** Whether a request for this type's resources can have it. Always so for what is not of a target. */
    static boolean canApply(String variable, ResourceType type) {
        if (!variable.startsWith("target.")) {
            return isKnown(variable);
        }
        return OF_EVERY_TARGET.contains(variable)
                || isTag(variable)
                || OF_TARGETS.getOrDefault(type, List.of()).contains(variable);
    }

    /** Whether a request that lists a type can have it: such a request is about no single resource. */
    static boolean canApplyToLists(String variable) {
        return !variable.startsWith("target.") || OF_EVERY_TARGET.contains(variable);
    }

    /** Whether a request has one value at most. */
    static boolean isSingle(String variable) {
        return !variable.equals("request.groups.id") && !variable.equals("target.group.member") && !isTag(variable);
    }

    private static boolean isTag(String variable) {
        return variable.startsWith("target.resource.tag.")
                || variable.startsWith("target.resource.compartment.tag.")
                || variable.startsWith("request.principal.compartment.tag.")
                || variable.startsWith("request.principal.group.tag.");
    }
}
