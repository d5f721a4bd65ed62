package io.holdfast.envelope.cbc;

import static io.holdfast.envelope.Fixed.hex;
import static io.holdfast.envelope.Fixed.reveal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.Fixed;
import io.holdfast.envelope.jca.HmacSha256;
import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class AuthenticatedCbcTest {
    private static final byte[] KEY = "/clusters/c1/registry/secrets/default/db-creds".getBytes(UTF_8);
    private final AuthenticatedCbc cbc = new AuthenticatedCbc();

    @Test
    void opensWhatItSealedAtEveryLengthAroundABlock() {
        List<Integer> lengths = new ArrayList<>(List.of(1024, 4095, 4096, 1 << 20));
        for (int length = 0; length <= 49; length++) {
            lengths.add(length);
        }
        for (int length : lengths) {
            byte[] text = bytes(length);
            try (SealedSecret sealed = seal(text);
                    Opened opened = cbc.open(KEY, sealed.data(), sealed.payload())) {
                assertThat(sealed.data().length()).isEqualTo(16 + (length / 16 + 1) * 16);
                assertThat(sealed.payload().length()).isEqualTo(64);
                assertThat(opened.authenticated()).isTrue();
                assertThat(reveal(opened.plaintext())).isEqualTo(text);
            }
        }
    }

    @Test
    void everyEncryptionHasItsOwnKeyAndIv() {
        Set<Bytes> deks = new HashSet<>();
        Set<Bytes> ivs = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            try (SealedSecret sealed = seal(bytes(5))) {
                deks.add(Bytes.copyOf(Arrays.copyOf(reveal(sealed.payload()), 32)));
                ivs.add(Bytes.copyOf(Arrays.copyOf(sealed.data().toArray(), 16)));
            }
        }
        assertThat(deks).hasSize(200);
        assertThat(ivs).hasSize(200);
    }

    @Test
    void theTagIsTheOneWrittenInTheGolden() {
        JsonNode golden = Fixed.resource("/goldens/authenticated-cbc.json");
        byte[] etcdKey = golden.required("etcd_key").asText().getBytes(UTF_8);
        byte[] text = hex(golden, "plaintext_hex");
        AuthenticatedCbc fixed = new AuthenticatedCbc(Fixed.random(hex(golden, "dek_hex"), hex(golden, "iv_hex")));
        try (SecretBytes plaintext = SecretBytes.copyOf(text);
                SealedSecret sealed = fixed.seal(etcdKey, plaintext);
                SecretBytes payload = SecretBytes.takeOwnershipOf(hex(golden, "payload_hex"));
                Opened opened = cbc.open(etcdKey, Bytes.copyOf(hex(golden, "data_hex")), payload)) {
            assertThat(sealed.data().toArray()).isEqualTo(hex(golden, "data_hex"));
            assertThat(reveal(sealed.payload())).isEqualTo(hex(golden, "payload_hex"));
            assertThat(reveal(opened.plaintext())).isEqualTo(text);
        }
    }

    @Test
    void aFlippedBitAnywhereIsRefused() {
        try (SealedSecret sealed = seal(bytes(40))) {
            byte[] data = sealed.data().toArray();
            byte[] payload = reveal(sealed.payload());
            for (int bit = 0; bit < 8 * data.length; bit++) {
                assertDamaged(KEY, flipped(data, bit), payload);
            }
            for (int bit = 0; bit < 8 * payload.length; bit++) {
                assertDamaged(KEY, data, flipped(payload, bit));
            }
        }
    }

    @Test
    void aValueMovedToAnotherKeyIsRefused() {
        try (SealedSecret sealed = seal(bytes(40))) {
            byte[] payload = reveal(sealed.payload());
            byte[] data = sealed.data().toArray();
            assertDamaged("/clusters/c1/registry/secrets/default/other".getBytes(UTF_8), data, payload);
            assertDamaged("/clusters/c2/registry/secrets/default/db-creds".getBytes(UTF_8), data, payload);
            assertDamaged(new byte[0], data, payload);
        }
    }

    @Test
    void cutExtendedAndSplicedDataIsRefused() {
        try (SealedSecret one = seal(bytes(100));
                SealedSecret two = seal(bytes(100))) {
            byte[] data = one.data().toArray();
            byte[] payload = reveal(one.payload());
            for (int length = 0; length < data.length; length++) {
                assertDamaged(KEY, Arrays.copyOf(data, length), payload);
            }
            assertDamaged(KEY, Arrays.copyOf(data, data.length + 16), payload);
            byte[] spliced = data.clone();
            System.arraycopy(two.data().toArray(), 32, spliced, 32, 16);
            assertDamaged(KEY, spliced, payload);
            assertDamaged(KEY, two.data().toArray(), payload);
        }
    }

    @Test
    void aBareKeyOpensButProvesNothing() {
        try (SealedSecret sealed = seal(bytes(40));
                SecretBytes bare = SecretBytes.takeOwnershipOf(Arrays.copyOf(reveal(sealed.payload()), 32));
                Opened here = cbc.open(KEY, sealed.data(), bare);
                Opened elsewhere = cbc.open(new byte[] {'/'}, sealed.data(), bare)) {
            assertThat(here.authenticated()).isFalse();
            assertThat(elsewhere.authenticated()).isFalse();
            assertThat(reveal(elsewhere.plaintext())).isEqualTo(bytes(40));
        }
    }

    @Test
    void payloadsOfOtherLengthsAreRefused() {
        try (SealedSecret sealed = seal(bytes(40))) {
            byte[] payload = Arrays.copyOf(reveal(sealed.payload()), 80);
            for (int length = 0; length <= 80; length++) {
                if (length != 32 && length != 64) {
                    assertDamaged(KEY, sealed.data().toArray(), Arrays.copyOf(payload, length));
                }
            }
        }
    }

    @Test
    void unauthenticatedPaddingIsReadAsKubernetesReadsIt() throws Exception {
        byte[] dek = bytes(32);
        // As many equal bytes as the last one says is padding, even beyond a block.
        assertThat(openRaw(dek, padding(48, 20))).hasSize(28);
        assertThat(openRaw(dek, padding(32, 32))).isEmpty();
        assertThat(openRaw(dek, padding(256, 255))).hasSize(1);
        for (byte[] bad : List.of(
                padding(32, 0), padding(32, 33), oneWrong(padding(32, 16), 17), oneWrong(padding(48, 20), 28))) {
            assertThatThrownBy(() -> openRaw(dek, bad)).isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void authenticatedPaddingIsAtMostABlock() throws Exception {
        byte[] dek = bytes(32);
        byte[] data = encryptRaw(dek, padding(48, 20));
        byte[] macKey = HmacSha256.expand(dek, "holdfast cbc v1".getBytes(UTF_8));
        byte[] payload = Arrays.copyOf(dek, 64);
        System.arraycopy(HmacSha256.of(macKey, KEY, data), 0, payload, 32, 32);
        assertDamaged(KEY, data, payload);
    }

    @Test
    void allDamageSaysTheSameAndTellsNoPlace() {
        try (SealedSecret sealed = seal(bytes(40))) {
            byte[] payload = reveal(sealed.payload());
            Throwable tag = damage(() -> open(KEY, flipped(sealed.data().toArray(), 3), payload));
            Throwable padding = damage(() -> open(KEY, new byte[64], Arrays.copyOf(payload, 32)));
            Throwable parse = damage(() -> KmsV1Value.parse(new byte[3]));
            for (Throwable each : List.of(tag, padding, parse)) {
                assertThat(each).isExactlyInstanceOf(EnvelopeDamaged.class).hasMessage(parse.getMessage());
                assertThat(each).hasNoCause().hasNoSuppressedExceptions();
                assertThat(each.getStackTrace()).isEmpty();
            }
        }
    }

    @Test
    void oneSealingServesSeveralWrappings() {
        try (SealedSecret sealed = seal(bytes(1000))) {
            KmsV1Value first = KmsV1Value.parse(sealed.stored(Bytes.copyOf(bytes(200))));
            KmsV1Value second = KmsV1Value.parse(sealed.stored(Bytes.copyOf(bytes(201))));
            assertThat(second.data()).isEqualTo(first.data());
            assertThat(second.provider()).isEqualTo("holdfast");
            assertThat(second.wrappedDek().length()).isEqualTo(201);
            try (Opened opened = cbc.open(KEY, second.data(), sealed.payload())) {
                assertThat(opened.authenticated()).isTrue();
            }
        }
    }

    @Test
    void oneInstanceServesManyVirtualThreads() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> found = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int length = i;
                found.add(threads.submit(() -> {
                    try (SealedSecret sealed = seal(bytes(length));
                            Opened opened = cbc.open(KEY, sealed.data(), sealed.payload())) {
                        return reveal(opened.plaintext());
                    }
                }));
            }
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(bytes(i));
            }
        }
    }

    @Test
    void closingWipesAndNothingPrintsASecret() {
        SealedSecret sealed = seal(bytes(40));
        Opened opened = cbc.open(KEY, sealed.data(), sealed.payload());
        assertThat(opened.toString()).contains("redacted");
        SecretBytes payload = sealed.payload();
        sealed.close();
        opened.close();
        assertThatThrownBy(payload::length).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(opened.plaintext()::length).isInstanceOf(IllegalStateException.class);
    }

    /** Without the length in the tag's input, blocks could slide from the etcd key into the IV. */
    @Test
    void aValueSlidIntoAShorterKeyIsRefused() {
        byte[] longKey = "/registry/secrets/default/a-name-of-over-sixteen".getBytes(UTF_8);
        byte[] text = bytes(64);
        try (SecretBytes plaintext = SecretBytes.copyOf(text);
                SealedSecret sealed = cbc.seal(longKey, plaintext)) {
            int cut = longKey.length - 16;
            byte[] data = sealed.data().toArray();
            byte[] slid = Arrays.copyOf(Arrays.copyOfRange(longKey, cut, longKey.length), 16 + data.length);
            System.arraycopy(data, 0, slid, 16, data.length);
            assertThatThrownBy(() -> cbc.open(Arrays.copyOf(longKey, cut), Bytes.copyOf(slid), sealed.payload()))
                    .isInstanceOf(EnvelopeDamaged.class);
        }
    }

    private SealedSecret seal(byte[] text) {
        try (SecretBytes plaintext = SecretBytes.copyOf(text)) {
            return cbc.seal(KEY, plaintext);
        }
    }

    private Opened open(byte[] etcdKey, byte[] data, byte[] payload) {
        try (SecretBytes secret = SecretBytes.copyOf(payload)) {
            return cbc.open(etcdKey, Bytes.copyOf(data), secret);
        }
    }

    private void assertDamaged(byte[] etcdKey, byte[] data, byte[] payload) {
        assertThatThrownBy(() -> open(etcdKey, data, payload)).isInstanceOf(EnvelopeDamaged.class);
    }

    private byte[] openRaw(byte[] dek, byte[] padded) throws Exception {
        try (Opened opened = open(KEY, encryptRaw(dek, padded), dek)) {
            return reveal(opened.plaintext());
        }
    }

    private static byte[] encryptRaw(byte[] dek, byte[] padded) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(dek, "AES"), new IvParameterSpec(new byte[16]));
        byte[] data = new byte[16 + padded.length];
        cipher.doFinal(padded, 0, padded.length, data, 16);
        return data;
    }

    private static Throwable damage(Runnable action) {
        try {
            action.run();
        } catch (EnvelopeDamaged e) {
            return e;
        }
        throw new AssertionError("not refused");
    }

    private static byte[] padding(int length, int count) {
        byte[] out = new byte[length];
        Arrays.fill(out, Math.max(0, length - Math.max(count, 1)), length, (byte) count);
        return out;
    }

    private static byte[] oneWrong(byte[] padded, int at) {
        padded[at] ^= 1;
        return padded;
    }

    private static byte[] bytes(int length) {
        byte[] out = new byte[length];
        for (int i = 0; i < length; i++) {
            out[i] = (byte) (i * 7 + 3);
        }
        return out;
    }

    private static byte[] flipped(byte[] of, int bit) {
        byte[] out = of.clone();
        out[bit / 8] ^= (byte) (1 << bit % 8);
        return out;
    }
}
