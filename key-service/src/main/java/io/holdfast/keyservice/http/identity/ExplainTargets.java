package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.bindings.KeyUse;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.identity.Explanations.Target;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a question about access is about, so that the asker need not know where it is and what a request has. */
@ApplicationScoped
class ExplainTargets {
    private final KeyStore keys;
    private final VaultStore vaults;
    private final BindingStore bindings;

    ExplainTargets(KeyStore keys, VaultStore vaults, BindingStore bindings) {
        this.keys = keys;
        this.vaults = vaults;
        this.bindings = bindings;
    }

    /**
     * The resource of a question: exactly one of the fields, or a vault and the compartment where something is to be made
     * in it.
     *
     * @param clusterId a cluster that a key is bound to; others are not known here
     */
    public record TargetDocument(
            @Nullable KeyId keyId,
            @Nullable VaultId vaultId,
            @Nullable ClusterId clusterId,
            @Nullable CompartmentId compartmentId) {}

    /** Whoever has it in that place knows of the resource without an explanation. */
    record Sight(String permission, CompartmentId compartment, Map<String, String> variables) {}

    /** @param seenBy any of them; what the asker has no sight of is to be answered as if it were not there */
    record Found(Target target, List<Sight> seenBy) {}

    /**
     * A cluster with its compartment and tenancy, as its binding has them.
     *
     * @param seenBy as in {@link Found}
     */
    record BoundCluster(Binding.Facts facts, List<Sight> seenBy) {}

    /** Empty for a cluster without a binding. */
    Optional<BoundCluster> cluster(ClusterId id) {
        return bindings.heldOf(id).map(Stored::value).map(Binding::facts).map(it -> new BoundCluster(it, seenBy(it)));
    }

    /** In its compartment, or as one of those that the key is bound to. */
    private List<Sight> seenBy(Binding.Facts cluster) {
        Sight itself = new Sight(
                "CLUSTER_INSPECT",
                cluster.clusterCompartmentId(),
                Map.of("target.cluster.id", cluster.clusterId().value()));
        return keys.key(cluster.keyId())
                .map(Stored::value)
                .map(it -> List.of(itself, new Sight("KEY_READ", it.facts().compartmentId(), KeyUse.variables(it))))
                .orElse(List.of(itself));
    }

    /**
     * What is there, before it is known whether the asker may be told of it. A compartment without a resource needs no sight.
     *
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for what is not there, INVALID_PARAMETER for several targets at
     *     once, MISSING_PARAMETER for none
     */
    Found find(TargetDocument target) {
        KeyId keyId = target.keyId();
        VaultId vaultId = target.vaultId();
        ClusterId clusterId = target.clusterId();
        CompartmentId compartment = target.compartmentId();
        int resources = (keyId == null ? 0 : 1) + (vaultId == null ? 0 : 1) + (clusterId == null ? 0 : 1);
        if (resources > 1 || (compartment != null && (keyId != null || clusterId != null))) {
            throw ProblemException.invalid("target", "must name one resource, or a vault and a compartment");
        }
        if (keyId != null) {
            MasterKey key =
                    keys.key(keyId).orElseThrow(ProblemException::notFound).value();
            return found("KEY_INSPECT", key.facts().compartmentId(), KeyUse.variables(key));
        }
        if (clusterId != null) {
            BoundCluster cluster = cluster(clusterId).orElseThrow(ProblemException::notFound);
            return new Found(
                    target(cluster.facts().clusterCompartmentId(), Map.of("target.cluster.id", clusterId.value())),
                    cluster.seenBy());
        }
        if (vaultId != null) {
            Vault vault = vaults.vault(vaultId)
                    .orElseThrow(ProblemException::notFound)
                    .value();
            CompartmentId of = vault.facts().compartmentId();
            Map<String, String> variables = Map.of("target.vault.id", vaultId.value());
            return new Found(
                    new Target(compartment == null ? of : compartment, Optional.of(of), variables),
                    List.of(new Sight("VAULT_INSPECT", of, variables)));
        }
        if (compartment == null) {
            throw ProblemException.missing("target or compartmentId");
        }
        return new Found(target(compartment, Map.of()), List.of());
    }

    private static Found found(String permission, CompartmentId compartment, Map<String, String> variables) {
        return new Found(target(compartment, variables), List.of(new Sight(permission, compartment, variables)));
    }

    private static Target target(CompartmentId compartment, Map<String, String> variables) {
        return new Target(compartment, Optional.empty(), variables);
    }
}
