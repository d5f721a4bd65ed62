package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Operation.*;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one table of the variables that requests to Holdfast have. OCI documents more (of networks, tags, volumes); those are in
 * no request, so that a comparison with one is always false.
 */
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

    static final String INCLUDE_PLAINTEXT_KEY = "request.includeplaintextkey";

    private static final String VAULT_ID = "target.vault.id";
    private static final String CLUSTER_ID = "target.cluster.id";
    private static final String NAMESPACE = "target.namespace.name";

    /** Derived for any request, whatever it is about. */
    private static final Set<String> OF_EVERY_REQUEST = Set.of(
            PERMISSION,
            OPERATION,
            REGION,
            MONTH_OF_YEAR,
            DAY_OF_MONTH,
            DAY_OF_WEEK,
            "request.principal.type",
            "request.principal.id",
            "request.principal.compartment.id",
            "request.user.id",
            "request.user.name",
            "request.groups.id",
            "target.compartment.id",
            "target.compartment.name");

    private static final Set<String> USER = Set.of("target.user.id", "target.user.name");
    private static final Set<String> GROUP = Set.of("target.group.id", "target.group.name");
    private static final Set<String> SECRET = Set.of(CLUSTER_ID, NAMESPACE, "target.secret.name", "target.secret.type");

    /** What is said of one resource of a type; nothing of the types that are left out. */
    private static final Map<ResourceType, Set<String>> OF_RESOURCES = Map.of(
            ResourceType.VAULTS, Set.of(VAULT_ID),
            ResourceType.KEYS, Set.of(VAULT_ID, "target.key.id"),
            ResourceType.CLUSTERS, Set.of(CLUSTER_ID),
            ResourceType.CLUSTER_NODE_POOLS, Set.of(CLUSTER_ID),
            ResourceType.CLUSTER_WORK_REQUESTS, Set.of(CLUSTER_ID),
            ResourceType.CLUSTER_SECRETS, SECRET,
            ResourceType.POLICIES, Set.of("target.policy.id", "target.policy.name"),
            ResourceType.DYNAMIC_GROUPS, Set.of("target.dynamicgroup.id", "target.dynamicgroup.name"),
            ResourceType.USERS, USER,
            ResourceType.GROUPS, GROUP);

    /** Operations that say something else of their resources. */
    private static final Map<Operation, Set<String>> OF_OPERATIONS = Map.ofEntries(
            Map.entry(
                    GENERATE_DATA_ENCRYPTION_KEY,
                    union(OF_RESOURCES.getOrDefault(ResourceType.KEYS, Set.of()), Set.of(INCLUDE_PLAINTEXT_KEY))),
            Map.entry(LIST_CLUSTER_NAMESPACES, Set.of(CLUSTER_ID)),
            Map.entry(GET_CLUSTER_NAMESPACE, Set.of(CLUSTER_ID, NAMESPACE)),
            Map.entry(CREATE_CLUSTER_NAMESPACE, Set.of(CLUSTER_ID, NAMESPACE)),
            Map.entry(UPDATE_CLUSTER_NAMESPACE, Set.of(CLUSTER_ID, NAMESPACE)),
            Map.entry(DELETE_CLUSTER_NAMESPACE, Set.of(CLUSTER_ID, NAMESPACE)),
            // Adding a user to a group is about both.
            Map.entry(ADD_USER_TO_GROUP, union(GROUP, USER)),
            Map.entry(REMOVE_USER_FROM_GROUP, union(GROUP, USER)),
            Map.entry(GET_USER_GROUP_MEMBERSHIP, union(GROUP, USER)),
            Map.entry(REVOKE_CLUSTER_TOKEN, Set.of("target.user.id", CLUSTER_ID)));

    /** Operations that ask about a place, beside those that list one: what is made has no name yet. */
    private static final Set<Operation> OF_PLACES = Collections.unmodifiableSet(EnumSet.of(
            CREATE_VAULT,
            GET_DELETION_CLOCK,
            CONFIRM_DELETION_CLOCK,
            CREATE_CLUSTER,
            LIST_WORK_REQUESTS,
            CREATE_POLICY,
            EXPLAIN_POLICY,
            VALIDATE_POLICY,
            CREATE_DYNAMIC_GROUP,
            MOVE_COMPARTMENT,
            CREATE_USER,
            CREATE_GROUP,
            LIST_USER_GROUP_MEMBERSHIPS));

    /** Of two resources, these are about the place of one; of the other they say what it is. */
    private static final Map<Operation, ResourceType> PLACES_OF = Map.of(
            CREATE_KEY, ResourceType.KEYS,
            IMPORT_KEY, ResourceType.KEYS,
            LIST_KEY_PRINCIPALS, ResourceType.POLICIES);

    private static final Set<String> ALL = all();

    private Variables() {}

    private static Set<String> union(Set<String> one, Set<String> other) {
        return Stream.concat(one.stream(), other.stream()).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> all() {
        Set<String> all = new TreeSet<>(OF_EVERY_REQUEST);
        for (Operation operation : Operation.values()) {
            operation.needs().forEach(need -> need.forEach(it -> all.addAll(ofTarget(operation, it))));
        }
        return Collections.unmodifiableSet(all);
    }

    /** Every variable that some request has. */
    static Set<String> names() {
        return ALL;
    }

    /**
     * What a request for the operation can say beside what is derived for any, when the permission is tested. It need not say
     * all of it.
     */
    static Set<String> ofTarget(Operation operation, Permission permission) {
        ResourceType type = permission.resourceType();
        if (operation.listsACompartment() || OF_PLACES.contains(operation) || PLACES_OF.get(operation) == type) {
            return Set.of();
        }
        Set<String> own = OF_OPERATIONS.get(operation);
        return own == null ? OF_RESOURCES.getOrDefault(type, Set.of()) : own;
    }

    /** The values that a request for the operation says of itself, in all combinations. */
    static List<Map<String, String>> choices(Operation operation) {
        return operation == GENERATE_DATA_ENCRYPTION_KEY
                ? List.of(Map.of(INCLUDE_PLAINTEXT_KEY, "true"), Map.of(INCLUDE_PLAINTEXT_KEY, "false"))
                : List.of(Map.of());
    }

    /** As {@link #ofTarget(Operation, Permission)}, of an operation that is not in the table. */
    static Set<String> ofTarget(Permission permission) {
        return Arrays.stream(Operation.values())
                .filter(it -> it.mayNeed(permission))
                .flatMap(it -> ofTarget(it, permission).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a request for the operation can have it, when the permission is tested. */
    static boolean canApply(String variable, Operation operation, Permission permission) {
        return OF_EVERY_REQUEST.contains(variable)
                || ofTarget(operation, permission).contains(variable);
    }

    /** Whether a request that lists a compartment can have it: such a request is about no single resource. */
    static boolean canApplyToLists(String variable) {
        return OF_EVERY_REQUEST.contains(variable);
    }

    /** Whether a request has one value at most. */
    static boolean isSingle(String variable) {
        return !variable.equals("request.groups.id");
    }
}
