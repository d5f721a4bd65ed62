package io.holdfast.envelope.storage;

import static io.holdfast.envelope.Fixed.hex;
import static io.holdfast.envelope.Fixed.reveal;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.Fixed;
import io.holdfast.kernel.SecretBytes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoredObjectTest {
    private static final String GOOD = "k8s\0\n\u000c\n\u0002v1\u0012\u0006Secret\u0012\u0003abc\u001a\0\"\0";

    @Test
    void roundTripsWhatRealApiServersStoredByteForByte() {
        int protobuf = 0;
        int json = 0;
        for (JsonNode vector :
                Fixed.resource("/vectors/kms-v1-aescbc-k8s1.21.json").required("vectors")) {
            if (!vector.required("name").asText().startsWith("secret-")) {
                continue;
            }
            byte[] stored = hex(vector, "plaintext_hex");
            try (StoredObject object = decode(stored);
                    SecretBytes again = object.encode()) {
                assertThat(reveal(again)).isEqualTo(stored);
                switch (object) {
                    case StoredObject.Protobuf found -> {
                        assertThat(found.apiVersion()).isEqualTo("v1");
                        assertThat(found.kind()).isEqualTo("Secret");
                        assertThat(found.contentEncoding()).isEmpty();
                        assertThat(found.contentType()).isEmpty();
                        assertThat(found.raw().length()).isPositive();
                        protobuf++;
                    }
                    case StoredObject.Json found -> {
                        assertThat(new String(reveal(found.text()), UTF_8)).startsWith("{\"kind\":\"Secret\"");
                        json++;
                    }
                }
            }
        }
        assertThat(protobuf).isEqualTo(2);
        assertThat(json).isEqualTo(1);
    }

    @Test
    void writesTheEmptyFieldsAsGoDoes() {
        try (StoredObject object =
                        StoredObject.Protobuf.of("v1", "Secret", SecretBytes.copyOf("abc".getBytes(ISO_8859_1)));
                SecretBytes encoded = object.encode()) {
            assertThat(new String(reveal(encoded), ISO_8859_1)).isEqualTo(GOOD);
        }
    }

    @Test
    void longBodiesKeepTheirLength() {
        for (int length : new int[] {0, 127, 128, 16_383, 16_384, 1 << 21}) {
            byte[] body = new byte[length];
            Arrays.fill(body, (byte) 9);
            try (StoredObject object = new StoredObject.Protobuf(
                            "example.com/v1", "Ä", SecretBytes.copyOf(body), "gzip", "application/json");
                    SecretBytes encoded = object.encode();
                    StoredObject again = decode(reveal(encoded))) {
                assertThat(again).isInstanceOfSatisfying(StoredObject.Protobuf.class, found -> {
                    assertThat(reveal(found.raw())).isEqualTo(body);
                    assertThat(found.kind()).isEqualTo("Ä");
                    assertThat(found.contentEncoding()).isEqualTo("gzip");
                    assertThat(found.contentType()).isEqualTo("application/json");
                });
            }
        }
    }

    @Test
    void skipsFieldsOfLaterVersions() {
        // A varint, an eight-byte, a length-delimited and a four-byte field with numbers 15, 14, 13 and 200.
        String later = GOOD + "x\u0096\u0001" + "q12345678" + "j\u0002zz" + "\u00c5\u000c1234";
        try (StoredObject object = decode(later.getBytes(ISO_8859_1));
                SecretBytes again = object.encode()) {
            assertThat(new String(reveal(again), ISO_8859_1)).isEqualTo(GOOD);
        }
    }

    @Test
    void refusesMalformedMessages() {
        for (String bad : new String[] {
            "",
            "k8s",
            "k8t\0",
            "k8s:enc:kms:v1:holdfast:\0\0",
            GOOD + "\u001a\0", // a field twice
            GOOD + "\u0012\u0001a",
            "k8s\0\u0010\u0001", // raw as a varint
            "k8s\0\n\u00ff\u00ff\u00ff\u00ff\u0007", // a length of 2 GiB
            "k8s\0\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001", // a length of -1
            "k8s\0\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001", // eleven bytes of varint
            "k8s\0\0\0", // field number 0
            "k8s\0\u001b", // a group
            "k8s\0\u001a\u0001\u00ff", // not UTF-8
            "k8s\0\u001a\u0081\u0004" + "a".repeat(513), // a name of 513 bytes
        }) {
            assertThatThrownBy(() -> decode(bad.getBytes(ISO_8859_1)).close())
                    .as(bad)
                    .isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void refusesEveryCutInsideAField() {
        byte[] good = GOOD.getBytes(ISO_8859_1);
        int refused = 0;
        for (int length = 0; length < good.length; length++) {
            try (StoredObject object = decode(Arrays.copyOf(good, length))) {
                // A cut between fields is a shorter message: protobuf has no end mark.
                assertThat(length).isIn(4, 18, 23, 25);
                assertThat(object).isInstanceOf(StoredObject.Protobuf.class);
            } catch (EnvelopeDamaged e) {
                refused++;
            }
        }
        assertThat(refused).isEqualTo(good.length - 4);
    }

    @Test
    void printsNoBodyAndWipesIt() {
        StoredObject object = decode(GOOD.getBytes(ISO_8859_1));
        assertThat(object.toString()).doesNotContain("abc");
        object.close();
        assertThatThrownBy(object::encode).isInstanceOf(IllegalStateException.class);
    }

    private static StoredObject decode(byte[] bytes) {
        try (SecretBytes secret = SecretBytes.copyOf(bytes)) {
            return StoredObject.decode(secret);
        }
    }
}
