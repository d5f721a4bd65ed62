package io.holdfast.keyservice.store;

import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while the control etcd does not answer: requests would only wait and fail. A restart would not help. */
@Readiness
@ApplicationScoped
public class StoreReadiness implements HealthCheck {
    private final KeyValueStore store;

    public StoreReadiness(KeyValueStore store) {
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            return HealthCheckResponse.named("control etcd")
                    .up()
                    .withData("revision", store.revision())
                    .build();
        } catch (StoreUnavailable e) {
            return HealthCheckResponse.named("control etcd").down().build();
        }
    }
}
