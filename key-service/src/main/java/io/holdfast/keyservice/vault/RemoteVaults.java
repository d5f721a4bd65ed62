package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.CompartmentId;
import java.time.Duration;
import java.util.List;

/** The vaults elsewhere that this installation is configured with. */
public record RemoteVaults(List<Remote> vaults) {
    public RemoteVaults {
        vaults = List.copyOf(vaults);
    }

    /**
     * @param adapter uses the keys
     * @param keys tells of them
     * @param compartment in which the vault and its keys show here
     * @param name shown here
     * @param interval between two looks at the vault
     * @param staleAfter how long the vault may be silent before access to its keys ends
     */
    public record Remote(
            Vault adapter,
            RemoteKeys keys,
            CompartmentId compartment,
            String name,
            Duration interval,
            Duration staleAfter) {}
}
