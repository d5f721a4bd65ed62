package io.holdfast.clusterservice.events;

import io.holdfast.clusterservice.create.ClusterActivation;
import io.holdfast.events.ClusterEvent;
import io.holdfast.events.IdentityEvent;
import io.holdfast.events.KeyEvent;
import io.holdfast.events.SecretEvent;
import io.holdfast.events.UseEvent;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.inbox.DeadLetters;
import io.holdfast.platform.inbox.EtcdHighWaterMarks;
import io.holdfast.platform.inbox.HighWaterMarks;
import io.holdfast.platform.inbox.Inbox;
import io.holdfast.platform.inbox.ReceivedEvent;
import io.holdfast.platform.store.KeyValueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** Follows holdfast.secrets.v1: a cluster becomes ACTIVE when its Kubernetes endpoint is open. */
@ApplicationScoped
public class SecretEvents {
    private static final Logger LOG = Logger.getLogger(SecretEvents.class);

    private final ClusterActivation activation;
    private final Inbox inbox;
    private final MeterRegistry meters;

    public SecretEvents(
            KeyValueStore store,
            ClusterActivation activation,
            DeadLetters deadLetters,
            TimeSource time,
            MeterRegistry meters) {
        this.activation = activation;
        this.meters = meters;
        this.inbox = new Inbox(
                "holdfast.secrets.v1",
                true,
                new EtcdHighWaterMarks(store, "/holdfast/clusters"),
                this::apply,
                this::missed,
                deadLetters,
                time,
                meters);
    }

    /** One at a time, in order; the inbox keeps what is not done yet. */
    @Incoming("secrets")
    @Blocking
    public void receive(ConsumerRecord<String, byte[]> record) {
        inbox.receive(record);
    }

    void apply(ReceivedEvent event) {
        switch (event.data()) {
            case SecretEvent.ClusterEndpointOpened opened ->
                activation.endpointOpened(opened.clusterId(), opened.bindingId(), opened.endpoint());
            case SecretEvent.ClusterKeyAccessLost other -> {}
            case SecretEvent.ClusterKeyAccessRestored other -> {}
            case SecretEvent.ReencryptionStarted other -> {}
            case SecretEvent.ReencryptionProgressed other -> {}
            case SecretEvent.ReencryptionCompleted other -> {}
            // The inbox lets no other family through on this topic.
            case KeyEvent other -> {}
            case IdentityEvent other -> {}
            case ClusterEvent other -> {}
            case UseEvent other -> {}
        }
    }

    /** The owner has no list to ask: a cluster whose event is lost stays CREATING, and can be deleted. */
    private void missed(HighWaterMarks.Mark mark, ReceivedEvent next) {
        meters.counter("holdfast.clusters.events.missed").increment();
        LOG.warnf(
                "events of %s between %s and %d are missing: a cluster may stay CREATING",
                next.source(), mark, next.sequence());
    }

    @PreDestroy
    void close() {
        inbox.close();
    }
}
