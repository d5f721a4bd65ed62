package io.holdfast.envelope;

import static io.holdfast.envelope.Fixed.hex;
import static io.holdfast.envelope.Fixed.reveal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.envelope.cbc.AuthenticatedCbc;
import io.holdfast.envelope.cbc.Opened;
import io.holdfast.envelope.cbc.SealedSecret;
import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.SecretBytes;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ten thousand seeded mutations of good values: none may end in anything but an answer or {@link EnvelopeDamaged}. */
class MutationTest {
    private static final int ROUNDS = 10_000;
    private static final byte[] KEY = "/clusters/c1/registry/secrets/default/db-creds".getBytes(UTF_8);

    private final AuthenticatedCbc cbc = new AuthenticatedCbc();
    private final DekWrapping wrapping = new DekWrapping();

    @Test
    void aMutatedStoredValueIsRefusedOrOpensToTheSamePlaintext() {
        Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
        Ocid.VaultId vault = mint.vault();
        WrappedDek.Header header = new WrappedDek.Header(mint.key(vault), mint.keyVersion(vault));
        Scope scope = Scope.dek(mint.binding());
        byte[] text = hex(
                Fixed.resource("/vectors/kms-v1-aescbc-k8s1.21.json")
                        .required("vectors")
                        .get(0),
                "plaintext_hex");
        try (SecretBytes masterKey = SecretBytes.takeOwnershipOf(new byte[32]);
                SecretBytes plaintext = SecretBytes.copyOf(text);
                SealedSecret sealed = cbc.seal(KEY, plaintext)) {
            byte[] stored = sealed.stored(
                    wrapping.wrap(masterKey, header, scope, sealed.payload()).encode());
            Mutations mutations = new Mutations(20261124);
            int refused = 0;
            for (int i = 0; i < ROUNDS; i++) {
                byte[] mutant = mutations.of(stored);
                KmsV1Value value;
                try {
                    value = KmsV1Value.parse(mutant);
                    WrappedDek wrapped = WrappedDek.parse(value.wrappedDek());
                    try (SecretBytes payload = wrapping.unwrap(masterKey, scope, wrapped);
                            Opened opened = cbc.open(KEY, value.data(), payload)) {
                        assertThat(opened.authenticated()).isTrue();
                        assertThat(reveal(opened.plaintext())).isEqualTo(text);
                    }
                } catch (EnvelopeDamaged e) {
                    refused++;
                    continue;
                }
                // The framing's provider name is the only part that nothing authenticates.
                assertThat(new KmsV1Value(KmsV1Value.HOLDFAST, value.wrappedDek(), value.data()).encode())
                        .isEqualTo(stored);
            }
            assertThat(refused).isGreaterThan(ROUNDS * 9 / 10);
        }
    }

    @Test
    void aMutatedUnauthenticatedValueNeverEndsInAnythingElse() {
        Mutations mutations = new Mutations(7);
        JsonNode vectors = Fixed.resource("/vectors/kms-v1-aescbc-k8s1.21.json").required("vectors");
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            JsonNode vector = vectors.get(i % vectors.size());
            byte[] mutant = mutations.of(hex(vector, "stored_hex"));
            try (SecretBytes dek = SecretBytes.takeOwnershipOf(hex(vector.required("parts"), "dek_hex"));
                    Opened opened = cbc.open(KEY, KmsV1Value.parse(mutant).data(), dek)) {
                assertThat(opened.authenticated()).isFalse();
                StoredObject.decode(opened.plaintext()).close();
            } catch (EnvelopeDamaged e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void aMutatedWrappedDekNeverEndsInAnythingElse() {
        JsonNode golden = Fixed.resource("/goldens/wrapped-dek.json");
        Mutations mutations = new Mutations(8);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            JsonNode each = golden.required("wrapped")
                    .get(i % golden.required("wrapped").size());
            byte[] mutant = mutations.of(hex(each, "wrapped_hex"));
            try {
                WrappedDek parsed = WrappedDek.parse(
                        Bytes.copyOf(mutant),
                        Purpose.valueOf(each.required("purpose").asText()));
                assertThat(parsed.encode().toArray()).isEqualTo(mutant);
            } catch (EnvelopeDamaged e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aMutatedStoredObjectNeverEndsInAnythingElse() {
        JsonNode vectors = Fixed.resource("/vectors/kms-v1-aescbc-k8s1.21.json").required("vectors");
        Mutations mutations = new Mutations(9);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] mutant = mutations.of(hex(vectors.get(i % 3), "plaintext_hex"));
            try (SecretBytes secret = SecretBytes.takeOwnershipOf(mutant);
                    StoredObject object = StoredObject.decode(secret);
                    SecretBytes again = object.encode()) {
                assertThat(again.length()).isPositive();
            } catch (EnvelopeDamaged e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    /** One to three of: flip a bit, set a byte, cut, extend, repeat, remove, exchange a stretch, set a small or huge length. */
    private static final class Mutations {
        private final Random random;

        Mutations(long seed) {
            random = new Random(seed);
        }

        byte[] of(byte[] good) {
            byte[] out = good.clone();
            do {
                for (int i = 1 + random.nextInt(3); i > 0 && out.length > 0; i--) {
                    out = one(out);
                }
            } while (Arrays.equals(out, good));
            return out;
        }

        private byte[] one(byte[] in) {
            int at = random.nextInt(in.length);
            // Every second one near the front, where the lengths are.
            if (random.nextBoolean()) {
                at = Math.min(at, random.nextInt(32));
            }
            int to = at + random.nextInt(in.length - at + 1);
            byte[] out = in.clone();
            switch (random.nextInt(8)) {
                case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> out[at] = (byte) random.nextInt(256);
                case 2 -> out = Arrays.copyOf(in, at);
                case 3 -> out = Arrays.copyOf(in, in.length + 1 + random.nextInt(64));
                case 4 -> {
                    out = Arrays.copyOf(in, in.length + to - at);
                    System.arraycopy(in, at, out, to, in.length - at);
                }
                case 5 -> {
                    out = Arrays.copyOf(in, in.length - (to - at));
                    System.arraycopy(in, to, out, at, in.length - to);
                }
                case 6 -> System.arraycopy(in, 0, out, at, Math.min(to - at, in.length - at));
                default -> out[at] = (byte) (random.nextBoolean() ? 0xff : 0);
            }
            return out;
        }
    }
}
