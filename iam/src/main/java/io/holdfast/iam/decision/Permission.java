package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.ResourceType.AUDIT_EVENTS;
import static io.holdfast.iam.decision.ResourceType.CLUSTERS;
import static io.holdfast.iam.decision.ResourceType.CLUSTER_NODE_POOLS;
import static io.holdfast.iam.decision.ResourceType.CLUSTER_POD_SHAPES;
import static io.holdfast.iam.decision.ResourceType.CLUSTER_SECRETS;
import static io.holdfast.iam.decision.ResourceType.CLUSTER_VIRTUALNODE_POOLS;
import static io.holdfast.iam.decision.ResourceType.CLUSTER_WORKLOAD_MAPPINGS;
import static io.holdfast.iam.decision.ResourceType.CLUSTER_WORK_REQUESTS;
import static io.holdfast.iam.decision.ResourceType.COMPARTMENTS;
import static io.holdfast.iam.decision.ResourceType.DYNAMIC_GROUPS;
import static io.holdfast.iam.decision.ResourceType.GROUPS;
import static io.holdfast.iam.decision.ResourceType.KEYS;
import static io.holdfast.iam.decision.ResourceType.KEY_DELEGATES;
import static io.holdfast.iam.decision.ResourceType.POLICIES;
import static io.holdfast.iam.decision.ResourceType.SECRETS;
import static io.holdfast.iam.decision.ResourceType.SECRET_BUNDLES;
import static io.holdfast.iam.decision.ResourceType.SECRET_VERSIONS;
import static io.holdfast.iam.decision.ResourceType.TENANCIES;
import static io.holdfast.iam.decision.ResourceType.USERS;
import static io.holdfast.iam.decision.ResourceType.VAULTS;
import static io.holdfast.iam.language.Verb.INSPECT;
import static io.holdfast.iam.language.Verb.MANAGE;
import static io.holdfast.iam.language.Verb.READ;
import static io.holdfast.iam.language.Verb.USE;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Verb;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The smallest thing that a statement gives and an operation needs. Each belongs to one resource type and comes with
 * that type's verb and every verb above it.
 */
public enum Permission {
    VAULT_INSPECT(VAULTS, INSPECT),
    VAULT_READ(VAULTS, READ),
    VAULT_CREATE_KEY(VAULTS, USE),
    VAULT_IMPORT_KEY(VAULTS, USE),
    VAULT_CREATE_SECRET(VAULTS, USE),
    VAULT_CREATE(VAULTS, MANAGE),
    VAULT_UPDATE(VAULTS, MANAGE),
    VAULT_DELETE(VAULTS, MANAGE),
    VAULT_MOVE(VAULTS, MANAGE),
    VAULT_BACKUP(VAULTS, MANAGE),
    VAULT_RESTORE(VAULTS, MANAGE),
    VAULT_REPLICATE(VAULTS, MANAGE),

    KEY_INSPECT(KEYS, INSPECT),
    KEY_READ(KEYS, READ),
    KEY_ENCRYPT(KEYS, USE),
    KEY_DECRYPT(KEYS, USE),
    KEY_EXPORT(KEYS, USE),
    KEY_SIGN(KEYS, USE),
    KEY_VERIFY(KEYS, USE),
    KEY_CREATE(KEYS, MANAGE),
    KEY_UPDATE(KEYS, MANAGE),
    KEY_ROTATE(KEYS, MANAGE),
    KEY_DELETE(KEYS, MANAGE),
    KEY_MOVE(KEYS, MANAGE),
    KEY_IMPORT(KEYS, MANAGE),
    KEY_BACKUP(KEYS, MANAGE),
    KEY_RESTORE(KEYS, MANAGE),

    KEY_ASSOCIATE(KEY_DELEGATES, USE),
    KEY_DISASSOCIATE(KEY_DELEGATES, USE),

    /** Secrets of the Vault service, not those of Kubernetes. */
    SECRET_INSPECT(SECRETS, INSPECT),
    SECRET_READ(SECRETS, READ),
    SECRET_UPDATE(SECRETS, USE),
    SECRET_ROTATE(SECRETS, USE),
    SECRET_CREATE(SECRETS, MANAGE),
    SECRET_DELETE(SECRETS, MANAGE),
    SECRET_MOVE(SECRETS, MANAGE),

    SECRET_VERSION_INSPECT(SECRET_VERSIONS, INSPECT),
    SECRET_VERSION_READ(SECRET_VERSIONS, READ),
    SECRET_VERSION_DELETE(SECRET_VERSIONS, MANAGE),

    SECRET_BUNDLE_INSPECT(SECRET_BUNDLES, INSPECT),
    SECRET_BUNDLE_READ(SECRET_BUNDLES, READ),

    CLUSTER_INSPECT(CLUSTERS, INSPECT),
    CLUSTER_READ(CLUSTERS, READ),
    CLUSTER_USE(CLUSTERS, USE),
    CLUSTER_CREATE(CLUSTERS, MANAGE),
    CLUSTER_DELETE(CLUSTERS, MANAGE),
    CLUSTER_UPDATE(CLUSTERS, MANAGE),
    CLUSTER_MANAGE(CLUSTERS, MANAGE),
    CLUSTER_JOIN(CLUSTERS, MANAGE),

    CLUSTER_NODE_POOL_INSPECT(CLUSTER_NODE_POOLS, INSPECT),
    CLUSTER_NODE_POOL_READ(CLUSTER_NODE_POOLS, READ),
    CLUSTER_NODE_POOL_CREATE(CLUSTER_NODE_POOLS, MANAGE),
    CLUSTER_NODE_POOL_DELETE(CLUSTER_NODE_POOLS, MANAGE),
    CLUSTER_NODE_POOL_UPDATE(CLUSTER_NODE_POOLS, MANAGE),

