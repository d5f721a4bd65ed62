package io.holdfast.keyservice.oci.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.PropertyWriter;
import com.fasterxml.jackson.databind.ser.impl.SimpleBeanPropertyFilter;
import com.fasterxml.jackson.databind.ser.impl.SimpleFilterProvider;
import com.oracle.bmc.http.client.Serializer;
import com.oracle.bmc.http.client.internal.ExplicitlySetBmcModel;
import java.io.IOException;
import java.util.List;

/** JSON of the SDK's models: fields of theirs that nobody set stay out, fields that they don't know are ignored. */
final class OciJson implements Serializer {
    static final OciJson INSTANCE = new OciJson();

    private final ObjectMapper json = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .filterProvider(new SimpleFilterProvider()
                    .addFilter(ExplicitlySetBmcModel.EXPLICITLY_SET_FILTER_NAME, new ExplicitlySet()))
            .build();

    private OciJson() {}

    @Override
    public <T> T readValue(String text, Class<T> type) throws IOException {
        return json.readValue(text, type);
    }

    @Override
    public <T> T readValue(byte[] bytes, Class<T> type) throws IOException {
        return json.readValue(bytes, type);
    }

    <T> List<T> readList(byte[] bytes, Class<T> element) throws IOException {
        return json.readValue(bytes, json.getTypeFactory().constructCollectionType(List.class, element));
    }

    @Override
    public String writeValueAsString(Object value) throws IOException {
        return json.writeValueAsString(value);
    }

    /** A null goes out only where the caller set it. */
    private static final class ExplicitlySet extends SimpleBeanPropertyFilter {
        @Override
        public void serializeAsField(
                Object model, JsonGenerator generator, SerializerProvider provider, PropertyWriter writer)
                throws Exception {
            boolean isNull = writer instanceof BeanPropertyWriter property && property.get(model) == null;
            boolean wasSet = model instanceof ExplicitlySetBmcModel explicit
                    && explicit.wasPropertyExplicitlySet(writer.getName());
            if (!isNull || wasSet) {
                writer.serializeAsField(model, generator, provider);
            }
        }
    }
}
