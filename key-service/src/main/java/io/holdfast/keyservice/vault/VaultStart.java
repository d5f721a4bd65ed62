package io.holdfast.keyservice.vault;

import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.platform.store.KeyValueStore;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;

/** Opens the built-in vault while the service starts: with a missing or wrong root key it does not start. */
@Singleton
public class VaultStart {

    @Produces
    @Singleton
    RootKey rootKey(KeysConfig config, KeyValueStore store) {
        RootKey root = RootKey.read(config.rootKeyFile());
        try {
            root.check(store);
            return root;
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    void end(@Disposes RootKey root) {
        root.close();
    }

    @Produces
    @Singleton
    @Startup
    Vaults vaults(RootKey root) {
        return new Vaults(Map.of(ProtectionMode.SOFTWARE, new BuiltInVault(root)), Map.of());
    }

    @Produces
    @Singleton
    OpenedMaterial opened(KeysConfig config) {
        return new OpenedMaterial(config.kekMaxAge(), TimeSource.system());
    }

    void end(@Disposes OpenedMaterial opened) {
        opened.close();
    }
}
