package io.holdfast.keyservice.store;

import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which vaults' keys lead their lives elsewhere, whatever a replica's configuration says: one that lacks such a vault, as
 * while a new configuration is rolled out, must not make or change its keys as if they were local.
 */
@ApplicationScoped
public class VaultsElsewhere {
    private final KeyValueStore store;
    /** What a vault is it stays, and it is marked before it exists. */
    private final Map<VaultId, Boolean> known = new ConcurrentHashMap<>();

    public VaultsElsewhere(KeyValueStore store) {
        this.store = store;
    }

    /** @param vault that exists */
    public boolean contains(VaultId vault) {
        Boolean answer = known.get(vault);
        if (answer == null) {
            answer = store.get(Layout.elsewhere(vault)).isPresent();
            known.put(vault, answer);
        }
        return answer;
    }

    /** For good. */
    public void mark(VaultId vault) {
        String at = Layout.elsewhere(vault);
        store.commit(Transaction.builder().ifAbsent(at).put(at, KeyStore.EMPTY).build());
    }
}
