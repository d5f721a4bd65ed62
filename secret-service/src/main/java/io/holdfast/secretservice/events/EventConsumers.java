package io.holdfast.secretservice.events;

import io.holdfast.events.Family;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.DeadLetters;
import io.holdfast.platform.inbox.EtcdHighWaterMarks;
import io.holdfast.platform.inbox.Inbox;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** The Kafka edge: the events of keys and of clusters, one at a time per partition. */
@ApplicationScoped
public class EventConsumers {
    private final Inbox keys;
    private final Inbox clusters;

    @Inject
    public EventConsumers(KeyValueStore store, OthersEvents others, DeadLetters deadLetters, MeterRegistry meters) {
        EtcdHighWaterMarks marks = new EtcdHighWaterMarks(store, "/holdfast/secrets");
        TimeSource time = TimeSource.system();
        keys = new Inbox(
                Family.KEYS.topic(), true, marks, others::onKeyEvent, others::onKeyGap, deadLetters, time, meters);
        clusters = new Inbox(
                Family.CLUSTERS.topic(),
                true,
                marks,
                others::onClusterEvent,
                others::onClusterGap,
                deadLetters,
                time,
                meters);
    }

    @Incoming("keys")
    @Blocking
    public void onKeyEvent(ConsumerRecord<String, byte[]> record) {
        keys.receive(record);
    }

    @Incoming("clusters")
    @Blocking
    public void onClusterEvent(ConsumerRecord<String, byte[]> record) {
        clusters.receive(record);
    }

    @PreDestroy
    void close() {
        keys.close();
        clusters.close();
    }
}
