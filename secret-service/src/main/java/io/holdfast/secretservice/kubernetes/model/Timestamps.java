package io.holdfast.secretservice.kubernetes.model;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Kubernetes' times: RFC 3339 in whole seconds, UTC. */
final class Timestamps {
    private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private Timestamps() {}

    static String format(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The time in an RFC 3339 text; null when it is none, or outside of years 1 to 9999. */
    static @Nullable Instant parse(String text) {
        try {
            return ofEpochSecond(OffsetDateTime.parse(text).toEpochSecond());
        } catch (DateTimeException refused) {
            return null;
        }
    }

    static @Nullable Instant ofEpochSecond(long seconds) {
        return seconds < EARLIEST || seconds > LATEST ? null : Instant.ofEpochSecond(seconds);
    }

    /** An age as kubectl prints it (apimachinery, {@code duration.HumanDuration}). */
    static String age(Instant since, Instant now) {
        Duration age = Duration.between(since, now);
        long seconds = age.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return seconds % 60 == 0 ? minutes + "m" : minutes + "m" + seconds % 60 + "s";
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return minutes % 60 == 0 ? hours + "h" : hours + "h" + minutes % 60 + "m";
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (hours < 192) {
            return hours % 24 == 0 ? days + "d" : days + "d" + hours % 24 + "h";
        }
        if (days < 730) {
            return days + "d";
        }
        long years = days / 365;
        if (years < 8) {
            return days % 365 == 0 ? years + "y" : years + "y" + days % 365 + "d";
        }
        return years + "y";
    }
}
