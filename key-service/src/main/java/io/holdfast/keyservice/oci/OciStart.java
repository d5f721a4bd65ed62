package io.holdfast.keyservice.oci;

import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.OciConfig;
import io.holdfast.keyservice.vault.RemoteVaults;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * Opens the vaults in Oracle Cloud while the service starts: with a wrong setting or without credentials it does not start. A
 * vault that does not answer stops nothing.
 */
@Singleton
public class OciStart {

    @Produces
    @Singleton
    OciVaults vaults(OciConfig config) {
        return OciVaults.open(config, TimeSource.system());
    }

    void end(@Disposes OciVaults vaults) {
        vaults.close();
    }

    @Produces
    @Singleton
    RemoteVaults remotes(OciVaults vaults) {
        return new RemoteVaults(vaults.vaults().stream()
                .map(vault -> new RemoteVaults.Remote(
                        vault,
                        vault,
                        vault.settings().compartment(),
                        vault.settings().name(),
                        vault.settings().pollInterval(),
                        vault.settings().staleAfter()))
                .toList());
    }
}