    CLUSTER_VIRTUALNODE_POOL_INSPECT(CLUSTER_VIRTUALNODE_POOLS, INSPECT),
    CLUSTER_VIRTUALNODE_POOL_READ(CLUSTER_VIRTUALNODE_POOLS, READ),
    CLUSTER_VIRTUALNODE_POOL_CREATE(CLUSTER_VIRTUALNODE_POOLS, MANAGE),
    CLUSTER_VIRTUALNODE_POOL_DELETE(CLUSTER_VIRTUALNODE_POOLS, MANAGE),
    CLUSTER_VIRTUALNODE_POOL_UPDATE(CLUSTER_VIRTUALNODE_POOLS, MANAGE),

    CLUSTER_POD_SHAPE_INSPECT(CLUSTER_POD_SHAPES, INSPECT),

    CLUSTER_WORKLOAD_MAPPING_INSPECT(CLUSTER_WORKLOAD_MAPPINGS, INSPECT),
    CLUSTER_WORKLOAD_MAPPING_READ(CLUSTER_WORKLOAD_MAPPINGS, READ),
    CLUSTER_WORKLOAD_MAPPING_CREATE(CLUSTER_WORKLOAD_MAPPINGS, MANAGE),
    CLUSTER_WORKLOAD_MAPPING_DELETE(CLUSTER_WORKLOAD_MAPPINGS, MANAGE),
    CLUSTER_WORKLOAD_MAPPING_UPDATE(CLUSTER_WORKLOAD_MAPPINGS, MANAGE),

    CLUSTER_WORK_REQUEST_INSPECT(CLUSTER_WORK_REQUESTS, INSPECT),
    CLUSTER_WORK_REQUEST_READ(CLUSTER_WORK_REQUESTS, READ),
    CLUSTER_WORK_REQUEST_DELETE(CLUSTER_WORK_REQUESTS, MANAGE),

    /** Names of Secrets and namespaces. */
    CLUSTER_SECRET_INSPECT(CLUSTER_SECRETS, INSPECT),
    /** Values: get, list, watch. */
    CLUSTER_SECRET_READ(CLUSTER_SECRETS, READ),
    CLUSTER_SECRET_CREATE(CLUSTER_SECRETS, USE),
    /** Update and patch. */
    CLUSTER_SECRET_UPDATE(CLUSTER_SECRETS, USE),
    /** Delete and deletecollection. */
    CLUSTER_SECRET_DELETE(CLUSTER_SECRETS, MANAGE),
    /** Create and delete namespaces. */
    CLUSTER_NAMESPACE_MANAGE(CLUSTER_SECRETS, MANAGE),

    /** OCI gives reading with inspect; read and use add nothing. */
    POLICY_READ(POLICIES, INSPECT),
    POLICY_CREATE(POLICIES, MANAGE),
    POLICY_UPDATE(POLICIES, MANAGE),
    POLICY_DELETE(POLICIES, MANAGE),

    COMPARTMENT_INSPECT(COMPARTMENTS, INSPECT),
    COMPARTMENT_UPDATE(COMPARTMENTS, USE),
    COMPARTMENT_CREATE(COMPARTMENTS, MANAGE),
    COMPARTMENT_DELETE(COMPARTMENTS, MANAGE),
    COMPARTMENT_RECOVER(COMPARTMENTS, MANAGE),

    TENANCY_INSPECT(TENANCIES, INSPECT),
    TENANCY_UPDATE(TENANCIES, USE),

    USER_INSPECT(USERS, INSPECT),
    USER_READ(USERS, READ),
    USER_UPDATE(USERS, USE),
    USER_CREATE(USERS, MANAGE),
    USER_DELETE(USERS, MANAGE),
    USER_UNBLOCK(USERS, MANAGE),
    USER_APIKEY_ADD(USERS, MANAGE),
    USER_APIKEY_REMOVE(USERS, MANAGE),

    GROUP_INSPECT(GROUPS, INSPECT),
    GROUP_UPDATE(GROUPS, USE),
    GROUP_CREATE(GROUPS, MANAGE),
    GROUP_DELETE(GROUPS, MANAGE),

    DYNAMIC_GROUP_INSPECT(DYNAMIC_GROUPS, INSPECT),
    DYNAMIC_GROUP_UPDATE(DYNAMIC_GROUPS, USE),
    DYNAMIC_GROUP_CREATE(DYNAMIC_GROUPS, MANAGE),
    DYNAMIC_GROUP_DELETE(DYNAMIC_GROUPS, MANAGE),

    AUDIT_EVENT_READ(AUDIT_EVENTS, READ);

    private static final Map<String, Permission> BY_NAME = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(it -> CaseFold.of(it.name()), Function.identity()));

    private final ResourceType resourceType;
    private final Verb lowestVerb;

    Permission(ResourceType resourceType, Verb lowestVerb) {
        this.resourceType = resourceType;
        this.lowestVerb = lowestVerb;
    }

    public ResourceType resourceType() {
        return resourceType;
    }

    /** The weakest verb that gives this permission. */
    public Verb lowestVerb() {
        return lowestVerb;
    }

    /** As {@link Operation#variables}, of whatever operation tests it. */
    public Set<String> variables() {
        return Variables.ofTarget(this);
    }

    /** The permission of that name, in any case of letters. */
    public static Optional<Permission> named(String name) {
        return Optional.ofNullable(BY_NAME.get(CaseFold.of(name)));
    }
}
