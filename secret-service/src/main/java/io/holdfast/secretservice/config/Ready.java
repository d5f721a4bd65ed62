package io.holdfast.secretservice.config;

import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when the data etcd answers and the access session with key-service is live: without either nothing can be served.
 * A key that its owner has taken away is no failure of this service.
 */
@Readiness
@Singleton
public class Ready implements HealthCheck {
    private final KeyValueStore store;
    private final AccessSession session;

    @Inject
    public Ready(KeyValueStore store, AccessSession session) {
        this.store = store;
        this.session = session;
    }

    @Override
    public HealthCheckResponse call() {
        boolean live = session.live();
        boolean etcd = etcdAnswers();
        return HealthCheckResponse.named("secret storage")
                .status(live && etcd)
                .withData("accessSessionLive", live)
                .withData("etcdAnswers", etcd)
                .build();
    }

    private boolean etcdAnswers() {
        try {
            return store.revision() > 0;
        } catch (StoreUnavailable e) {
            return false;
        }
    }
}
