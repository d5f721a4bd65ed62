package io.holdfast.keyservice.deletion;

import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.Destructions.Destruction;
import io.holdfast.keyservice.store.Destructions.Recorded;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.VaultUnavailable;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Destroys what vaults hold themselves of versions that are deleted, or were made and never recorded. */
@ApplicationScoped
public class Destroyer {
    private static final Logger LOG = Logger.getLogger(Destroyer.class);

    private final Destructions destructions;
    private final Vaults vaults;

    public Destroyer(Destructions destructions, Vaults vaults) {
        this.destructions = destructions;
        this.vaults = vaults;
    }

    /**
     * Part of the transaction that deletes versions of a key: they are to be destroyed.
     *
     * @param name of the record, the OCID of what is deleted
     */
    Consumer<Transaction.Builder> destroy(String name, MasterKey.Facts key, List<KeyVersionId> versions, Instant now) {
        boolean held = vaults.holding(key.vaultId(), key.protectionMode())
                .map(Vault::holdsMaterial)
                .orElse(true);
        return held
                ? Destructions.put(new Destruction(name, now, key.vaultId(), key.protectionMode(), versions))
                : nothing -> {};
    }

    /** What is to be destroyed by now. */
    List<Recorded> due(Instant now) {
        return destructions.all().stream()
                .filter(each -> !each.destruction().from().isAfter(now))
                .toList();
    }

    /**
     * Destroys it; repeating that does no harm.
     *
     * @throws VaultUnavailable when the vault does not answer or is not configured: it stays due
     */
    void destroy(Recorded recorded) {
        Destruction destruction = recorded.destruction();
        Vault vault = vaults.holding(destruction.vault(), destruction.mode())
                .orElseThrow(() -> new VaultUnavailable("The vault is not configured here.", null));
        for (KeyVersionId version : destruction.versions()) {
            if (destructions.isOnRecord(version)) {
                LOG.errorv("A version that has material on record is not destroyed. version={0}", version.value());
            } else {
                vault.destroy(version);
                LOG.infov("Destroyed the material of a version in its vault. version={0}", version.value());
            }
        }
        destructions.done(recorded);
    }
}
