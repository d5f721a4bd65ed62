package io.holdfast.secretservice.kubernetes.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ObjectTextTest {
    private static final String FULL = """
            {"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"u-1",
             "creationTimestamp":"2026-11-24T10:00:00Z","labels":{"b":"2","a":"1"},"annotations":{"x/y":"z"},
             "ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"o","controller":true}],
             "finalizers":["example.com/f"],
             "managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","time":"2026-11-24T10:00:00Z",
              "fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:k":{}}}}]},
             "data":{"k":"dg==","empty":""},"type":"Opaque","immutable":false}
            """;

    static ObjectNode secret(String json) {
        return ObjectText.readBody(ResourceKind.SECRET, "application/json", json.getBytes(StandardCharsets.UTF_8))
                .object();
    }

    @Test
    void comesBackFromStorageAsItWas() {
        ObjectNode object = secret(FULL);
        try (SecretBytes stored = ObjectText.toStorage(ResourceKind.SECRET, object)) {
            ObjectNode back = ObjectText.fromStorage(ResourceKind.SECRET, stored, 42);
            assertThat(back).isNotNull();
            assertThat(back.at("/metadata/resourceVersion").asText()).isEqualTo("42");
            assertThat(Objects.same(object, back)).isTrue();
            // The same object has the same bytes: a no-op update can be told.
            try (SecretBytes again = ObjectText.toStorage(ResourceKind.SECRET, back)) {
                assertThat(again.use(byte[]::clone)).isEqualTo(stored.use(byte[]::clone));
            }
        }
    }

    @Test
    void writesWhatGoWrites() {
        // Built by hand from the field numbers of core/v1 and meta/v1, with the empty strings that Go writes.
        String meta = "0a0161" // name
                + "1200" // generateName
                + "1a0164" // namespace
                + "2200" // selfLink
                + "2a0175" // uid
                + "3200" // resourceVersion
                + "3800" // generation
                + "4200"; // creationTimestamp
        String raw = "0a13" + meta + "12060a016b12017" + "6" + "1a064f7061717565";
        String expected = "6b387300" + "0a0c0a0276311206536563726574" + "1225" + raw + "1a00" + "2200";
        ObjectNode object = secret(
                "{\"metadata\":{\"name\":\"a\",\"namespace\":\"d\",\"uid\":\"u\"},\"data\":{\"k\":\"dg==\"},\"type\":\"Opaque\"}");
        try (SecretBytes stored = ObjectText.toStorage(ResourceKind.SECRET, object)) {
            assertThat(HexFormat.of().formatHex(stored.use(byte[]::clone))).isEqualTo(expected);
        }
    }

    @Test
    void readsJsonStorageAndProtobufBodies() {
        try (SecretBytes json = SecretBytes.copyOf(FULL.strip().getBytes(StandardCharsets.UTF_8))) {
            ObjectNode back = ObjectText.fromStorage(ResourceKind.SECRET, json, 7);
            assertThat(back).isNotNull();
            assertThat(Objects.same(back, secret(FULL))).isTrue();
        }
        byte[] body = ObjectText.toProtobuf(ResourceKind.SECRET, secret(FULL));
        assertThat(Objects.same(
                        ObjectText.readBody(ResourceKind.SECRET, ObjectText.PROTOBUF, body)
                                .object(),
                        secret(FULL)))
                .isTrue();
        assertThatThrownBy(() -> ObjectText.readBody(ResourceKind.NAMESPACE, ObjectText.PROTOBUF, body))
                .isInstanceOf(ApiRefusal.class);
    }

    @Test
    void damagedBytesAreNoObjectAndNoError() {
        byte[] good;
        try (SecretBytes stored = ObjectText.toStorage(ResourceKind.SECRET, secret(FULL))) {
            good = stored.use(byte[]::clone);
        }
        Seeded.forAll(
                5_000,
                11,
                random -> {
                    byte[] bytes = java.util.Arrays.copyOf(good, 4 + random.nextInt(good.length - 3));
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                    }
                    return bytes;
                },
                bytes -> {
                    try (SecretBytes stored = SecretBytes.copyOf(bytes)) {
                        ObjectNode object = ObjectText.fromStorage(ResourceKind.SECRET, stored, 1);
                        if (object != null) {
                            ObjectText.toStorage(ResourceKind.SECRET, object).close();
                        }
                    }
                    try {
                        ObjectText.readBody(ResourceKind.SECRET, ObjectText.PROTOBUF, bytes);
                    } catch (ApiRefusal refused) {
                        assertThat(refused.status().code()).isLessThan(500);
                    }
                });
    }

    @Test
    void wipesValues() {
        ObjectNode object = secret(FULL);
        byte[] value = ((com.fasterxml.jackson.databind.node.BinaryNode) object.at("/data/k")).binaryValue();
        ObjectText.wipe(object);
        assertThat(value).containsOnly(0);
    }
}
