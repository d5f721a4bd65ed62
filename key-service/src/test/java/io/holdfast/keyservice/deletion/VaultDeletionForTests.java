package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.VaultStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** Does the first transaction of a vault's deletion and no more, as a process that dies after it. */
@ApplicationScoped
public class VaultDeletionForTests {
    private final VaultStore vaults;

    public VaultDeletionForTests(VaultStore vaults) {
        this.vaults = vaults;
    }

    public void beginOnly(VaultId id, Instant time) {
        vaults.changeIf(
                id,
                seen -> seen instanceof Vault.Active active
                        ? Optional.of(new Step<>(
                                active.scheduleDeletion(time),
                                new KeyEvent.VaultScheduledForDeletion(id, time, "ocid1.user.oc1..test"),
                                id.value(),
                                VaultStore.putUnfinished(id)
                                        .andThen(DueDeletions.put(new DueVault(id, time, Instant.now())))))
                        : Optional.empty());
    }
}
