package io.holdfast.envelope.xaes;

import static io.holdfast.envelope.Fixed.reveal;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.Fixed;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Vectors: c2sp.org/XAES-256-GCM, "Test vectors". */
class Xaes256GcmTest {
    private static final byte[] NONCE = "ABCDEFGHIJKLMNOPQRSTUVWX".getBytes(US_ASCII);

    @Test
    void sealsTheVectorOfWhichTheTopBitIsClear() {
        assertVector(1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
    }

    @Test
    void sealsTheVectorOfWhichTheTopBitIsSet() {
        assertVector(3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
    }

    @Test
    void sealsTenThousandAccumulatedMessages() {
        Shake128 source = new Shake128();
        Shake128 hash = new Shake128();
        for (int i = 0; i < 10_000; i++) {
            byte[] key = source.squeeze(32);
            byte[] nonce = source.squeeze(24);
            byte[] text = source.squeeze(source.squeeze(1)[0] & 0xff);
            byte[] aad = source.squeeze(source.squeeze(1)[0] & 0xff);
            Xaes256Gcm xaes = new Xaes256Gcm(Fixed.random(nonce));
            try (SecretBytes secret = SecretBytes.copyOf(key);
                    SecretBytes plaintext = SecretBytes.copyOf(text)) {
                Bytes sealed = xaes.seal(secret, plaintext, aad);
                hash.absorb(Arrays.copyOfRange(sealed.toArray(), 24, sealed.length()));
                try (SecretBytes opened = xaes.open(secret, sealed, aad)) {
                    assertThat(Arrays.equals(reveal(opened), text)).isTrue();
                }
            }
        }
        assertThat(HexFormat.of().formatHex(hash.squeeze(32)))
                .isEqualTo("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
    }

    @Test
    void refusesAnyFlipCutAndOtherKey() {
        Xaes256Gcm xaes = new Xaes256Gcm();
        byte[] aad = {1, 2, 3};
        try (SecretBytes key = key(1);
                SecretBytes other = key(2);
                SecretBytes text = SecretBytes.copyOf(new byte[40])) {
            byte[] sealed = xaes.seal(key, text, aad).toArray();
            for (int bit = 0; bit < sealed.length * 8; bit++) {
                byte[] bad = sealed.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                assertDamaged(xaes, key, bad, aad);
            }
            for (int length = 0; length < sealed.length; length++) {
                assertDamaged(xaes, key, Arrays.copyOf(sealed, length), aad);
            }
            assertDamaged(xaes, key, Arrays.copyOf(sealed, sealed.length + 1), aad);
            assertDamaged(xaes, other, sealed, aad);
            assertDamaged(xaes, key, sealed, new byte[] {1, 2});
            assertThat(xaes.seal(key, text, aad)).isNotEqualTo(xaes.seal(key, text, aad));
        }
    }

    @Test
    void refusesAKeyOfAnotherLength() {
        Xaes256Gcm xaes = new Xaes256Gcm();
        try (SecretBytes key = SecretBytes.copyOf(new byte[16]);
                SecretBytes text = SecretBytes.copyOf(new byte[1])) {
            assertThatThrownBy(() -> xaes.seal(key, text, new byte[0])).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void assertDamaged(Xaes256Gcm xaes, SecretBytes key, byte[] sealed, byte[] aad) {
        assertThatThrownBy(() -> xaes.open(key, Bytes.copyOf(sealed), aad)).isInstanceOf(EnvelopeDamaged.class);
    }

    private static void assertVector(int keyByte, String aad, String expected) {
        Xaes256Gcm xaes = new Xaes256Gcm(Fixed.random(NONCE));
        try (SecretBytes key = key(keyByte);
                SecretBytes text = SecretBytes.copyOf("XAES-256-GCM".getBytes(US_ASCII))) {
            Bytes sealed = xaes.seal(key, text, aad.getBytes(US_ASCII));
            assertThat(HexFormat.of().formatHex(sealed.toArray()))
                    .isEqualTo(HexFormat.of().formatHex(NONCE) + expected);
            try (SecretBytes opened = xaes.open(key, sealed, aad.getBytes(US_ASCII))) {
                assertThat(reveal(opened)).isEqualTo(reveal(text));
            }
        }
    }

    private static SecretBytes key(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return SecretBytes.takeOwnershipOf(key);
    }

    @Test
    void aPreparedKeyIsTheKeyForManyThreadsUntilItIsClosed() throws Exception {
        Xaes256Gcm xaes = new Xaes256Gcm();
        byte[] bytes = new byte[Xaes256Gcm.KEY];
        Arrays.fill(bytes, (byte) 9);
        try (SecretBytes raw = SecretBytes.takeOwnershipOf(bytes.clone());
                SecretBytes text = SecretBytes.takeOwnershipOf(new byte[] {1, 2, 3})) {
            XaesKey prepared = XaesKey.of(raw);
            List<Callable<byte[]>> opens = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Bytes sealed =
                        i % 2 == 0 ? xaes.seal(raw, text, new byte[] {7}) : xaes.seal(prepared, text, new byte[] {7});
                opens.add(() -> {
                    try (SecretBytes opened = xaes.open(prepared, sealed, new byte[] {7})) {
                        return opened.use(byte[]::clone);
                    }
                });
            }
            try (ExecutorService threads = Executors.newFixedThreadPool(32)) {
                for (Future<byte[]> opened : threads.invokeAll(opens)) {
                    assertThat(opened.get()).containsExactly(1, 2, 3);
                }
            }
            prepared.close();
            assertThatThrownBy(() -> xaes.seal(prepared, text, new byte[0])).isInstanceOf(IllegalStateException.class);
        }
    }
}
