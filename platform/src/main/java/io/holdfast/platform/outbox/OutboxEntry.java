package io.holdfast.platform.outbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.holdfast.kernel.Bytes;
import java.io.IOException;
import java.time.Instant;

/**
 * An event that waits for its number, as it stands in etcd.
 *
 * @param id of the CloudEvent; the same however often the event is published
 * @param traceparent W3C trace context of the request that staged it, empty when there was none
 */
record OutboxEntry(
        @JsonProperty("id") String id,
        @JsonProperty("type") String type,
        @JsonProperty("subject") String subject,
        @JsonProperty("time") Instant time,
        @JsonProperty("dataschema") String dataschema,
        @JsonProperty("traceparent") String traceparent,
        @JsonProperty("data") JsonNode data) {

    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(com.fasterxml.jackson.databind.SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    Bytes toBytes() {
        return write(this);
    }

    byte[] dataBytes() {
        return write(data).toArray();
    }

    static Bytes write(Object value) {
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(value));
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), failure);
        }
    }

    static <T> T read(String key, Bytes value, Class<T> type) {
        try {
            return JSON.readValue(value.toArray(), type);
        } catch (IOException failure) {
            // Our own record, so an operator has to look: nothing is skipped, the line stands still.
            throw new IllegalStateException("the record at " + key + " is damaged", failure);
        }
    }

    static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException failure) {
            throw new IllegalStateException("event data is no JSON", failure);
        }
    }
}
