package io.holdfast.events;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.holdfast.kernel.Ocid;
import java.io.IOException;
import java.util.function.Function;

/**
 * Typed identifiers as JSON strings, wherever Jackson is used: in events, in REST bodies and in stored records. Reading
 * one that is malformed throws the identifier's own {@code ProblemException}.
 */
public final class OcidModule extends SimpleModule {

    public OcidModule() {
        super("ocids");
        addSerializer(Ocid.class, new StdSerializer<Ocid>(Ocid.class) {
            @Override
            public void serialize(Ocid value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(value.value());
            }
        });
        reads(Ocid.TenancyId.class, Ocid.TenancyId::new);
        reads(Ocid.CompartmentId.class, Ocid.CompartmentId::new);
        reads(Ocid.UserId.class, Ocid.UserId::new);
        reads(Ocid.GroupId.class, Ocid.GroupId::new);
        reads(Ocid.MembershipId.class, Ocid.MembershipId::new);
        reads(Ocid.DynamicGroupId.class, Ocid.DynamicGroupId::new);
        reads(Ocid.PolicyId.class, Ocid.PolicyId::new);
        reads(Ocid.VaultId.class, Ocid.VaultId::new);
        reads(Ocid.KeyId.class, Ocid.KeyId::new);
        reads(Ocid.KeyVersionId.class, Ocid.KeyVersionId::new);
        reads(Ocid.ClusterId.class, Ocid.ClusterId::new);
        reads(Ocid.WorkRequestId.class, Ocid.WorkRequestId::new);
        reads(Ocid.IdentityWorkRequestId.class, Ocid.IdentityWorkRequestId::new);
        reads(Ocid.BindingId.class, Ocid.BindingId::new);
    }

    private <T extends Ocid> void reads(Class<T> type, Function<String, T> constructor) {
        addDeserializer(type, new StdDeserializer<T>(type) {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
                if (!in.hasToken(JsonToken.VALUE_STRING)) {
                    return type.cast(context.handleUnexpectedToken(type, in));
                }
                return constructor.apply(in.getText());
            }
        });
    }
}
