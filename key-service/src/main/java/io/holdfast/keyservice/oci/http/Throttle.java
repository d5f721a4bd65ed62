package io.holdfast.keyservice.oci.http;

import io.holdfast.kernel.TimeSource;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Until when a service asked to be left alone: Retry-After of a 429 or 503 (RFC 9110, section 10.2.3), which the SDK itself
 * does not read. Thread safe.
 */
public final class Throttle {
    /** What a service asks for beyond this is no longer believed. */
    public static final Duration LONGEST = Duration.ofMinutes(5);

    private final TimeSource time;
    private final AtomicLong until;

    public Throttle(TimeSource time) {
        this.time = time;
        this.until = new AtomicLong(time.monotonicNanos());
    }

    static Throttle unheeded() {
        return new Throttle(TimeSource.system());
    }

    /** How much longer; zero when not at all. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, until.get() - time.monotonicNanos()));
    }

    /** @param retryAfter as received: seconds, or a date; anything else counts for nothing */
    void asked(String retryAfter) {
        Duration wait = parse(retryAfter.strip());
        Duration believed = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        if (believed.isPositive()) {
            long end = time.monotonicNanos() + believed.toNanos();
            // Nanoseconds overflow: only their difference can be compared.
            until.accumulateAndGet(end, (before, after) -> after - before > 0 ? after : before);
        }
    }

    private Duration parse(String retryAfter) {
        if (retryAfter.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(retryAfter));
        }
        try {
            return Duration.between(
                    time.wall(),
                    ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }
}
