package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompartmentTree.Compartment;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A tenancy for the tests:
 *
 * <pre>
 * root "acme-corp"
 * ├── security
 * │   └── acme-kms-key-compartment   (the keys)
 * │       └── prod
 * └── apps                           (the clusters)
 * </pre>
 */
final class Acme {
    static final TenancyId TENANCY = new TenancyId("ocid1.tenancy.oc1..acme");
    static final CompartmentId ROOT = TENANCY.rootCompartment();
    static final CompartmentId SECURITY = new CompartmentId("ocid1.compartment.oc1..security");
    static final CompartmentId KEYS = new CompartmentId("ocid1.compartment.oc1..keys");
    static final CompartmentId PROD = new CompartmentId("ocid1.compartment.oc1..prod");
    static final CompartmentId APPS = new CompartmentId("ocid1.compartment.oc1..apps");
    static final CompartmentTree TREE = CompartmentTree.of(
            TENANCY,
            "acme-corp",
            List.of(
                    new Compartment(PROD, "prod", KEYS),
                    new Compartment(SECURITY, "security", ROOT),
                    new Compartment(KEYS, "acme-kms-key-compartment", SECURITY),
                    new Compartment(APPS, "apps", ROOT)));

    static final String KEY = "ocid1.key.oc1.iad.annrl______trfg";
    static final String OTHER_KEY = "ocid1.key.oc1.iad.annrl______zzzz";
    static final ClusterId CLUSTER_ID = new ClusterId("ocid1.cluster.oc1.iad.aaaaaaaaaf______yg5q");
    static final Principal.DynamicGroup DYNAMIC_GROUP =
            new Principal.DynamicGroup(new DynamicGroupId("ocid1.dynamicgroup.oc1..dg"), "acme-oke-kms-dyn-grp");
    static final Principal CLUSTER = Principal.cluster(CLUSTER_ID, TENANCY, APPS, Set.of());
    static final Principal CLUSTER_IN_GROUP = Principal.cluster(CLUSTER_ID, TENANCY, APPS, Set.of(DYNAMIC_GROUP));
    static final Principal OTHER_CLUSTER =
            Principal.cluster(new ClusterId("ocid1.cluster.oc1.iad.other"), TENANCY, APPS, Set.of());
    static final Principal ALICE = user("alice", "Keepers");

    /** A Tuesday. */
    static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private Acme() {}

    static Request request(
            Principal principal, Operation operation, CompartmentId target, Map<String, String> variables) {
        return Request.of(principal, operation, target, variables, NOW);
    }

    static Principal user(String name, String... groups) {
        Set<Principal.Group> memberships = new HashSet<>();
        for (String group : groups) {
            memberships.add(new Principal.Group(
                    new GroupId("ocid1.group.oc1.."
                            + group.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT)),
                    group));
        }
        return Principal.user(new UserId("ocid1.user.oc1.." + name), name, TENANCY, memberships);
    }

    static Policy policy(String name, CompartmentId attachedTo, String... statements) {
        return new Policy(new PolicyId("ocid1.policy.oc1.." + name), name, attachedTo, List.of(statements));
    }

    static PolicySet policies(Policy... policies) {
        return PolicySet.of(TREE, List.of(policies));
    }

    /** The statements in a policy attached to the tenancy. */
    static PolicySet inTenancy(String... statements) {
        return policies(policy("p1", ROOT, statements));
    }

    /** Using the key that is in compartment {@link #KEYS}. */
    static Request use(Principal principal, Operation operation, String key) {
        return request(principal, operation, KEYS, Map.of("target.key.id", key, "target.vault.id", "v"));
    }
}
