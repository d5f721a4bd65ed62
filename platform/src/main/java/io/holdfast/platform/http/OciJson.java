package io.holdfast.platform.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.holdfast.kernel.Ocid;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Function;

/**
 * JSON as OCI writes it: OCIDs as strings, times in RFC 3339 with milliseconds, absent for null; unknown fields are
 * ignored, scalars are not converted into one another.
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
        mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
        mapper.registerModule(module());
    }

    private static SimpleModule module() {
        SimpleModule module = new SimpleModule("oci");
        module.addSerializer(Instant.class, new StdSerializer<Instant>(Instant.class) {
            @Override
            public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(TIME.format(value));
            }
        });
        module.addSerializer(Ocid.class, new StdSerializer<Ocid>(Ocid.class) {
            @Override
            public void serialize(Ocid value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(value.value());
            }
        });
        read(module, Ocid.TenancyId.class, Ocid.TenancyId::new);
        read(module, Ocid.CompartmentId.class, Ocid.CompartmentId::new);
        read(module, Ocid.UserId.class, Ocid.UserId::new);
        read(module, Ocid.GroupId.class, Ocid.GroupId::new);
        read(module, Ocid.DynamicGroupId.class, Ocid.DynamicGroupId::new);
        read(module, Ocid.PolicyId.class, Ocid.PolicyId::new);
        read(module, Ocid.VaultId.class, Ocid.VaultId::new);
        read(module, Ocid.KeyId.class, Ocid.KeyId::new);
        read(module, Ocid.KeyVersionId.class, Ocid.KeyVersionId::new);
        read(module, Ocid.ClusterId.class, Ocid.ClusterId::new);
        read(module, Ocid.WorkRequestId.class, Ocid.WorkRequestId::new);
        read(module, Ocid.BindingId.class, Ocid.BindingId::new);
        return module;
    }

    private static <T extends Ocid> void read(SimpleModule module, Class<T> type, Function<String, T> constructor) {
        module.addDeserializer(type, new StdDeserializer<T>(type) {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
                if (!in.hasToken(com.fasterxml.jackson.core.JsonToken.VALUE_STRING)) {
                    return type.cast(context.handleUnexpectedToken(type, in));
                }
                return constructor.apply(in.getText());
            }
        });
    }
}
