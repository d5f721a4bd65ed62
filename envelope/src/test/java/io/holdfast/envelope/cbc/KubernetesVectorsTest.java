package io.holdfast.envelope.cbc;

import static io.holdfast.envelope.Fixed.hex;
import static io.holdfast.envelope.Fixed.reveal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.Fixed;
import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What real kube-apiservers wrote: 1.21 for the values, 1.34 for what it refuses of them. */
class KubernetesVectorsTest {
    private static final JsonNode VALUES = Fixed.resource("/vectors/kms-v1-aescbc-k8s1.21.json");
    private static final JsonNode CASES = Fixed.resource("/vectors/negative-and-stale-k8s1.34.json");
    private static final String PROVIDER = "stubv1";

    @Test
    void readsEveryValueByteForByte() throws Exception {
        int read = 0;
        for (JsonNode vector : VALUES.required("vectors")) {
            try (Opened opened =
                    open(hex(vector, "stored_hex"), vector.required("etcd_key").asText(), kek())) {
                assertThat(reveal(opened.plaintext()))
                        .as(vector.required("name").asText())
                        .isEqualTo(hex(vector, "plaintext_hex"));
                assertThat(opened.authenticated()).isFalse();
            }
            read++;
        }
        assertThat(read).isEqualTo(9);
    }

    @Test
    void writesTheSameBytesUnderTheSameKeyAndIv() {
        for (JsonNode vector : VALUES.required("vectors")) {
            JsonNode parts = vector.required("parts");
            byte[] dek = hex(parts, "dek_hex");
            byte[] key = vector.required("etcd_key").asText().getBytes(UTF_8);
            AuthenticatedCbc cbc = new AuthenticatedCbc(Fixed.random(dek, hex(parts, "iv_hex")));

            try (SecretBytes plaintext = SecretBytes.takeOwnershipOf(hex(vector, "plaintext_hex"));
                    SealedSecret sealed = cbc.seal(key, plaintext)) {
                Bytes wrapped = Bytes.copyOf(hex(parts, "encrypted_dek_hex"));
                assertThat(new KmsV1Value(PROVIDER, wrapped, sealed.data()).encode())
                        .as(vector.required("name").asText())
                        .isEqualTo(hex(vector, "stored_hex"));
                assertThat(Arrays.copyOf(reveal(sealed.payload()), 32)).isEqualTo(dek);
            }
        }
    }

    @Test
    void takesApartWhatItReadsIntoTheRecordedParts() {
        for (JsonNode vector : VALUES.required("vectors")) {
            JsonNode parts = vector.required("parts");
            KmsV1Value value = KmsV1Value.parse(hex(vector, "stored_hex"));
            assertThat(value.provider()).isEqualTo(PROVIDER);
            assertThat(value.wrappedDek().toArray()).isEqualTo(hex(parts, "encrypted_dek_hex"));
            assertThat(value.data().toArray()).startsWith(hex(parts, "iv_hex")).endsWith(hex(parts, "ciphertext_hex"));
            assertThat(value.encode()).isEqualTo(hex(vector, "stored_hex"));
        }
    }

    /**
     * The recorded cases of provider "v1 then identity". 1.34 writes GCM data under this prefix and falls back to CBC on
     * reading; this reader knows the CBC form only, so it takes exactly what 1.34 read through that fallback.
     */
    @Test
    void refusesWhatKubernetesRefusesAndTakesWhatItTakesOfTheCbcForm() {
        Set<String> taken = new TreeSet<>();
        Map<String, String> refused = new LinkedHashMap<>();
        for (JsonNode testCase : CASES.required("cases")) {
            if (!testCase.required("config").asText().equals("v1 then identity")) {
                continue;
            }
            String name = testCase.required("name").asText();
            byte[] stored = hex(testCase, "stored_hex");
            byte[] kek = hex(CASES, "kek_1_hex");
            if (!KmsV1Value.hasPrefix(stored)) {
                assertThatThrownBy(() -> KmsV1Value.parse(stored)).isInstanceOf(EnvelopeDamaged.class);
                refused.put(name, "not KMS v1");
                continue;
            }
            try (Opened opened = open(stored, testCase.required("etcd_key").asText(), kek)) {
                assertThat(testCase.required("ok").asBoolean()).as(name).isTrue();
                assertThat(testCase.required("stale").asBoolean()).as(name).isTrue();
                assertThat(opened.authenticated()).isFalse();
                assertThat(reveal(opened.plaintext())).as(name).isEqualTo(hex(testCase, "plaintext_hex"));
                taken.add(name);
            } catch (EnvelopeDamaged e) {
                refused.put(name, "damaged");
            } catch (GeneralSecurityException e) {
                refused.put(name, "not unwrapped");
            }
        }
        assertThat(taken)
                .containsExactlyInAnyOrder(
                        "CBC value written by 1.21 (stale)",
                        "CBC value moved to another key (still decrypts: CBC has no AAD)");
        assertThat(refused)
                .containsExactly(
                        Map.entry("good", "damaged"), // the GCM form
                        Map.entry("moved to another key", "damaged"),
                        Map.entry("last byte flipped", "damaged"),
                        Map.entry("encrypted DEK flipped", "not unwrapped"),
                        Map.entry("cut inside encrypted DEK", "damaged"),
                        Map.entry("cut after encrypted DEK", "damaged"),
                        Map.entry("cut after DEK + 16 bytes (CBC IV only)", "damaged"),
                        Map.entry("prefix only", "damaged"),
                        Map.entry("other provider name", "damaged"),
                        Map.entry("plain JSON (identity, stale)", "not KMS v1"),
                        Map.entry("empty value", "not KMS v1"));
    }

    private static byte[] kek() {
        return hex(VALUES, "kek_hex");
    }

    private static Opened open(byte[] stored, String etcdKey, byte[] kek) throws GeneralSecurityException {
        KmsV1Value value = KmsV1Value.parse(stored, PROVIDER);
        byte[] wrapped = value.wrappedDek().toArray();
        // The recording plugin's own scheme: nonce(12) and AES-256-GCM.
        Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(Cipher.DECRYPT_MODE, new SecretKeySpec(kek, "AES"), new GCMParameterSpec(128, wrapped, 0, 12));
        try (SecretBytes dek = SecretBytes.takeOwnershipOf(gcm.doFinal(wrapped, 12, wrapped.length - 12))) {
            return new AuthenticatedCbc().open(etcdKey.getBytes(UTF_8), value.data(), dek);
        }
    }

    @Test
    void theVectorsAreTheOnesWeThinkTheyAre() {
        assertThat(HexFormat.of().formatHex(kek())).isEqualTo("11".repeat(32));
        assertThat(CASES.required("cases")).hasSize(46);
    }
}
