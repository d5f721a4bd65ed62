package io.holdfast.keyservice.usage;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.identity.CompartmentContents;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.BindingStore.BindingPage;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.VaultStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Keys, vaults and clusters of compartments. A cluster is seen by its binding: the key that its Secrets are under. */
@ApplicationScoped
class ContentsInEtcd implements CompartmentContents {
    private static final int PAGE = 200;

    private final KeyStore keys;
    private final VaultStore vaults;
    private final BindingStore bindings;

    ContentsInEtcd(KeyStore keys, VaultStore vaults, BindingStore bindings) {
        this.keys = keys;
        this.vaults = vaults;
        this.bindings = bindings;
    }

    @Override
    public Optional<String> in(CompartmentId compartment) {
        if (keys.keysOf(compartment).stream().anyMatch(it -> !(it.value() instanceof MasterKey.Deleted))) {
            return Optional.of("a key");
        }
        if (vaults.vaultsOf(compartment).stream().anyMatch(it -> !(it.value() instanceof Vault.Deleted))) {
            return Optional.of("a vault");
        }
        return hasCluster(compartment) ? Optional.of("a cluster") : Optional.empty();
    }

    private boolean hasCluster(CompartmentId compartment) {
        String after = "";
        while (true) {
            BindingPage page = bindings.heldAfter(after, PAGE);
            if (page.bindings().stream()
                    .anyMatch(it -> it.value().facts().clusterCompartmentId().equals(compartment))) {
                return true;
            }
            if (!page.more() || page.bindings().isEmpty()) {
                return false;
            }
            after = page.bindings().getLast().value().facts().clusterId().value();
        }
    }
}
