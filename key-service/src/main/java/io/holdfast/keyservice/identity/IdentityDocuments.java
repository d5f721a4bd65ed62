package io.holdfast.keyservice.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.holdfast.events.OcidModule;
import io.holdfast.kernel.Bytes;
import java.io.IOException;

/** The JSON of identity's records in etcd. Unknown fields are ignored: an older replica reads what a newer one wrote. */
final class IdentityDocuments {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new OcidModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private IdentityDocuments() {}

    static Bytes write(Record document) {
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that can't be written: " + document.getClass(), e);
        }
    }

    /** @throws IllegalStateException naming the key when the value is damaged */
    static <T extends Record> T read(String key, Bytes value, Class<T> type) {
        try {
            return JSON.readValue(value.toArray(), type);
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException("the value of " + key + " in etcd is no " + type.getSimpleName(), e);
        }
    }
}
