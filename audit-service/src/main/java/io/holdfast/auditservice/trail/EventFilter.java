package io.holdfast.auditservice.trail;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which entries are asked for; all that is given must hold.
 *
 * @param from the earliest time of the event, inclusive
 * @param to the latest, exclusive
 * @param types any of them; empty for all
 */
public record EventFilter(
        Optional<Instant> from,
        Optional<Instant> to,
        List<String> types,
        Optional<String> subject,
        Optional<String> source) {
    public static final EventFilter ALL =
            new EventFilter(Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());

    public EventFilter {
        types = List.copyOf(types);
    }
}
