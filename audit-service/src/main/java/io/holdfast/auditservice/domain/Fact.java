package io.holdfast.auditservice.domain;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * An event as its owner published it, and where it was read.
 *
 * @param id the CloudEvents id; the same in every redelivery
 * @param source whose number line {@code sequence} stands on
 * @param epoch raised when the owner's state was restored from a backup
 * @param sequence contiguous per source within an epoch
 * @param revision the owner's etcd revision at which it was committed
 * @param time when it happened; kept in microseconds, which is what PostgreSQL holds
 * @param traceparent W3C trace context, empty when there was none
 * @param data the JSON text exactly as received
 */
public record Fact(
        String id,
        String source,
        long epoch,
        long sequence,
        long revision,
        String type,
        String subject,
        Instant time,
        String topic,
        int partition,
        long offset,
        String traceparent,
        String data) {
    /** Longest text of an attribute, in characters. {@code data} is bounded by the codec. */
    public static final int LONGEST_ATTRIBUTE = 512;

    public Fact {
        time = time.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * This fact, if it can be put on the trail as it is. What is read back from the trail is not asked: somebody may have
     * edited it, and that has to be shown.
     *
     * @throws IllegalArgumentException for an attribute that is too long, or holds what no text column can
     */
    public Fact storable() {
        requireText("id", id);
        requireText("source", source);
        requireText("type", type);
        requireText("subject", subject);
        requireText("topic", topic);
        requireText("traceparent", traceparent);
        if (id.isEmpty() || source.isEmpty() || type.isEmpty()) {
            throw new IllegalArgumentException("an event without id, source or type");
        }
        if (epoch < 1 || sequence < 1) {
            throw new IllegalArgumentException("epoch " + epoch + ", sequence " + sequence);
        }
        if (data.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("data with a null character");
        }
        return this;
    }

    private static void requireText(String name, String value) {
        if (value.length() > LONGEST_ATTRIBUTE || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(name + " is too long or holds control characters");
        }
    }
}
