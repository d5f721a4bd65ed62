package io.holdfast.auditservice.events;

import io.holdfast.auditservice.domain.Place;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.platform.inbox.HighWaterMarks;

/** The marks that stand beside the trail. Recording an event has moved its mark already; what is left are dead letters. */
final class TrailMarks implements HighWaterMarks {
    private final Trail trail;

    TrailMarks(Trail trail) {
        this.trail = trail;
    }

    @Override
    public Mark read(String source, int partition) {
        Place place = trail.place(source, partition);
        return new Mark(place.epoch(), place.sequence());
    }

    @Override
    public void advance(String source, int partition, Mark mark) {
        trail.passBy(source, partition, new Place(mark.epoch(), mark.sequence()));
    }
}
