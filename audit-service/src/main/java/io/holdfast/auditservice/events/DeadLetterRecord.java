package io.holdfast.auditservice.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.holdfast.auditservice.domain.DeadLetter;
import io.holdfast.kernel.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record of a dead-letter topic as the trail keeps it. Never fails on its content: nobody vouches for that. */
final class DeadLetterRecord {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_HEADERS = 64;
    private static final int LONGEST_HEADER = 1024;

    private DeadLetterRecord() {}

    static DeadLetter of(ConsumerRecord<byte[], byte[]> record, Instant now) {
        byte[] payload = record.value() == null ? new byte[0] : record.value();
        return new DeadLetter(
                record.topic(),
                record.partition(),
                record.offset(),
                now,
                headers(record),
                Bytes.takeOwnershipOf(Arrays.copyOf(payload, Math.min(payload.length, DeadLetter.LONGEST_PAYLOAD))),
                payload.length,
                sha256(payload));
    }

    /** {@code [[name, value], …]} in their order; values that are no UTF-8 in base64 as {@code [name, null, base64]}. */
    private static String headers(ConsumerRecord<byte[], byte[]> record) {
        ArrayNode all = JSON.createArrayNode();
        for (Header header : record.headers()) {
            if (all.size() == MOST_HEADERS) {
                break;
            }
            byte[] value = header.value() == null ? new byte[0] : header.value();
            byte[] cut = Arrays.copyOf(value, Math.min(value.length, LONGEST_HEADER));
            String text = new String(cut, StandardCharsets.UTF_8);
            ArrayNode one = all.addArray().add(header.key());
            if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), cut)) {
                one.add(text);
            } else {
                one.addNull().add(Base64.getEncoder().encodeToString(cut));
            }
        }
        try {
            return JSON.writeValueAsString(all);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Bytes sha256(byte[] payload) {
        try {
            return Bytes.takeOwnershipOf(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
