package io.holdfast.envelope.wrapped;

import static io.holdfast.envelope.Fixed.hex;
import static io.holdfast.envelope.Fixed.reveal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.Fixed;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DekWrappingTest {
    private final Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
    private final Ocid.VaultId vault = mint.vault();
    private final WrappedDek.Header header = new WrappedDek.Header(mint.key(vault), mint.keyVersion(vault));
    private final BindingId binding = mint.binding();
    private final SecretBytes masterKey = filled(32, 0x42);
    private final DekWrapping wrapping = new DekWrapping();

    @AfterEach
    void wipe() {
        masterKey.close();
    }

    @Test
    void unwrapsWhatItWrapped() {
        for (int length : new int[] {32, 64}) {
            try (SecretBytes payload = filled(length, 7)) {
                Bytes stored = wrapping.wrap(masterKey, header, Scope.dek(binding), payload)
                        .encode();
                WrappedDek parsed = WrappedDek.parse(stored);
                assertThat(parsed.keyId()).isEqualTo(header.keyId());
                assertThat(parsed.keyVersionId()).isEqualTo(header.keyVersionId());
                assertThat(parsed.encode()).isEqualTo(stored);
                try (SecretBytes found = wrapping.unwrap(masterKey, Scope.dek(binding), parsed)) {
                    assertThat(reveal(found)).isEqualTo(reveal(payload));
                }
            }
        }
    }

    @Test
    void writesAndReadsTheGoldens() {
        JsonNode golden = Fixed.resource("/goldens/wrapped-dek.json");
        byte[] nonce = hex(golden, "nonce_hex");
        WrappedDek.Header named = new WrappedDek.Header(
                new KeyId(golden.required("key_id").asText()),
                new KeyVersionId(golden.required("key_version_id").asText()));
        BindingId bound = new BindingId(golden.required("binding_id").asText());
        try (SecretBytes key = SecretBytes.takeOwnershipOf(hex(golden, "master_key_hex"))) {
            for (JsonNode each : golden.required("wrapped")) {
                Purpose purpose = Purpose.valueOf(each.required("purpose").asText());
                Scope scope = Scope.of(purpose, bound);
                DekWrapping fixed = new DekWrapping(Fixed.random(nonce));
                try (SecretBytes payload = SecretBytes.takeOwnershipOf(hex(each, "payload_hex"))) {
                    assertThat(fixed.wrap(key, named, scope, payload).encode().toArray())
                            .as(purpose.name())
                            .isEqualTo(hex(each, "wrapped_hex"));
                    WrappedDek parsed = WrappedDek.parse(Bytes.copyOf(hex(each, "wrapped_hex")), purpose);
                    try (SecretBytes found = wrapping.unwrap(key, scope, parsed)) {
                        assertThat(reveal(found)).isEqualTo(reveal(payload));
                    }
                }
            }
            JsonNode seal = golden.required("root_seal");
            String what = seal.required("what").asText();
            try (SecretBytes payload = SecretBytes.takeOwnershipOf(hex(seal, "payload_hex"));
                    SecretBytes found = wrapping.open(key, what, Bytes.copyOf(hex(seal, "sealed_hex")))) {
                assertThat(reveal(found)).isEqualTo(reveal(payload));
                assertThat(new DekWrapping(Fixed.random(nonce))
                                .seal(key, what, payload)
                                .toArray())
                        .isEqualTo(hex(seal, "sealed_hex"));
            }
        }
    }

    @Test
    void noPurposeOpensWhatAnotherWrapped() {
        int refused = 0;
        // 32 bytes fit every purpose, so nothing but the tag keeps them apart.
        try (SecretBytes payload = filled(32, 7)) {
            for (Purpose made : Purpose.values()) {
                WrappedDek wrapped = wrapping.wrap(masterKey, header, Scope.of(made, binding), payload);
                for (Purpose asked : Purpose.values()) {
                    if (asked == made) {
                        wrapping.unwrap(masterKey, Scope.of(asked, binding), wrapped)
                                .close();
                    } else {
                        assertDamaged(masterKey, Scope.of(asked, binding), wrapped);
                        refused++;
                    }
                }
            }
        }
        assertThat(refused).isEqualTo(20);
    }

    @Test
    void aRootSealAndAWrapUnderOneKeyNeverMeet() {
        try (SecretBytes payload = filled(32, 7)) {
            String what = binding.value();
            Bytes sealed = wrapping.seal(masterKey, what, payload);
            int front = 1 + RootKeyId.LENGTH;
            Bytes inner = Bytes.copyOf(Arrays.copyOfRange(sealed.toArray(), front, sealed.length()));
            for (Purpose asked : Purpose.values()) {
                assertDamaged(masterKey, Scope.of(asked, binding), new WrappedDek(header, inner));
                WrappedDek wrapped = wrapping.wrap(masterKey, header, Scope.of(asked, binding), payload);
                byte[] asSeal =
                        Arrays.copyOf(sealed.toArray(), front + wrapped.sealed().length());
                System.arraycopy(wrapped.sealed().toArray(), 0, asSeal, front, asSeal.length - front);
                assertThatThrownBy(() -> wrapping.open(masterKey, what, Bytes.copyOf(asSeal)))
                        .isInstanceOf(EnvelopeDamaged.class);
            }
            assertThatThrownBy(() -> wrapping.open(masterKey, what + "x", sealed))
                    .isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void aSealNamesItsRootKeyAndBindsTheName() {
        try (SecretBytes other = filled(32, 0x43);
                SecretBytes payload = filled(32, 7)) {
            Bytes sealed = wrapping.seal(masterKey, "a thing", payload);
            assertThat(RootKeyId.namedIn(sealed)).contains(RootKeyId.of(masterKey));
            assertThat(RootKeyId.of(other)).isNotEqualTo(RootKeyId.of(masterKey));
            assertThat(RootKeyId.parse(RootKeyId.of(other).toString())).isEqualTo(RootKeyId.of(other));
            assertThatThrownBy(() -> wrapping.open(other, "a thing", sealed)).isInstanceOf(EnvelopeDamaged.class);
            for (int bit = 0; bit < sealed.length() * Byte.SIZE; bit++) {
                byte[] bad = sealed.toArray();
                bad[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                assertThatThrownBy(() -> wrapping.open(masterKey, "a thing", Bytes.copyOf(bad)))
                        .isInstanceOf(EnvelopeDamaged.class);
            }
            // The other key's name in front of this key's seal: neither of them opens it.
            byte[] renamed = sealed.toArray();
            System.arraycopy(RootKeyId.of(other).value().toArray(), 0, renamed, 1, RootKeyId.LENGTH);
            for (SecretBytes key : List.of(masterKey, other)) {
                assertThatThrownBy(() -> wrapping.open(key, "a thing", Bytes.copyOf(renamed)))
                        .isInstanceOf(EnvelopeDamaged.class);
            }
        }
    }

    @Test
    void whatIsNoSealNamesNoRootKey() {
        for (int length : new int[] {0, 1, 9, 48, 49, 8193}) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) 2);
            assertThat(RootKeyId.namedIn(Bytes.copyOf(bytes))).isEmpty();
        }
        assertThat(RootKeyId.namedIn(Bytes.copyOf(new byte[100]))).isEmpty();
    }

    @Test
    void anotherBindingKeyOrNameIsRefused() {
        try (SecretBytes payload = filled(64, 7);
                SecretBytes otherKey = filled(32, 0x43)) {
            Scope scope = Scope.dek(binding);
            WrappedDek wrapped = wrapping.wrap(masterKey, header, scope, payload);
            assertDamaged(masterKey, Scope.dek(mint.binding()), wrapped);
            assertDamaged(otherKey, scope, wrapped);
            assertDamaged(
                    masterKey,
                    scope,
                    new WrappedDek(new WrappedDek.Header(mint.key(vault), header.keyVersionId()), wrapped.sealed()));
            assertDamaged(
                    masterKey,
                    scope,
                    new WrappedDek(new WrappedDek.Header(header.keyId(), mint.keyVersion(vault)), wrapped.sealed()));
        }
    }

    @Test
    void everyFlippedBitIsRefused() {
        try (SecretBytes payload = filled(64, 7)) {
            Scope scope = Scope.dek(binding);
            byte[] stored =
                    wrapping.wrap(masterKey, header, scope, payload).encode().toArray();
            for (int bit = 0; bit < stored.length * 8; bit++) {
                byte[] bad = stored.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                assertRefused(bad);
            }
        }
    }

    @Test
    void everyCutAndAnyExtensionIsRefused() {
        try (SecretBytes payload = filled(64, 7)) {
            byte[] stored = wrapping.wrap(masterKey, header, Scope.dek(binding), payload)
                    .encode()
                    .toArray();
            for (int length = 0; length < stored.length; length++) {
                assertRefused(Arrays.copyOf(stored, length));
            }
            assertRefused(Arrays.copyOf(stored, stored.length + 1));
            assertRefused(Arrays.copyOf(stored, stored.length + 32));
            assertRefused(Arrays.copyOf(stored, 1025));
        }
    }

    @Test
    void otherFormatsAndModesAreRefusedUntilTheyExist() {
        try (SecretBytes payload = filled(64, 7)) {
            byte[] stored = wrapping.wrap(masterKey, header, Scope.dek(binding), payload)
                    .encode()
                    .toArray();
            assertThat(stored).startsWith(1, 1);
            assertNoSuch(stored, 0, 0, 2, 3, 255);
            assertNoSuch(stored, 1, 0, 4, 255);
        }
    }

    private static void assertNoSuch(byte[] stored, int at, int... values) {
        for (int value : values) {
            byte[] bad = stored.clone();
            bad[at] = (byte) value;
            assertThatThrownBy(() -> WrappedDek.parse(Bytes.copyOf(bad))).isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void aKekTravelsInsideWhatItWraps() {
        try (SecretBytes kek = filled(32, 9);
                SecretBytes payload = filled(64, 7)) {
            for (WrappedDek wrappedKek : List.of(
                    wrapping.wrap(masterKey, header, Scope.kek(binding), kek),
                    byVault(EncryptionAlgorithm.RSA_OAEP_SHA_256, 512))) {
                WrappedDek.Header named =
                        new WrappedDek.Header(header.keyId(), header.keyVersionId(), wrappedKek.asKek());
                Bytes stored =
                        wrapping.wrap(kek, named, Scope.dek(binding), payload).encode();
                WrappedDek parsed = WrappedDek.parse(stored);

                assertThat(parsed.encode()).isEqualTo(stored);
                assertThat(parsed.header()).isEqualTo(named);
                assertThat(parsed.header().wrappedKek()).isEqualTo(wrappedKek);
                try (SecretBytes found = wrapping.unwrap(kek, Scope.dek(binding), parsed)) {
                    assertThat(reveal(found)).isEqualTo(reveal(payload));
                }
                byte[] bytes = stored.toArray();
                for (int bit = 0; bit < bytes.length * 8; bit++) {
                    byte[] bad = bytes.clone();
                    bad[bit / 8] ^= (byte) (1 << bit % 8);
                    assertRefused(kek, bad);
                }
                for (int length = 0; length < bytes.length; length++) {
                    assertRefused(kek, Arrays.copyOf(bytes, length));
                }
            }
        }
    }

    @Test
    void whatAVaultEncryptedIsReadBackAsItWas() {
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            WrappedDek made = byVault(algorithm, 300);
            assertThat(WrappedDek.parse(made.encode(), Purpose.REST)).isEqualTo(made);
            assertThatThrownBy(made.header()::wrappedKek).isInstanceOf(IllegalStateException.class);
        }
        WrappedDek empty = byVault(EncryptionAlgorithm.AES_256_GCM, 0);
        assertThatThrownBy(() -> WrappedDek.parse(empty.encode(), Purpose.REST)).isInstanceOf(EnvelopeDamaged.class);
    }

    private WrappedDek byVault(EncryptionAlgorithm algorithm, int length) {
        byte[] sealed = new byte[length];
        Arrays.fill(sealed, (byte) 0x5a);
        return new WrappedDek(
                new WrappedDek.Header(header.keyId(), header.keyVersionId(), new Means.ByVault(algorithm)),
                Bytes.takeOwnershipOf(sealed));
    }

    @Test
    void theLongestNamesFitTheLimitOfKmsV2() {
        WrappedDek.Header longest = new WrappedDek.Header(
                new KeyId("ocid1.key.oc1.iad." + "a".repeat(255 - 18)),
                new KeyVersionId("ocid1.keyversion.oc1.iad." + "a".repeat(255 - 25)));
        try (SecretBytes payload = filled(64, 7)) {
            Bytes stored = wrapping.wrap(masterKey, longest, Scope.dek(binding), payload)
                    .encode();
            assertThat(stored.length()).isEqualTo(618).isLessThanOrEqualTo(WrappedDek.MAX_LENGTH);
            assertThat(WrappedDek.parse(stored).header()).isEqualTo(longest);
        }
    }

    @Test
    void payloadsOfTheWrongLengthAreTheClientsError() {
        for (int length : new int[] {0, 1, 31, 33, 63, 65, 4096}) {
            try (SecretBytes payload = filled(length, 7)) {
                assertThatThrownBy(() -> wrapping.wrap(masterKey, header, Scope.dek(binding), payload))
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_PARAMETER));
            }
        }
        try (SecretBytes most = filled(4096, 1);
                SecretBytes more = filled(4097, 1)) {
            Scope rest = Scope.rest(Bytes.copyOf(new byte[] {1}));
            Bytes stored = wrapping.wrap(masterKey, header, rest, most).encode();
            wrapping.unwrap(masterKey, rest, WrappedDek.parse(stored, Purpose.REST))
                    .close();
            assertThatThrownBy(() -> WrappedDek.parse(stored)).isInstanceOf(EnvelopeDamaged.class);
            assertThatThrownBy(() -> wrapping.wrap(masterKey, header, rest, more))
                    .isInstanceOf(ProblemException.class);
        }
    }

    private void assertDamaged(SecretBytes key, Scope scope, WrappedDek wrapped) {
        assertThatThrownBy(() -> wrapping.unwrap(key, scope, wrapped)).isInstanceOf(EnvelopeDamaged.class);
    }

    private void assertRefused(byte[] stored) {
        assertRefused(masterKey, stored);
    }

    private void assertRefused(SecretBytes key, byte[] stored) {
        assertThatThrownBy(() -> wrapping.unwrap(key, Scope.dek(binding), WrappedDek.parse(Bytes.copyOf(stored))))
                .isInstanceOf(EnvelopeDamaged.class);
    }

    private static SecretBytes filled(int length, int value) {
        byte[] out = new byte[length];
        Arrays.fill(out, (byte) value);
        return SecretBytes.takeOwnershipOf(out);
    }
}
