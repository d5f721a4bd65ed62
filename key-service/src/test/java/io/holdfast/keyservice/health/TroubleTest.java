package io.holdfast.keyservice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.vault.BuiltInVault;
import io.holdfast.keyservice.vault.RootKeys;
import io.holdfast.keyservice.vault.TestRootKeys;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoreUnavailable;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

/** Each kind of trouble by its name, and nothing beside it. */
class TroubleTest {

    @Test
    void anEtcdThatDoesNotAnswer() {
        KeyValueStore away = (KeyValueStore) Proxy.newProxyInstance(
                KeyValueStore.class.getClassLoader(),
                new Class<?>[] {KeyValueStore.class},
                (proxy, method, arguments) -> {
                    throw new StoreUnavailable("revision: UNAVAILABLE http://10.0.0.7:2379", new RuntimeException());
                });

        HealthCheckResponse answer = new StoreReadiness(away).call();

        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(answer.getData()).contains(Map.of("trouble", "ETCD_UNREACHABLE"));
    }

    @Test
    void aVaultWhoseRootKeyIsGone() {
        RootKeys root = TestRootKeys.of(1);
        VaultReadiness vault = new VaultReadiness(new BuiltInVault(root), Samples.MINT);
        HealthCheckResponse before = vault.call();

        root.close();
        HealthCheckResponse after = vault.call();

        assertThat(before.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(before.getData()).isEmpty();
        assertThat(after.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(after.getData()).contains(Map.of("trouble", "VAULT_UNAVAILABLE"));
    }
}
