package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.store.SealedStore;
import io.holdfast.keyservice.store.VaultsElsewhere;
import io.holdfast.keyservice.vault.MeteredVault.Kind;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens the built-in vault while the service starts: with a missing or wrong root key it does not start, see
 * {@link RootKeyStart}.
 */
@Singleton
public class VaultStart {

    @Produces
    @Singleton
    RootKeyReplicas replicas(KeyValueStore store) {
        return new RootKeyReplicas(store);
    }

    void end(@Disposes RootKeyReplicas replicas) {
        replicas.close();
    }

    @Produces
    @Singleton
    RootKeys rootKeys(KeysConfig config, KeyValueStore store, RootKeyReplicas replicas, SealedStore sealed, Hsm hsm) {
        RootKeySources sources = new RootKeySources(hsm.device(), store);
        RootKeys keys = RootKeys.read(
                sources.parse(config.rootKey(), "holdfast.keys.root-key"),
                config.otherRootKeys().orElse(List.of()).stream()
                        .map(source -> sources.parse(source, "holdfast.keys.other-root-keys"))
                        .toList());
        try {
            new RootKeyStart(new RootKeyRecords(store), replicas, sealed).begin(keys);
            return keys;
        } catch (RuntimeException e) {
            keys.close();
            throw e;
        }
    }

    void end(@Disposes RootKeys keys) {
        keys.close();
    }

    /** Nothing where this installation has no HSM. */
    @Produces
    @Singleton
    Hsm hsm(KeysConfig config) {
        return new Hsm(config.hsm().library().map(library -> Pkcs11Device.open(config.hsm())));
    }

    void end(@Disposes Hsm hsm) {
        hsm.device().ifPresent(Pkcs11Device::close);
    }

    @Produces
    @Singleton
    BuiltInVault builtIn(RootKeys root) {
        return new BuiltInVault(root);
    }

    @Produces
    @Singleton
    @Startup
    Vaults vaults(
            BuiltInVault builtIn,
            Hsm hsm,
            RemoteVaults remotes,
            VaultsElsewhere onRecord,
            KeyValueStore store,
            MeterRegistry meters) {
        Map<ProtectionMode, Vault> local = new EnumMap<>(ProtectionMode.class);
        local.put(ProtectionMode.SOFTWARE, new MeteredVault(Kind.BUILT_IN, builtIn, meters));
        hsm.device()
                .map(device -> new Pkcs11Vault(device, new UseBudget(store)))
                .ifPresent(vault -> local.put(ProtectionMode.HSM, new MeteredVault(Kind.PKCS11, vault, meters)));
        Map<VaultId, Vault> elsewhere = new HashMap<>();
        remotes.vaults()
                .forEach(remote ->
                        elsewhere.put(remote.keys().vault(), new MeteredVault(Kind.OCI, remote.adapter(), meters)));
        return new Vaults(local, elsewhere, onRecord::contains);
    }

    /** The installation's HSM, where it has one. */
    public record Hsm(Optional<Pkcs11Device> device) {}

    @Produces
    @Singleton
    OpenedMaterial opened(KeysConfig config) {
        return new OpenedMaterial(config.kekMaxAge(), TimeSource.system());
    }

    void end(@Disposes OpenedMaterial opened) {
        opened.close();
    }
}
