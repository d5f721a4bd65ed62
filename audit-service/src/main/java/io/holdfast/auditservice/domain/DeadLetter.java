package io.holdfast.auditservice.domain;

import io.holdfast.kernel.Bytes;
import java.time.Instant;

/**
 * A record that some consumer could not decode and set aside.
 *
 * @param topic the dead-letter topic it was read from, with partition and offset its identity
 * @param headers JSON object text: what the consumer that gave up says about it, and the record's own headers
 * @param payload the bytes, cut to {@value #LONGEST_PAYLOAD}
 * @param payloadLength in bytes, before the cut
 * @param payloadSha256 of the whole payload
 */
public record DeadLetter(
        String topic,
        int partition,
        long offset,
        Instant receivedAt,
        String headers,
        Bytes payload,
        long payloadLength,
        Bytes payloadSha256) {
    /** Most bytes of a payload that are kept. */
    public static final int LONGEST_PAYLOAD = 64 * 1024;
}
