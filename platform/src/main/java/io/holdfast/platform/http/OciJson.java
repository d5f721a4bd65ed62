package io.holdfast.platform.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.holdfast.events.OcidModule;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * JSON as OCI writes it: OCIDs as strings, times in RFC 3339 with milliseconds, absent for null; unknown fields are
 * ignored, scalars are not converted into one another. A text is whole Unicode: half of a surrogate pair, which only an escape
 * can bring in, has no UTF-8, so what was bound to it, or kept with it, could never be written again as it was. Of names
 * Jackson sees to that itself.
 */
@Singleton
public class OciJson implements ObjectMapperCustomizer {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);
    private static final int DEEPEST = 64;

    /** Last, behind the modules that Quarkus finds by itself: the serializer registered last for a type is the one used. */
    @Override
    public int priority() {
        return MINIMUM_PRIORITY;
    }

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
        mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        mapper.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        mapper.configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false);
        mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
        mapper.registerModule(new OcidModule());
        mapper.registerModule(times());
        mapper.registerModule(texts());
    }

    private static SimpleModule texts() {
        SimpleModule module = new SimpleModule("texts");
        module.addDeserializer(String.class, new StdScalarDeserializer<String>(String.class) {
            @Override
            public String deserialize(JsonParser in, DeserializationContext context) throws IOException {
                if (!in.hasToken(JsonToken.VALUE_STRING)) {
                    return (String) context.handleUnexpectedToken(String.class, in);
                }
                return whole(in.getText(), in);
            }
        });
        return module;
    }

    private static String whole(String text, JsonParser in) throws JsonMappingException {
        if (Printable.isUnicode(text)) {
            return text;
        }
        throw JsonMappingException.from(
                in,
                "no Unicode",
                ProblemException.invalid(fieldOf(in), "has a text that is no Unicode: half of a surrogate pair"));
    }

    /** The field of the body that the parser is in. */
    private static String fieldOf(JsonParser in) {
        JsonStreamContext at = in.getParsingContext();
        while (at.getParent() != null && !at.getParent().inRoot()) {
            at = at.getParent();
        }
        String name = at.getCurrentName();
        return name == null ? "body" : Printable.shorten(name);
    }

    private static SimpleModule times() {
        SimpleModule module = new SimpleModule("times");
        module.addSerializer(Instant.class, new StdSerializer<Instant>(Instant.class) {
            @Override
            public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(TIME.format(value));
            }
        });
        return module;
    }
}
