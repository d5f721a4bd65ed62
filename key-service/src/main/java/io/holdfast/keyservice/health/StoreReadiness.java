package io.holdfast.keyservice.health;

import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Not ready while the control etcd does not answer: requests would only wait and fail. A restart would not help. */
@Readiness
@ApplicationScoped
public class StoreReadiness implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(StoreReadiness.class);

    private final KeyValueStore store;

    public StoreReadiness(KeyValueStore store) {
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("control etcd");
        try {
            // A linearizable read: a member that is cut off from the others does not answer it.
            return check.status(store.revision() > 0).build();
        } catch (StoreUnavailable e) {
            LOG.warnv("The control etcd does not answer. cause={0}", e.getMessage());
            return Trouble.ETCD_UNREACHABLE.found(check);
        }
    }
}
