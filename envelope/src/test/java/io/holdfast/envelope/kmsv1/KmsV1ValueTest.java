package io.holdfast.envelope.kmsv1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.Bytes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KmsV1ValueTest {
    @Test
    void framesAsKubernetesDoes() {
        KmsV1Value value = new KmsV1Value("holdfast", bytes(0x0102), bytes(32));
        byte[] stored = value.encode();
        assertThat(new String(stored, 0, 26, ISO_8859_1)).isEqualTo("k8s:enc:kms:v1:holdfast:\u0001\u0002");
        assertThat(stored).hasSize(26 + 0x0102 + 32);
        assertThat(KmsV1Value.parse(stored)).isEqualTo(value);
        assertThat(KmsV1Value.parse(stored, KmsV1Value.HOLDFAST)).isEqualTo(value);
    }

    @Test
    void takesTheBoundsOfTheFraming() {
        for (int wrapped : new int[] {0, 1, 65_535}) {
            KmsV1Value value = new KmsV1Value("p", bytes(wrapped), bytes(0));
            assertThat(KmsV1Value.parse(value.encode())).isEqualTo(value);
        }
        assertThatThrownBy(() -> new KmsV1Value("p", bytes(65_536), bytes(0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new KmsV1Value("p", bytes(0), bytes(KmsV1Value.MAX_LENGTH)))
                .isInstanceOf(IllegalArgumentException.class);
        for (String name : new String[] {"", "a:b", "a b", "ä", "x".repeat(256)}) {
            assertThatThrownBy(() -> new KmsV1Value(name, bytes(0), bytes(0)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesEveryCutBeforeTheData() {
        byte[] stored = new KmsV1Value("holdfast", bytes(60), bytes(0)).encode();
        for (int length = 0; length < stored.length; length++) {
            byte[] cut = Arrays.copyOf(stored, length);
            assertThatThrownBy(() -> KmsV1Value.parse(cut)).isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void refusesOtherPrefixesAndProviders() {
        for (String bad : new String[] {
            "",
            "k8s:enc:kms:v1",
            "k8s:enc:kms:v1:",
            "k8s:enc:kms:v1::\0\0",
            "k8s:enc:kms:v1:a\0:\0\0",
            "k8s:enc:kms:v1:" + "x".repeat(256) + ":\0\0",
            "k8s:enc:kms:v1:noend",
            "k8s:enc:kms:v2:holdfast:\0\0",
            "k8s:enc:aescbc:v1:key1:\0\0",
            "K8s:enc:kms:v1:holdfast:\0\0"
        }) {
            assertThatThrownBy(() -> KmsV1Value.parse(bad.getBytes(ISO_8859_1)))
                    .as(bad)
                    .isInstanceOf(EnvelopeDamaged.class);
        }
        byte[] other = new KmsV1Value("holdfas", bytes(1), bytes(32)).encode();
        assertThatThrownBy(() -> KmsV1Value.parse(other, KmsV1Value.HOLDFAST)).isInstanceOf(EnvelopeDamaged.class);
        assertThatThrownBy(() -> KmsV1Value.parse(new byte[KmsV1Value.MAX_LENGTH + 1]))
                .isInstanceOf(EnvelopeDamaged.class);
    }

    @Test
    void showsNoWholeCiphertextWhenPrinted() {
        assertThat(new KmsV1Value("holdfast", bytes(300), bytes(300)).toString())
                .hasSizeLessThan(200);
    }

    private static Bytes bytes(int length) {
        byte[] out = new byte[length];
        Arrays.fill(out, (byte) 0x5a);
        return Bytes.takeOwnershipOf(out);
    }
}
