package io.holdfast.keyservice.bindings;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What it takes to use a master key: the permissions of {@code use keys} that encrypt and decrypt. */
public final class KeyUse {
    private KeyUse() {}

    /** The policy variables of a key. */
    public static Map<String, String> variables(MasterKey key) {
        return Map.of(
                "target.key.id", key.id().value(),
                "target.vault.id", key.facts().vaultId().value());
    }

    /** As {@link #variables(MasterKey)}, with those that a request has beside. */
    public static Map<String, String> variables(MasterKey key, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(more);
        variables.putAll(variables(key));
        return variables;
    }

    /** The cluster of a binding as it asks for itself: what it is comes from the record, never from a request. */
    public static Caller principalOf(Binding.Facts facts) {
        return new Caller(
                "cluster",
                facts.clusterId().value(),
                facts.clusterId().value(),
                facts.tenancyId(),
                facts.clusterCompartmentId().value());
    }

    /**
     * Whether the principal may both encrypt and decrypt; the answer claims the older of the two decisions' revisions and
     * holds until the first of them ends.
     */
    static Decision mayUse(Authorizer authorizer, Caller principal, MasterKey key) {
        Decision encrypt = authorizer.decide(
                principal, "Encrypt", List.of("KEY_ENCRYPT"), key.facts().compartmentId(), variables(key));
        if (!encrypt.allowed()) {
            return encrypt;
        }
        Decision decrypt = authorizer.decide(
                principal, "Decrypt", List.of("KEY_DECRYPT"), key.facts().compartmentId(), variables(key));
        return new Decision(
                decrypt.allowed(),
                decrypt.reasons(),
                Math.min(encrypt.stateRevision(), decrypt.stateRevision()),
                encrypt.holdsUntil().and(decrypt.holdsUntil()),
                decrypt.targetTenancy());
    }

    /** The statement that would allow it within a tenancy, for people. */
    static String statement(MasterKey key) {
        return "Allow any-user to use keys in " + place(key) + where(key);
    }

    /**
     * What would allow it, as sentences for people: a statement, or where the clusters are of another tenancy than the key,
     * those of both.
     *
     * @param clusters the tenancy of the cluster
     */
    static String advice(TenancyId clusters, MasterKey key) {
        TenancyId keys = key.facts().tenancyId();
        if (clusters.equals(keys)) {
            return "Add a statement such as: " + statement(key);
        }
        return "The key is of another tenancy than the cluster, so both must agree. In a policy of the key's tenancy: "
                + String.join("; ", admitting(clusters, key)) + ". In a policy of the cluster's tenancy: "
                + String.join("; ", endorsing(key));
    }

    /** The same for people of the cluster's tenancy, who are not told where another tenancy keeps its keys. */
    static String adviceWithin(TenancyId clusters, MasterKey key) {
        return clusters.equals(key.facts().tenancyId())
                ? advice(clusters, key)
                : "The key is of another tenancy than the cluster: that tenancy must admit the cluster, and the cluster's own"
                        + " endorse it.";
    }

    /** For a policy attached to the root of the key's tenancy. */
    static List<String> admitting(TenancyId clusters, MasterKey key) {
        return List.of(
                "Define tenancy ClusterTenancy as " + clusters.value(),
                "Admit any-user of tenancy ClusterTenancy to use keys in " + place(key) + where(key));
    }

    /** For a policy attached to the root of the cluster's tenancy. */
    static List<String> endorsing(MasterKey key) {
        return List.of(
                "Define tenancy KeyTenancy as " + key.facts().tenancyId().value(),
                "Endorse any-user to use keys in tenancy KeyTenancy" + where(key));
    }

    private static String place(MasterKey key) {
        return "compartment id " + key.facts().compartmentId().value();
    }

    private static String where(MasterKey key) {
        return " where ALL {request.principal.type = 'cluster', target.key.id = '"
                + key.id().value() + "'}";
    }
}
