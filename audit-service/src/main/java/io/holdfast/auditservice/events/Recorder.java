package io.holdfast.auditservice.events;

import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.domain.Finding;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.events.UndecodableEvent;
import io.holdfast.platform.inbox.ReceivedEvent;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Puts one received event on the trail. */
final class Recorder {
    private static final Logger LOG = Logger.getLogger(Recorder.class);
    private final Trail trail;

    Recorder(Trail trail) {
        this.trail = trail;
    }

    /** @throws UndecodableEvent for attributes that cannot be kept as they are: the record goes to the dead letters */
    void record(ReceivedEvent event) {
        switch (trail.record(fact(event))) {
            case Trail.Outcome.Recorded recorded -> {
                LOG.debugf(
                        "Recorded %s at position %d",
                        event.id(), recorded.entry().position());
                tell(recorded.finding());
            }
            case Trail.Outcome.Known known -> LOG.debugf("Known already: %s", event.id());
            case Trail.Outcome.Repeated repeated -> tell(Optional.of(repeated.finding()));
        }
    }

    private static Fact fact(ReceivedEvent event) {
        try {
            return new Fact(
                            event.id(),
                            event.source(),
                            event.epoch(),
                            event.sequence(),
                            event.revision(),
                            event.type(),
                            event.subject(),
                            event.time(),
                            event.topic(),
                            event.partition(),
                            event.offset(),
                            event.traceparent(),
                            event.json())
                    .storable();
        } catch (IllegalArgumentException | ArithmeticException unfit) {
            throw new UndecodableEvent("an event with attributes that cannot be kept", unfit);
        }
    }

    private static void tell(Optional<Finding> finding) {
        finding.ifPresent(found -> LOG.warnf(
                "Finding %s: %s, epoch %d, sequences %d to %d",
                found.kind(), found.source(), found.epoch(), found.firstSequence(), found.lastSequence()));
    }
}
