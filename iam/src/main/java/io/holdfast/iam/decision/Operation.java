package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Permission.*;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What each API operation needs (OCI documentation, "Permissions Required for Each API Operation"; for Secrets of
 * clusters Holdfast's own table). Every member of {@link #needs()} must be granted; a member with several permissions
 * is satisfied by any one of them.
 */
public enum Operation {
    LIST_VAULTS("ListVaults", VAULT_INSPECT),
    GET_VAULT("GetVault", VAULT_READ),
    GET_VAULT_USAGE("GetVaultUsage", VAULT_READ),
    CREATE_VAULT("CreateVault", VAULT_CREATE),
    UPDATE_VAULT("UpdateVault", VAULT_UPDATE),
    CHANGE_VAULT_COMPARTMENT("ChangeVaultCompartment", VAULT_MOVE),
    SCHEDULE_VAULT_DELETION("ScheduleVaultDeletion", VAULT_DELETE),
    CANCEL_VAULT_DELETION("CancelVaultDeletion", VAULT_DELETE),
    BACKUP_VAULT("BackupVault", VAULT_BACKUP),
    RESTORE_VAULT("RestoreVaultFromFile", VAULT_RESTORE),
    /** Not in OCI's table; the wrapping key is a public attribute of the vault. */
    GET_WRAPPING_KEY("GetWrappingKey", VAULT_READ),

    LIST_KEYS("ListKeys", KEY_INSPECT),
    LIST_KEY_VERSIONS("ListKeyVersions", KEY_INSPECT),
    GET_KEY("GetKey", KEY_READ),
    GET_KEY_VERSION("GetKeyVersion", KEY_READ),
    CREATE_KEY("CreateKey", KEY_CREATE, VAULT_CREATE_KEY),
    UPDATE_KEY("UpdateKey", KEY_UPDATE),
    ENABLE_KEY("EnableKey", KEY_UPDATE),
    DISABLE_KEY("DisableKey", KEY_UPDATE),
    SCHEDULE_KEY_DELETION("ScheduleKeyDeletion", KEY_DELETE),
    CANCEL_KEY_DELETION("CancelKeyDeletion", KEY_DELETE),
    /** Not in OCI's table; a version goes with the same right as its key. */
    SCHEDULE_KEY_VERSION_DELETION("ScheduleKeyVersionDeletion", KEY_DELETE),
    CANCEL_KEY_VERSION_DELETION("CancelKeyVersionDeletion", KEY_DELETE),
    /** Holdfast's own, in the root compartment: whether the wall clock is believed decides about every deletion. */
    GET_DELETION_CLOCK("GetDeletionClock", KEY_INSPECT, VAULT_INSPECT),
    CONFIRM_DELETION_CLOCK("ConfirmDeletionClock", KEY_DELETE, VAULT_DELETE),
    CHANGE_KEY_COMPARTMENT("ChangeKeyCompartment", KEY_MOVE),
    CREATE_KEY_VERSION("CreateKeyVersion", KEY_ROTATE),
    IMPORT_KEY("ImportKey", KEY_IMPORT, VAULT_IMPORT_KEY),
    IMPORT_KEY_VERSION("ImportKeyVersion", KEY_IMPORT),
    EXPORT_KEY("ExportKey", KEY_EXPORT),
    BACKUP_KEY("BackupKey", KEY_BACKUP),
    RESTORE_KEY("RestoreKeyFromFile", KEY_RESTORE),
    ENCRYPT("Encrypt", KEY_ENCRYPT),
    GENERATE_DATA_ENCRYPTION_KEY("GenerateDataEncryptionKey", KEY_ENCRYPT),
    DECRYPT("Decrypt", KEY_DECRYPT),
    SIGN("Sign", KEY_SIGN),
    VERIFY("Verify", KEY_VERIFY),

    LIST_SECRETS("ListSecrets", SECRET_INSPECT),
    GET_SECRET("GetSecret", SECRET_READ),
    CREATE_SECRET("CreateSecret", SECRET_CREATE, VAULT_CREATE_SECRET),
    UPDATE_SECRET("UpdateSecret", SECRET_UPDATE),
    SCHEDULE_SECRET_DELETION("ScheduleSecretDeletion", SECRET_DELETE),
    CANCEL_SECRET_DELETION("CancelSecretDeletion", SECRET_DELETE),
    CHANGE_SECRET_COMPARTMENT("ChangeSecretCompartment", SECRET_MOVE, SECRET_UPDATE),
    LIST_SECRET_VERSIONS("ListSecretVersions", SECRET_VERSION_INSPECT),
    GET_SECRET_VERSION("GetSecretVersion", SECRET_VERSION_READ),
    SCHEDULE_SECRET_VERSION_DELETION("ScheduleSecretVersionDeletion", SECRET_VERSION_DELETE, SECRET_UPDATE),
    CANCEL_SECRET_VERSION_DELETION("CancelSecretVersionDeletion", SECRET_VERSION_DELETE, SECRET_UPDATE),
    LIST_SECRET_BUNDLE_VERSIONS("ListSecretBundleVersions", SECRET_BUNDLE_INSPECT),
    GET_SECRET_BUNDLE("GetSecretBundle", SECRET_BUNDLE_READ),
    GET_SECRET_BUNDLE_BY_NAME("GetSecretBundleByName", SECRET_BUNDLE_READ),

    LIST_CLUSTERS("ListClusters", CLUSTER_INSPECT),
    GET_CLUSTER("GetCluster", CLUSTER_READ),
    CREATE_CLUSTER("CreateCluster", CLUSTER_CREATE),
    UPDATE_CLUSTER("UpdateCluster", CLUSTER_UPDATE),
    DELETE_CLUSTER("DeleteCluster", CLUSTER_DELETE, CLUSTER_NODE_POOL_DELETE),
    CREATE_KUBECONFIG("CreateKubeconfig", CLUSTER_USE),
    UPDATE_CLUSTER_ENDPOINT_CONFIG("UpdateClusterEndpointConfig", CLUSTER_MANAGE),
    /** Holdfast's own: whoever gets such a token signs as the cluster. */
    CREATE_RESOURCE_PRINCIPAL_TOKEN("CreateResourcePrincipalToken", CLUSTER_MANAGE),
    GET_CLUSTER_OPTIONS("GetClusterOptions", CLUSTER_READ),
    /** Holdfast's own: the jobs that bring what stands under old key versions to the current one, and their proof. */
    LIST_REENCRYPTIONS("ListReencryptions", CLUSTER_READ),
    GET_REENCRYPTION("GetReencryption", CLUSTER_READ),
    START_REENCRYPTION("StartReencryption", CLUSTER_UPDATE),
    PAUSE_REENCRYPTION("PauseReencryption", CLUSTER_UPDATE),
    RESUME_REENCRYPTION("ResumeReencryption", CLUSTER_UPDATE),
    CANCEL_REENCRYPTION("CancelReencryption", CLUSTER_UPDATE),
    COUNT_SECRETS_PER_KEY_VERSION("CountSecretsPerKeyVersion", CLUSTER_READ),
    LIST_WORK_REQUESTS(
            "ListWorkRequests",
            List.of(anyOf(CLUSTER_WORK_REQUEST_INSPECT, CLUSTER_NODE_POOL_INSPECT, CLUSTER_INSPECT))),
    GET_WORK_REQUEST("GetWorkRequest", List.of(anyOf(CLUSTER_WORK_REQUEST_READ, CLUSTER_NODE_POOL_READ, CLUSTER_READ))),
    LIST_WORK_REQUEST_ERRORS(
            "ListWorkRequestErrors", List.of(anyOf(CLUSTER_WORK_REQUEST_READ, CLUSTER_NODE_POOL_READ, CLUSTER_READ))),
    LIST_WORK_REQUEST_LOGS(
            "ListWorkRequestLogs", List.of(anyOf(CLUSTER_WORK_REQUEST_READ, CLUSTER_NODE_POOL_READ, CLUSTER_READ))),
    DELETE_WORK_REQUEST("DeleteWorkRequest", CLUSTER_WORK_REQUEST_DELETE),

    LIST_CLUSTER_NAMESPACES("ListClusterNamespaces", CLUSTER_SECRET_INSPECT),
    GET_CLUSTER_NAMESPACE("GetClusterNamespace", CLUSTER_SECRET_INSPECT),
    CREATE_CLUSTER_NAMESPACE("CreateClusterNamespace", CLUSTER_NAMESPACE_MANAGE),
    UPDATE_CLUSTER_NAMESPACE("UpdateClusterNamespace", CLUSTER_NAMESPACE_MANAGE),
    DELETE_CLUSTER_NAMESPACE("DeleteClusterNamespace", CLUSTER_NAMESPACE_MANAGE),
    /** Names only, as a Table or PartialObjectMetadata. */
    LIST_CLUSTER_SECRET_NAMES("ListClusterSecretNames", CLUSTER_SECRET_INSPECT),
    GET_CLUSTER_SECRET("GetClusterSecret", CLUSTER_SECRET_READ),
    LIST_CLUSTER_SECRETS("ListClusterSecrets", CLUSTER_SECRET_READ),
    WATCH_CLUSTER_SECRETS("WatchClusterSecrets", CLUSTER_SECRET_READ),
    CREATE_CLUSTER_SECRET("CreateClusterSecret", CLUSTER_SECRET_CREATE),
    UPDATE_CLUSTER_SECRET("UpdateClusterSecret", CLUSTER_SECRET_UPDATE),
    PATCH_CLUSTER_SECRET("PatchClusterSecret", CLUSTER_SECRET_UPDATE),
    DELETE_CLUSTER_SECRET("DeleteClusterSecret", CLUSTER_SECRET_DELETE),
    DELETE_CLUSTER_SECRETS("DeleteClusterSecrets", CLUSTER_SECRET_DELETE),

    LIST_POLICIES("ListPolicies", POLICY_READ),
    GET_POLICY("GetPolicy", POLICY_READ),
    CREATE_POLICY("CreatePolicy", POLICY_CREATE),
    UPDATE_POLICY("UpdatePolicy", POLICY_UPDATE),
    DELETE_POLICY("DeletePolicy", POLICY_DELETE),

    /** Holdfast's own: what would be decided, what is wrong with a statement, who may use a key. */
    EXPLAIN_POLICY("ExplainPolicy", POLICY_READ),
    VALIDATE_POLICY("ValidatePolicy", POLICY_READ),
    /** KEY_READ where the key is, POLICY_READ in the root compartment of its tenancy. */
    LIST_KEY_PRINCIPALS("ListKeyPrincipals", KEY_READ, POLICY_READ),

    LIST_DYNAMIC_GROUPS("ListDynamicGroups", DYNAMIC_GROUP_INSPECT),
    GET_DYNAMIC_GROUP("GetDynamicGroup", DYNAMIC_GROUP_INSPECT),
    CREATE_DYNAMIC_GROUP("CreateDynamicGroup", DYNAMIC_GROUP_CREATE),
    UPDATE_DYNAMIC_GROUP("UpdateDynamicGroup", DYNAMIC_GROUP_UPDATE),
    DELETE_DYNAMIC_GROUP("DeleteDynamicGroup", DYNAMIC_GROUP_DELETE),

    LIST_COMPARTMENTS("ListCompartments", COMPARTMENT_INSPECT),
    GET_COMPARTMENT("GetCompartment", COMPARTMENT_INSPECT),
    CREATE_COMPARTMENT("CreateCompartment", COMPARTMENT_CREATE),
    UPDATE_COMPARTMENT("UpdateCompartment", COMPARTMENT_UPDATE),
    DELETE_COMPARTMENT("DeleteCompartment", COMPARTMENT_DELETE),
    RECOVER_COMPARTMENT("RecoverCompartment", COMPARTMENT_RECOVER),

    /** In the lowest compartment above both places. OCI asks for manage all-resources there; this is what moves along. */
    MOVE_COMPARTMENT(
            "MoveCompartment",
            COMPARTMENT_DELETE,
            COMPARTMENT_CREATE,
            VAULT_MOVE,
            KEY_MOVE,
            CLUSTER_MANAGE,
            POLICY_DELETE,
            POLICY_CREATE),

    GET_TENANCY("GetTenancy", TENANCY_INSPECT),
    LIST_REGION_SUBSCRIPTIONS("ListRegionSubscriptions", TENANCY_INSPECT),

    LIST_USERS("ListUsers", USER_INSPECT),
    GET_USER("GetUser", USER_READ),
    CREATE_USER("CreateUser", USER_CREATE),
    UPDATE_USER("UpdateUser", USER_UPDATE),
    UPDATE_USER_STATE("UpdateUserState", USER_UPDATE, USER_UNBLOCK),
    DELETE_USER("DeleteUser", USER_DELETE),
    LIST_API_KEYS("ListApiKeys", USER_READ),
    UPLOAD_API_KEY("UploadApiKey", USER_UPDATE, USER_APIKEY_ADD),
    DELETE_API_KEY("DeleteApiKey", USER_UPDATE, USER_APIKEY_REMOVE),
    /** Holdfast's own: a kubectl token; of oneself it needs nothing. */
    REVOKE_CLUSTER_TOKEN("RevokeClusterToken", USER_UPDATE),

    LIST_GROUPS("ListGroups", GROUP_INSPECT),
    GET_GROUP("GetGroup", GROUP_INSPECT),
    CREATE_GROUP("CreateGroup", GROUP_CREATE),
    UPDATE_GROUP("UpdateGroup", GROUP_UPDATE),
    DELETE_GROUP("DeleteGroup", GROUP_DELETE),
    ADD_USER_TO_GROUP("AddUserToGroup", GROUP_UPDATE, USER_UPDATE),
    REMOVE_USER_FROM_GROUP("RemoveUserFromGroup", GROUP_UPDATE, USER_UPDATE),

    LIST_USER_GROUP_MEMBERSHIPS("ListUserGroupMemberships", GROUP_INSPECT, USER_INSPECT),
    GET_USER_GROUP_MEMBERSHIP("GetUserGroupMembership", GROUP_INSPECT, USER_INSPECT),

    LIST_EVENTS("ListEvents", AUDIT_EVENT_READ),
    GET_EVENT("GetEvent", AUDIT_EVENT_READ),
    VERIFY_TRAIL("VerifyTrail", AUDIT_EVENT_READ);

    /** Those that are about no single resource, so that they have no variable of one. */
    private static final Set<Operation> LISTS = Collections.unmodifiableSet(EnumSet.of(
            LIST_VAULTS,
            LIST_KEYS,
            LIST_SECRETS,
            LIST_CLUSTERS,
            LIST_POLICIES,
            LIST_DYNAMIC_GROUPS,
            LIST_COMPARTMENTS,
            LIST_USERS,
            LIST_GROUPS));

    private static final Map<String, Operation> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Operation::apiName, Function.identity()));

    private final String apiName;

    @SuppressWarnings("ImmutableEnumChecker") // List.copyOf unmodifiable sets
    private final List<Set<Permission>> needs;

    Operation(String apiName, Permission... needs) {
        this(apiName, Arrays.stream(needs).map(Operation::anyOf).toList());
    }

    Operation(String apiName, List<Set<Permission>> needs) {
        this.apiName = apiName;
        this.needs = List.copyOf(needs);
    }

    private static Set<Permission> anyOf(Permission... permissions) {
        return Collections.unmodifiableSet(EnumSet.copyOf(List.of(permissions)));
    }

    /** The name that {@code request.operation} compares with. */
    public String apiName() {
        return apiName;
    }

    public List<Set<Permission>> needs() {
        return needs;
    }

    /** Whether it lists resources of a compartment, so that {@code target.key.id} and the like do not apply. */
    public boolean listsACompartment() {
        return LISTS.contains(this);
    }

    /** Whether the permission is among those it can need. */
    public boolean mayNeed(Permission permission) {
        return needs.stream().anyMatch(it -> it.contains(permission));
    }

    /**
     * The variables, in lower case, that a request for it can have when the permission is tested, beside those that any
     * request has: {@code target.key.id} of Encrypt, none of ListKeys.
     */
    public Set<String> variables(Permission permission) {
        return Variables.ofTarget(this, permission);
    }

    /** The operation of that name; exact case. */
    public static Optional<Operation> named(String apiName) {
        return Optional.ofNullable(BY_NAME.get(apiName));
    }
}
