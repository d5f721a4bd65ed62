package io.holdfast.auditservice.http;

import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.trail.EventFilter;
import io.holdfast.events.EventCodec;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query of a list request, read and checked. Each problem names its parameter.
 *
 * @param after the position behind which the page begins
 */
record EventQuery(EventFilter filter, long after, int limit) {
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9.]{1,200}");
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");

    static EventQuery of(
            @Nullable String timeFrom,
            @Nullable String timeTo,
            @Nullable String type,
            @Nullable String subject,
            @Nullable String source,
            @Nullable String limit,
            @Nullable String page) {
        Optional<Instant> from = time("timeFrom", timeFrom);
        Optional<Instant> to = time("timeTo", timeTo);
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw ProblemException.invalid("timeTo", "must be later than timeFrom");
        }
        Paging paging = Paging.of(number("limit", limit).map(Math::toIntExact).orElse(null), page);
        return new EventQuery(
                new EventFilter(from, to, types(type), text("subject", subject), text("source", source)),
                position(paging),
                paging.limit());
    }

    static Optional<Long> number(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return Optional.empty();
        }
        try {
            long number = Long.parseLong(value);
            if (number < 0 || number > Integer.MAX_VALUE) {
                throw ProblemException.invalid(field, "is out of range");
            }
            return Optional.of(number);
        } catch (NumberFormatException e) {
            throw ProblemException.invalid(field, "must be a whole number");
        }
    }

    private static Optional<Instant> time(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return Optional.empty();
        }
        try {
            Instant time = OffsetDateTime.parse(value).toInstant();
            // What PostgreSQL holds is narrower than what parses.
            if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
                throw ProblemException.invalid(field, "is out of range");
            }
            return Optional.of(time);
        } catch (DateTimeParseException e) {
            throw ProblemException.invalid(field, "must be an RFC 3339 time, for example 2026-01-31T12:00:00Z");
        }
    }

    /** The full names that a full or short name stands for. */
    private static List<String> types(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return List.of();
        }
        if (!TYPE.matcher(value).matches()) {
            throw ProblemException.invalid("type", "is no event type");
        }
        List<String> known = EventCodec.types().keySet().stream()
                .filter(type -> type.equals(value) || type.startsWith("io.holdfast." + value + ".v"))
                .sorted()
                .toList();
        if (known.isEmpty()) {
            throw ProblemException.invalid("type", "is no event type");
        }
        return known;
    }

    private static Optional<String> text(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return Optional.empty();
        }
        if (value.length() > Fact.LONGEST_ATTRIBUTE || value.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.invalid(field, "is too long or holds control characters");
        }
        return Optional.of(value);
    }

    private static long position(Paging paging) {
        if (paging.position().isEmpty()) {
            return 0;
        }
        if (!POSITION.matcher(paging.position()).matches()) {
            throw ProblemException.invalid("page", "is no page token of this list");
        }
        return Long.parseLong(paging.position());
    }
}
