package io.holdfast.platform.inbox;

import io.holdfast.events.Family;
import io.holdfast.events.UndecodableEvent;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** The attributes of a CloudEvent in binary mode, read from a record's headers. */
record EventRecord(
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        long sequence,
        long revision,
        long epoch,
        String traceparent) {
    private static final int LONGEST_HEADER = 1024;

    /** @throws UndecodableEvent when a header is missing, malformed, too long, or names another topic's source */
    static EventRecord of(ConsumerRecord<String, byte[]> record) {
        if (!"1.0".equals(required(record, "ce_specversion"))) {
            throw new UndecodableEvent("no CloudEvent of version 1.0");
        }
        String source = required(record, "ce_source");
        if (!source.equals(ownerOf(record.topic()).source())) {
            throw new UndecodableEvent("an event of another source than the topic's owner");
        }
        return new EventRecord(
                required(record, "ce_id"),
                source,
                required(record, "ce_type"),
                optional(record, "ce_subject"),
                time(required(record, "ce_time")),
                number(record, "ce_sequence"),
                number(record, "ce_revision"),
                number(record, "ce_epoch"),
                optional(record, "traceparent"));
    }

    static Family ownerOf(String topic) {
        for (Family family : Family.values()) {
            if (family.topic().equals(topic)) {
                return family;
            }
        }
        throw new UndecodableEvent("a topic of no known family");
    }

    private static String required(ConsumerRecord<String, byte[]> record, String name) {
        String value = optional(record, name);
        if (value.isEmpty()) {
            throw new UndecodableEvent("header " + name + " is missing");
        }
        return value;
    }

    static String optional(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null || header.value() == null) {
            return "";
        }
        if (header.value().length > LONGEST_HEADER) {
            throw new UndecodableEvent("header " + name + " is too long");
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    private static long number(ConsumerRecord<String, byte[]> record, String name) {
        try {
            long value = Long.parseLong(required(record, name));
            if (value < 1) {
                throw new UndecodableEvent("header " + name + " is not positive");
            }
            return value;
        } catch (NumberFormatException e) {
            throw new UndecodableEvent("header " + name + " is no number", e);
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new UndecodableEvent("header ce_time is no time", e);
        }
    }
}
