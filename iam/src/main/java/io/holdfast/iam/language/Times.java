package io.holdfast.iam.language;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Moments and times of day as conditions write them. */
final class Times {
    static final String TIMESTAMP = "request.utc-timestamp";
    static final String TIME_OF_DAY = TIMESTAMP + ".time-of-day";

    private static final int LONGEST = 40;
    private static final Instant FIRST = Instant.EPOCH;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("HH:mm:ss'Z'");

    private Times() {}

    /** A date and time with its offset: {@code 2026-01-31T08:00Z}, {@code 2026-01-31T08:00:00+01:00}. */
    static Optional<Instant> moment(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            Instant read = OffsetDateTime.parse(text).toInstant();
            return read.isBefore(FIRST) || read.isAfter(LAST) ? Optional.empty() : Optional.of(read);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** {@code 08:00:00Z} or {@code 08:00Z}: always UTC. */
    static Optional<LocalTime> timeOfDay(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            OffsetTime read = OffsetTime.parse(text);
            boolean plain = read.getOffset().equals(ZoneOffset.UTC) && read.getNano() == 0;
            return plain ? Optional.of(read.toLocalTime()) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static boolean hasOperatorsOfItsOwn(String variable) {
        return variable.equals(TIMESTAMP) || variable.equals(TIME_OF_DAY);
    }

    static String print(Instant moment) {
        return moment.toString();
    }

    static String print(LocalTime time) {
        return SECONDS.format(time);
    }

    static void requireYear(Instant moment) {
        if (moment.isBefore(FIRST) || moment.isAfter(LAST)) {
            throw new IllegalArgumentException("a moment lies in the years 1970 to 9999");
        }
    }

    static void requireSeconds(LocalTime time) {
        if (time.getNano() != 0) {
            throw new IllegalArgumentException("a time of day has whole seconds");
        }
    }
}
