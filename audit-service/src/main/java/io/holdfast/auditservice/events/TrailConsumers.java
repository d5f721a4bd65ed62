package io.holdfast.auditservice.events;

import io.holdfast.auditservice.trail.Trail;
import io.holdfast.events.Family;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.DeadLetters;
import io.holdfast.platform.inbox.Inbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * One channel per family, and one for what was set aside. Each takes one record at a time and returns when it is durable; a
 * PostgreSQL that does not answer blocks the channel, and nothing is acknowledged.
 */
@ApplicationScoped
public class TrailConsumers {
    private static final Logger LOG = Logger.getLogger(TrailConsumers.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Map<Family, Inbox> inboxes = new EnumMap<>(Family.class);
    private final Trail trail;
    private volatile boolean closing;

    @Inject
    TrailConsumers(Trail trail, DeadLetters deadLetters, MeterRegistry registry) {
        this.trail = trail;
        Recorder recorder = new Recorder(trail);
        TrailMarks marks = new TrailMarks(trail);
        for (Family family : Family.values()) {
            // A gap needs nothing of its own: the event's transaction writes the finding.
            inboxes.put(
                    family,
                    new Inbox(
                            family.topic(),
                            true,
                            marks,
                            recorder::record,
                            (mark, next) -> {},
                            deadLetters,
                            TimeSource.system(),
                            registry));
        }
    }

    @Incoming("keys")
    @Blocking
    void onKeyEvent(ConsumerRecord<String, byte[]> record) {
        receive(Family.KEYS, record);
    }

    @Incoming("identity")
    @Blocking
    void onIdentityEvent(ConsumerRecord<String, byte[]> record) {
        receive(Family.IDENTITY, record);
    }

    @Incoming("clusters")
    @Blocking
    void onClusterEvent(ConsumerRecord<String, byte[]> record) {
        receive(Family.CLUSTERS, record);
    }

    @Incoming("secrets")
    @Blocking
    void onSecretEvent(ConsumerRecord<String, byte[]> record) {
        receive(Family.SECRETS, record);
    }

    @Incoming("uses")
    @Blocking
    void onUseEvent(ConsumerRecord<String, byte[]> record) {
        receive(Family.USES, record);
    }

    @Incoming("dead-letters")
    @Blocking
    void onDeadLetter(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (!closing) {
            try {
                trail.keep(DeadLetterRecord.of(record, TimeSource.system().wall()));
                return;
            } catch (RuntimeException failure) {
                LOG.warnf(
                        failure, "Dead letter %s@%d waits, next attempt in %s", record.topic(), record.offset(), pause);
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
        throw new IllegalStateException("the consumer closes");
    }

    /** Makes this bean at the start, not at the first event: its metrics are there from the first scrape. */
    void start(@Observes StartupEvent event) {
        LOG.debugf("Following %s", inboxes.keySet());
    }

    /** Before the connectors stop: whoever waits for PostgreSQL lets its record go, unacknowledged. */
    void stop(@Observes @Priority(1) ShutdownEvent event) {
        closing = true;
        inboxes.values().forEach(Inbox::close);
    }

    private void receive(Family family, ConsumerRecord<String, byte[]> record) {
        Inbox inbox = inboxes.get(family);
        if (inbox == null) {
            throw new IllegalStateException("no inbox for " + family);
        }
        inbox.receive(record);
    }
}
