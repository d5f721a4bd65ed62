package io.holdfast.platform.outbox;

import io.holdfast.events.Family;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The outbox and its relays in a service: {@code holdfast.outbox.families} says which, none is none. */
@Singleton
public class OutboxService {
    private final OutboxConfig config;
    private final Instance<KeyValueStore> store;
    private final Instance<Map<String, Object>> kafka;
    private final MeterRegistry registry;
    private final List<OutboxRelay> relays = new ArrayList<>();

    @Inject
    public OutboxService(
            OutboxConfig config,
            Instance<KeyValueStore> store,
            @Identifier("default-kafka-broker") Instance<Map<String, Object>> kafka,
            MeterRegistry registry) {
        this.config = config;
        this.store = store;
        this.kafka = kafka;
        this.registry = registry;
    }

    @Produces
    @Singleton
    Outbox outbox() {
        Set<Family> families = Set.copyOf(config.families().orElse(List.of()));
        if (families.isEmpty()) {
            return events -> {
                throw new IllegalStateException("holdfast.outbox.families is not set: this service publishes nothing");
            };
        }
        return new EtcdOutbox(EtcdOutbox.prefixOf(config), families, TimeSource.system());
    }

    void start(@Observes StartupEvent event) {
        KafkaClients clients = new KafkaClients(
                config.families().isEmpty() || kafka.isUnsatisfied() ? Map.of() : kafka.get(),
                config.partitions(),
                config.replicationFactor());
        for (Family family : config.families().orElse(List.of())) {
            OutboxRelay relay = new OutboxRelay(
                    new OutboxRelay.Settings(
                            family,
                            EtcdOutbox.prefixOf(config),
                            config.batch(),
                            config.leaderTerm(),
                            config.longestSleep()),
                    store.get(),
                    clients,
                    TimeSource.system(),
                    registry);
            relays.add(relay);
            relay.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        relays.forEach(OutboxRelay::close);
    }

    List<OutboxRelay> relays() {
        return List.copyOf(relays);
    }
}
