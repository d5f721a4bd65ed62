package io.holdfast.platform.wiring;

import io.holdfast.events.Family;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.DeadLetters;
import io.holdfast.platform.inbox.EtcdHighWaterMarks;
import io.holdfast.platform.inbox.Inbox;
import io.holdfast.platform.inbox.ReceivedEvent;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** A consumer as a service writes it. */
@ApplicationScoped
public class SecretEventsConsumer {
    static final List<ReceivedEvent> SEEN = new CopyOnWriteArrayList<>();
    private final Instance<KeyValueStore> store;
    private final String prefix;
    private final DeadLetters deadLetters;
    private final MeterRegistry registry;
    private volatile Inbox inbox;

    SecretEventsConsumer(
            Instance<KeyValueStore> store,
            @ConfigProperty(name = "holdfast.outbox.prefix", defaultValue = "/holdfast/wiring") String prefix,
            DeadLetters deadLetters,
            MeterRegistry registry) {
        this.prefix = prefix;
        this.store = store;
        this.deadLetters = deadLetters;
        this.registry = registry;
    }

    @Incoming("secret-events")
    @Blocking
    void onSecretEvent(ConsumerRecord<String, byte[]> record) {
        if (inbox == null) {
            inbox = new Inbox(
                    Family.SECRETS.topic(),
                    true,
                    new EtcdHighWaterMarks(store.get(), prefix),
                    SEEN::add,
                    (mark, next) -> {},
                    deadLetters,
                    TimeSource.system(),
                    registry);
        }
        inbox.receive(record);
    }

    @PreDestroy
    void close() {
        if (inbox != null) {
            inbox.close();
        }
    }
}
