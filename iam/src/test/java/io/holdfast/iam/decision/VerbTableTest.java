package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Permission.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.language.Verb;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerbTableTest {

    @Test
    void using_keys_gives_what_the_documentation_lists() {
        assertThat(VerbTable.permissions(Verb.USE, "keys"))
                .hasValue(
                        EnumSet.of(KEY_INSPECT, KEY_READ, KEY_ENCRYPT, KEY_DECRYPT, KEY_EXPORT, KEY_SIGN, KEY_VERIFY));
        assertThat(VerbTable.permissions(Verb.USE, "Vaults"))
                .hasValue(
                        EnumSet.of(VAULT_INSPECT, VAULT_READ, VAULT_CREATE_KEY, VAULT_IMPORT_KEY, VAULT_CREATE_SECRET));
        assertThat(VerbTable.permissions(Verb.READ, "policies")).hasValue(EnumSet.of(POLICY_READ));
        assertThat(VerbTable.permissions(Verb.USE, "key-delegate"))
                .isEqualTo(VerbTable.permissions(Verb.USE, "key-delegates"))
                .hasValue(EnumSet.of(KEY_ASSOCIATE, KEY_DISASSOCIATE));
        assertThat(VerbTable.permissions(Verb.INSPECT, "audit-events")).hasValue(Set.of());
        assertThat(VerbTable.permissions(Verb.USE, "locks")).isEmpty();
    }

    @Test
    void secrets_of_clusters_are_graded_from_names_to_namespaces() {
        assertThat(VerbTable.permissions(Verb.INSPECT, "cluster-secrets")).hasValue(EnumSet.of(CLUSTER_SECRET_INSPECT));
        assertThat(VerbTable.permissions(Verb.READ, "cluster-secrets"))
                .hasValue(EnumSet.of(CLUSTER_SECRET_INSPECT, CLUSTER_SECRET_READ));
        assertThat(VerbTable.permissions(Verb.USE, "cluster-secrets"))
                .hasValue(EnumSet.of(
                        CLUSTER_SECRET_INSPECT, CLUSTER_SECRET_READ, CLUSTER_SECRET_CREATE, CLUSTER_SECRET_UPDATE));
        assertThat(VerbTable.permissions(Verb.MANAGE, "cluster-family").orElseThrow())
                .noneMatch(it -> it.resourceType() == ResourceType.CLUSTER_SECRETS);
    }

    @Test
    void verbs_are_cumulative_and_families_are_the_sum_of_their_members() {
        for (ResourceType type : ResourceType.values()) {
            Set<Permission> lower = Set.of();
            for (Verb verb : Verb.values()) {
                Set<Permission> given = VerbTable.permissions(verb, type.word()).orElseThrow();
                assertThat(given).containsAll(lower);
                lower = given;
            }
            assertThat(lower).as(type.word()).isNotEmpty();
        }
        for (Verb verb : Verb.values()) {
            Set<Permission> members = new HashSet<>();
            for (String type : new String[] {"vaults", "keys", "key-delegates"}) {
                members.addAll(VerbTable.permissions(verb, type).orElseThrow());
            }
            assertThat(VerbTable.permissions(verb, "key-family")).hasValue(members);
        }
        assertThat(VerbTable.permissions(Verb.MANAGE, "all-resources")).hasValue(EnumSet.allOf(Permission.class));
    }

    @Test
    void a_denied_verb_takes_itself_and_all_above() {
        assertThat(VerbTable.denied(Verb.INSPECT, "keys")).isEqualTo(VerbTable.permissions(Verb.MANAGE, "keys"));
        assertThat(VerbTable.denied(Verb.MANAGE, "dynamic-groups"))
                .hasValue(EnumSet.of(DYNAMIC_GROUP_CREATE, DYNAMIC_GROUP_DELETE));
        assertThat(VerbTable.denied(Verb.USE, "locks")).isEmpty();
    }

    @Test
    void every_type_of_the_reference_has_its_permissions() {
        assertThat(VerbTable.permissions(Verb.READ, "secret-family"))
                .hasValue(EnumSet.of(
                        SECRET_INSPECT,
                        SECRET_READ,
                        SECRET_VERSION_INSPECT,
                        SECRET_VERSION_READ,
                        SECRET_BUNDLE_INSPECT,
                        SECRET_BUNDLE_READ));
        assertThat(VerbTable.permissions(Verb.USE, "secrets"))
                .hasValue(EnumSet.of(SECRET_INSPECT, SECRET_READ, SECRET_UPDATE, SECRET_ROTATE));
        assertThat(VerbTable.permissions(Verb.INSPECT, "cluster-family"))
                .hasValue(EnumSet.of(
                        CLUSTER_INSPECT,
                        CLUSTER_NODE_POOL_INSPECT,
                        CLUSTER_VIRTUALNODE_POOL_INSPECT,
                        CLUSTER_POD_SHAPE_INSPECT,
                        CLUSTER_WORKLOAD_MAPPING_INSPECT,
                        CLUSTER_WORK_REQUEST_INSPECT));
        assertThat(VerbTable.permissions(Verb.USE, "tenancies")).hasValue(EnumSet.of(TENANCY_INSPECT, TENANCY_UPDATE));
        assertThat(VerbTable.permissions(Verb.MANAGE, "key-family").orElseThrow())
                .noneMatch(it -> it.resourceType() == ResourceType.SECRETS);
        assertThat(Permission.named("key_read")).hasValue(KEY_READ);
        assertThat(Permission.named("\u212aEY_READ")).isEmpty();
        assertThat(ResourceType.names())
                .contains("keys", "key-delegate", "all-resources")
                .doesNotContain("key");
    }

    @Test
    void every_operation_needs_something_and_is_found_by_its_name() {
        for (Operation operation : Operation.values()) {
            assertThat(operation.needs())
                    .isNotEmpty()
                    .allSatisfy(it -> assertThat(it).isNotEmpty());
            assertThat(Operation.named(operation.apiName())).hasValue(operation);
        }
        assertThat(Arrays.stream(Operation.values()).map(Operation::apiName)).doesNotHaveDuplicates();
        assertThat(Operation.CREATE_KEY.needs()).containsExactly(Set.of(KEY_CREATE), Set.of(VAULT_CREATE_KEY));
        assertThat(Operation.named("EatKey")).isEmpty();
    }
}
