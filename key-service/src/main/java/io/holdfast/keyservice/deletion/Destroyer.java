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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Destroys what vaults hold themselves of versions that are deleted, or were made and never recorded. */
@ApplicationScoped
public class Destroyer {
    private static final int AT_ONCE = 100;

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

    /**
     * Destroys what is to be by now, a bounded number; repeating that does no harm. Of a vault that does not answer, or is not
     * configured, the rest waits for the next call.
     *
     * @param attempt runs what is named, and throws nothing: what fails stays due
     */
    void destroyDue(Instant now, BiConsumer<String, Runnable> attempt) {
        Set<String> silent = new HashSet<>();
        for (Recorded each : destructions.until(now, AT_ONCE)) {
            Destruction destruction = each.destruction();
            String vault = destruction.vault().value() + destruction.mode();
            if (silent.contains(vault)) {
                continue;
            }
            attempt.accept(destruction.name(), () -> {
                try {
                    destroy(each);
                } catch (VaultUnavailable e) {
                    silent.add(vault);
                    LOG.warnv(
                            "What is deleted could not be destroyed in its vault; trying again. vault={0} cause={1}",
                            destruction.vault().value(), e.getMessage());
                }
            });
        }
    }

    private void destroy(Recorded recorded) {
        Destruction destruction = recorded.destruction();
        if (destructions.isOnRecord(destruction)) {
            LOG.errorv("A version that has material on record is not destroyed. record={0}", destruction.name());
            destructions.done(recorded);
            return;
        }
        Vault vault = vaults.holding(destruction.vault(), destruction.mode())
                .orElseThrow(() -> new VaultUnavailable("The vault is not configured here.", null));
        destructions.begin(recorded).ifPresent(begun -> {
            for (KeyVersionId version : destruction.versions()) {
                vault.destroy(version);
                LOG.infov("Destroyed the material of a version in its vault. version={0}", version.value());
            }
            destructions.done(begun);
        });
    }
}
