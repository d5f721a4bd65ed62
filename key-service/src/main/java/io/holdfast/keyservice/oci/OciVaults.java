package io.holdfast.keyservice.oci;

import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.OciConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The vaults in Oracle Cloud that this installation uses.
 *
 * @param vaults by name
 */
public record OciVaults(List<OciVault> vaults) implements AutoCloseable {
    public OciVaults {
        vaults = List.copyOf(vaults);
    }

    /**
     * Checks the whole configuration, then reads the credentials. No vault is asked anything yet.
     *
     * @throws OciRefused when a setting is not what it must be, or there are no credentials
     */
    public static OciVaults open(OciConfig config, TimeSource time) {
        Map<VaultId, OciSettings> checked = new LinkedHashMap<>();
        new TreeMap<>(config.vaults()).forEach((name, vault) -> {
            OciSettings settings = OciSettings.of(name, vault);
            OciSettings other = checked.putIfAbsent(settings.vault(), settings);
            if (other != null) {
                throw new OciRefused(
                        "holdfast.oci.vaults." + name + ".vault-id names the vault of holdfast.oci.vaults."
                                + other.name() + ": one of the two must go.",
                        null);
            }
        });
        List<OciVault> opened = new ArrayList<>();
        try {
            checked.values().forEach(settings -> opened.add(OciVault.open(settings, time)));
            return new OciVaults(opened);
        } catch (RuntimeException e) {
            new OciVaults(opened).close();
            throw e;
        }
    }

    @Override
    public void close() {
        // No reference to the method: making one loads the adapter and with it Oracle's SDK, where there is no vault
        // too.
        for (OciVault vault : vaults) {
            vault.close();
        }
    }
}
