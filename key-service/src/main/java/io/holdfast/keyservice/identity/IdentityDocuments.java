package io.holdfast.keyservice.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import java.io.IOException;
import java.util.function.Function;

/** The JSON of identity's records in etcd. Unknown fields are ignored: an older replica reads what a newer one wrote. */
final class IdentityDocuments {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(ocids())
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

    private static SimpleModule ocids() {
        SimpleModule module = new SimpleModule("ocids");
        module.addSerializer(Ocid.class, new StdSerializer<Ocid>(Ocid.class) {
            @Override
            public void serialize(Ocid value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(value.value());
            }
        });
        reads(module, Ocid.TenancyId.class, Ocid.TenancyId::new);
        reads(module, Ocid.CompartmentId.class, Ocid.CompartmentId::new);
        reads(module, Ocid.UserId.class, Ocid.UserId::new);
        reads(module, Ocid.GroupId.class, Ocid.GroupId::new);
        reads(module, Ocid.PolicyId.class, Ocid.PolicyId::new);
        return module;
    }

    private static <T extends Ocid> void reads(SimpleModule module, Class<T> type, Function<String, T> constructor) {
        module.addDeserializer(type, new StdDeserializer<T>(type) {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
                return constructor.apply(in.getValueAsString(""));
            }
        });
    }
}
