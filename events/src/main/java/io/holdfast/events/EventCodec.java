package io.holdfast.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.holdfast.kernel.ProblemException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Events to JSON and back. Thread safe.
 *
 * <p>The set of types is closed: it is what the sealed families permit. Unknown fields are ignored, so that a later
 * version may add some; a missing one is an error.
 */
public final class EventCodec {
    /** Longest event data accepted, in bytes. */
    public static final int MAX_DATA_BYTES = 256 * 1024;

    private static final String PREFIX = "io.holdfast.";
    private static final String VERSION = ".v1";
    private static final Map<String, Class<? extends DomainEvent>> TYPES = Stream.of(
                    KeyEvent.class, IdentityEvent.class, ClusterEvent.class, SecretEvent.class, UseEvent.class)
            .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()))
            .map(type -> type.asSubclass(DomainEvent.class))
            .collect(Collectors.toUnmodifiableMap(EventCodec::typeName, type -> type));

    private final ObjectMapper json = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new OcidModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** The CloudEvents type of an event, for example {@code io.holdfast.KeyRotated.v1}. */
    public static String typeOf(DomainEvent event) {
        return typeName(event.getClass());
    }

    /** Every known type and its record class. */
    public static Map<String, Class<? extends DomainEvent>> types() {
        return TYPES;
    }

    /** The path of the type's JSON Schema, as in the CloudEvents dataschema attribute. */
    public static String schemaOf(String type) {
        return "/schemas/" + type + ".json";
    }

    public byte[] encode(DomainEvent event) {
        try {
            return json.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event that cannot be written: " + event.getClass(), e);
        }
    }

    /**
     * @throws UndecodableEvent when the type is unknown or the bytes are not a valid event of it
     */
    public DomainEvent decode(String type, byte[] data) {
        Class<? extends DomainEvent> record = TYPES.get(type);
        if (record == null) {
            throw new UndecodableEvent("unknown event type");
        }
        if (data.length > MAX_DATA_BYTES) {
            throw new UndecodableEvent("event data of " + data.length + " bytes");
        }
        try {
            return json.readValue(data, record);
        } catch (IOException | ProblemException e) {
            throw new UndecodableEvent("event data does not fit " + type, e);
        }
    }

    private static String typeName(Class<?> record) {
        return PREFIX + record.getSimpleName() + VERSION;
    }
}
