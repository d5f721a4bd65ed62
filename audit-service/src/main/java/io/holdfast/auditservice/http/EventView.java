package io.holdfast.auditservice.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Fact;
import java.time.Instant;
import java.util.HexFormat;

/**
 * An entry as clients see it.
 *
 * @param data the event's data; its text when somebody edited it into what is no JSON
 * @param hash hex
 */
record EventView(
        @JsonProperty("position") long position,
        @JsonProperty("id") String id,
        @JsonProperty("source") String source,
        @JsonProperty("epoch") long epoch,
        @JsonProperty("sequence") long sequence,
        @JsonProperty("revision") long revision,
        @JsonProperty("type") String type,
        @JsonProperty("subject") String subject,
        @JsonProperty("time") Instant time,
        @JsonProperty("receivedAt") Instant receivedAt,
        @JsonProperty("traceparent") String traceparent,
        @JsonProperty("data") JsonNode data,
        @JsonProperty("hash") String hash) {

    static EventView of(Entry entry, ObjectMapper json) {
        Fact fact = entry.fact();
        return new EventView(
                entry.position(),
                fact.id(),
                fact.source(),
                fact.epoch(),
                fact.sequence(),
                fact.revision(),
                fact.type(),
                fact.subject(),
                fact.time(),
                entry.receivedAt(),
                fact.traceparent(),
                data(fact.data(), json),
                HexFormat.of().formatHex(entry.hash().toArray()));
    }

    private static JsonNode data(String text, ObjectMapper json) {
        try {
            JsonNode parsed = json.readTree(text);
            return parsed.isMissingNode() ? TextNode.valueOf(text) : parsed;
        } catch (JsonProcessingException edited) {
            return TextNode.valueOf(text);
        }
    }
}
