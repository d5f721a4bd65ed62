package io.holdfast.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each type has a schema and a golden sample; a released schema never changes. */
class EventContractTest {
    private final EventCodec codec = new EventCodec();
    private final ObjectMapper json = new ObjectMapper();

    static Stream<String> types() {
        return EventCodec.types().keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("types")
    void goldenSamplesRoundTripAndFitTheirSchema(String type) throws Exception {
        byte[] golden = resource("/golden/" + type + ".json");
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(new String(resource(EventCodec.schemaOf(type)), StandardCharsets.UTF_8), InputFormat.JSON);

        DomainEvent event = codec.decode(type, golden);
        JsonNode written = json.readTree(codec.encode(event));

        assertThat(written).isEqualTo(json.readTree(golden));
        assertThat(schema.validate(written)).isEmpty();
        assertThat(EventCodec.typeOf(event)).isEqualTo(type);
        assertThat(event.subject()).startsWith("ocid1.");
    }

    @ParameterizedTest
    @MethodSource("types")
    void aMissingFieldIsUndecodable(String type) throws Exception {
        var golden =
                (com.fasterxml.jackson.databind.node.ObjectNode) json.readTree(resource("/golden/" + type + ".json"));
        golden.remove(golden.fieldNames().next());

        assertThatThrownBy(() -> codec.decode(type, json.writeValueAsBytes(golden)))
                .isInstanceOf(UndecodableEvent.class);
    }

    @Test
    void releasedSchemasAreFrozen() throws Exception {
        Map<String, String> released = new String(resource("/released-schemas.sha256"), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split("\\s+"))
                .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0]));

        for (Map.Entry<String, String> entry : released.entrySet()) {
            byte[] schema = resource("/schemas/" + entry.getKey());
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(schema)))
                    .as("%s is released: add a new version beside it instead of changing it", entry.getKey())
                    .isEqualTo(entry.getValue());
        }
        assertThat(released.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        types().map(type -> type + ".json").toList());
    }

    @Test
    void noFieldCanCarryKeyOrSecretBytes() {
        for (Class<? extends DomainEvent> type : EventCodec.types().values()) {
            assertThat(Arrays.stream(type.getRecordComponents())
                            .map(component -> component.getType().getName()))
                    .as(type.getSimpleName())
                    .doesNotContain("[B", Bytes.class.getName(), SecretBytes.class.getName(), "java.lang.Object");
        }
    }

    @Test
    void unknownTypesAndBytesThatAreNoJsonAreUndecodable() {
        assertThatThrownBy(() -> codec.decode("io.holdfast.Nothing.v1", new byte[0]))
                .isInstanceOf(UndecodableEvent.class);
        assertThatThrownBy(() -> codec.decode("io.holdfast.KeyDeleted.v1", new byte[] {(byte) 0xff, 0}))
                .isInstanceOf(UndecodableEvent.class);
        assertThatThrownBy(() -> codec.decode(
                        "io.holdfast.KeyDeleted.v1", "{\"keyId\":\"nonsense\"}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UndecodableEvent.class);
    }

    private static byte[] resource(String path) throws IOException {
        try (InputStream in = EventContractTest.class.getResourceAsStream(path)) {
            assertThat(in).as(path).isNotNull();
            return in.readAllBytes();
        }
    }
}
