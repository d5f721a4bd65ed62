package io.holdfast.platform.store;

import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Opens the service's one store at its first use, and closes it with the service. */
@Singleton
public class EtcdStoreProducer {

    @Produces
    @Singleton
    KeyValueStore store(EtcdConfig config) {
        return EtcdStore.open(config);
    }

    void close(@Disposes KeyValueStore store) {
        store.close();
    }
}
