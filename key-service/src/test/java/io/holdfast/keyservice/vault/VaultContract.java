package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link Vault} must do. An adapter's test extends this and gives its vault. */
public abstract class VaultContract {
    protected static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final VaultId vaultId = MINT.vault();
    private final BindingId binding = MINT.binding();
    private final List<KeyVersionId> versions = new ArrayList<>();

    /** What the vault itself holds does not outlive the test. */
    @AfterEach
    void destroyWhatWasMade() {
        versions.forEach(version -> vault().destroy(version));
    }

    /** A first version of a new key. */
    private Vault.Made made(KeyShape shape) {
        return keep(vault().generate(wish(MINT.key(vaultId), shape, true)));
    }

    private Vault.Wish wish(KeyId key, KeyShape shape, boolean first) {
        return new Vault.Wish(key, MINT.keyVersion(vaultId), shape, "a key", ProtectionMode.SOFTWARE, first);
    }

    private Vault.Made keep(Vault.Made made) {
        versions.add(made.version());
        return made;
    }

    private Vault.Material open(Vault.Made made) {
        return vault().open(made.key(), made.version(), KeyShape.AES_256, made.stored());
    }

    /** The vault under test; the same one at every call within a test. */
    protected abstract Vault vault();

    @Test
    void whatItWrapsItUnwraps() {
        Vault.Made made = made(KeyShape.AES_256);
        try (Vault.Material material = open(made);
                SecretBytes dek = dek(1)) {
            WrappedDek wrapped = material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek);

            assertThat(wrapped.keyId()).isEqualTo(made.key());
            assertThat(wrapped.keyVersionId()).isEqualTo(made.version());
            assertThat(wrapped.encode().length()).isLessThanOrEqualTo(WrappedDek.MAX_LENGTH);
            assertOpens(material, Scope.dek(binding), wrapped, 1);
        }
    }

    @Test
    void itOpensAgainAfterItWasClosed() {
        Vault.Made made = made(KeyShape.AES_256);
        WrappedDek wrapped;
        try (Vault.Material material = open(made);
                SecretBytes dek = dek(2)) {
            wrapped = material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek);
        }
        try (Vault.Material again = open(made)) {
            assertOpens(again, Scope.dek(binding), wrapped, 2);
        }
    }

    @Test
    void twoWrapsOfOnePayloadDiffer() {
        try (Vault.Material material = open(made(KeyShape.AES_256));
                SecretBytes dek = dek(3)) {
            assertThat(material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek)
                            .encode())
                    .isNotEqualTo(material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek)
                            .encode());
        }
    }

    @Test
    void anotherScopeOpensNothing() {
        try (Vault.Material material = open(made(KeyShape.AES_256));
                SecretBytes dek = dek(4)) {
            WrappedDek wrapped = material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek);
            Bytes context = Bytes.copyOf(binding.value().getBytes(StandardCharsets.UTF_8));
            for (Scope other :
                    List.of(Scope.dek(MINT.binding()), Scope.kek(binding), Scope.ping(binding), Scope.rest(context))) {
                assertThatThrownBy(() -> material.unwrap(other, wrapped)).isInstanceOf(EnvelopeDamaged.class);
            }
        }
    }

    @Test
    void anotherVersionOpensNothing() {
        Vault.Made made = made(KeyShape.AES_256);
        Vault.Made next = keep(vault().generate(wish(made.key(), KeyShape.AES_256, false)));
        assertThat(next.key()).isEqualTo(made.key());
        assertThat(next.version()).isNotEqualTo(made.version());
        try (Vault.Material first = open(made);
                Vault.Material second = open(next);
                SecretBytes dek = dek(5)) {
            WrappedDek wrapped = first.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek);
            WrappedDek.Header other = new WrappedDek.Header(
                    next.key(), next.version(), wrapped.header().means());
            WrappedDek relabelled = new WrappedDek(other, wrapped.sealed());

            assertThatThrownBy(() -> second.unwrap(Scope.dek(binding), wrapped)).isInstanceOf(EnvelopeDamaged.class);
            assertThatThrownBy(() -> second.unwrap(Scope.dek(binding), relabelled))
                    .isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void aFlippedBitOpensNothing() {
        try (Vault.Material material = open(made(KeyShape.AES_256));
                SecretBytes dek = dek(6)) {
            WrappedDek wrapped = material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek);
            byte[] sealed = wrapped.sealed().toArray();
            for (int i = 0; i < sealed.length; i++) {
                byte[] damaged = sealed.clone();
                damaged[i] ^= 1;
                WrappedDek other = new WrappedDek(wrapped.header(), Bytes.takeOwnershipOf(damaged));
                assertThatThrownBy(() -> material.unwrap(Scope.dek(binding), other))
                        .isInstanceOf(EnvelopeDamaged.class);
            }
        }
    }

    @Test
    void storedMaterialBelongsToItsKeyAndVersion() {
        Vault.Made made = made(KeyShape.AES_256);
        Bytes stored = made.stored();

        assertUnusable(MINT.key(vaultId), made.version(), stored);
        assertUnusable(made.key(), MINT.keyVersion(vaultId), stored);
        assertUnusable(made.key(), made.version(), Bytes.copyOf(new byte[0]));
        byte[] damaged = stored.toArray();
        damaged[damaged.length - 1] ^= 1;
        assertUnusable(made.key(), made.version(), Bytes.takeOwnershipOf(damaged));
    }

    private void assertUnusable(KeyId key, KeyVersionId version, Bytes stored) {
        assertThatThrownBy(() -> vault().open(key, version, KeyShape.AES_256, stored))
                .isInstanceOf(MaterialUnusable.class);
    }

    @Test
    void aPayloadThatIsNoDataKeyIsRefused() {
        try (Vault.Material material = open(made(KeyShape.AES_256));
                SecretBytes odd = SecretBytes.takeOwnershipOf(new byte[33])) {
            assertThatThrownBy(() -> material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, odd))
                    .isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void closedMaterialDoesNothing() {
        Vault.Material material = open(made(KeyShape.AES_256));
        material.close();
        material.close();
        try (SecretBytes dek = dek(7)) {
            assertThatThrownBy(() -> material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void manyThreadsShareOneMaterial() throws Exception {
        try (Vault.Material material = open(made(KeyShape.AES_256));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                int seed = i;
                tasks.add(() -> {
                    try (SecretBytes dek = dek(seed)) {
                        assertOpens(
                                material,
                                Scope.dek(binding),
                                material.wrap(Scope.dek(binding), EncryptionAlgorithm.AES_256_GCM, dek),
                                seed);
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        }
    }

    /** The shapes that the vault under test does. */
    protected List<KeyShape> shapes() {
        return List.of(
                new KeyShape(Algorithm.AES, 16),
                new KeyShape(Algorithm.AES, 24),
                KeyShape.AES_256,
                new KeyShape(Algorithm.RSA, 256),
                new KeyShape(Algorithm.RSA, 384),
                new KeyShape(Algorithm.RSA, 512),
                new KeyShape(Algorithm.ECDSA, 32),
                new KeyShape(Algorithm.ECDSA, 48),
                new KeyShape(Algorithm.ECDSA, 66));
    }

    /** How keys of a shape encrypt in the vault under test. */
    protected List<EncryptionAlgorithm> encryptions(KeyShape shape) {
        return switch (shape.algorithm()) {
            case AES -> List.of(EncryptionAlgorithm.AES_256_GCM);
            case RSA -> List.of(EncryptionAlgorithm.RSA_OAEP_SHA_1, EncryptionAlgorithm.RSA_OAEP_SHA_256);
            case ECDSA -> List.of();
        };
    }

    /** Whether material may leave the vault under test. */
    protected boolean exports() {
        return true;
    }

    @Test
    void everyShapeEncryptsByItsAlgorithmsAndNoOther() {
        for (KeyShape shape : shapes()) {
            Vault.Made made = made(shape);
            try (Vault.Material material = vault().open(made.key(), made.version(), shape, made.stored());
                    SecretBytes payload = dek(9)) {
                for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
                    if (encryptions(shape).contains(algorithm)) {
                        assertEncrypts(material, made, algorithm, payload);
                    } else {
                        assertThatThrownBy(() -> material.wrap(Scope.dek(binding), algorithm, payload))
                                .as(shape + " by " + algorithm)
                                .isInstanceOf(ProblemException.class);
                    }
                }
            }
        }
    }

    private void assertEncrypts(
            Vault.Material material, Vault.Made made, EncryptionAlgorithm algorithm, SecretBytes payload) {
        WrappedDek wrapped = material.wrap(Scope.kek(binding), algorithm, payload);
        assertThat(wrapped.keyId()).isEqualTo(made.key());
        assertThat(wrapped.keyVersionId()).isEqualTo(made.version());
        assertThat(WrappedDek.parse(wrapped.encode(), Purpose.KEK)).isEqualTo(wrapped);
        assertOpens(material, Scope.kek(binding), wrapped, 9);
        assertThatThrownBy(() -> material.unwrap(Scope.kek(MINT.binding()), wrapped))
                .isInstanceOf(EnvelopeDamaged.class);
        assertThatThrownBy(() -> material.unwrap(Scope.dek(binding), wrapped)).isInstanceOf(EnvelopeDamaged.class);
        byte[] sealed = wrapped.sealed().toArray();
        sealed[sealed.length / 2] ^= 1;
        WrappedDek altered = new WrappedDek(wrapped.header(), Bytes.takeOwnershipOf(sealed));
        assertThatThrownBy(() -> material.unwrap(Scope.kek(binding), altered)).isInstanceOf(EnvelopeDamaged.class);
    }

    @Test
    void everyShapeSignsByItsAlgorithmsAndNoOther() throws Exception {
        for (KeyShape shape : shapes()) {
            Vault.Made made = made(shape);
            assertThat(made.publicKey().isPresent()).isEqualTo(shape.algorithm().signs());
            try (Vault.Material material = vault().open(made.key(), made.version(), shape, made.stored())) {
                for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
                    byte[] message = "a message".getBytes(StandardCharsets.UTF_8);
                    byte[] digest = Signatures.digest(algorithm, message);
                    if (algorithm.fits(shape)) {
                        byte[] signature = material.sign(algorithm, digest).toArray();
                        PublicKey publicKey = PublicKeys.parse(made.publicKey().orElseThrow(), shape.algorithm());
                        assertThat(Signatures.verify(publicKey, algorithm, digest, signature))
                                .as(shape + " by " + algorithm)
                                .isTrue();
                        // What another implementation makes of it, from the message on.
                        assertThat(byJca(publicKey, algorithm, message, signature))
                                .as(shape + " by " + algorithm)
                                .isTrue();
                        digest[0] ^= 1;
                        assertThat(Signatures.verify(publicKey, algorithm, digest, signature))
                                .isFalse();
                    } else {
                        assertThatThrownBy(() -> material.sign(algorithm, digest))
                                .isInstanceOf(ProblemException.class);
                    }
                }
            }
        }
    }

    private static boolean byJca(PublicKey key, SigningAlgorithm algorithm, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        String hash = algorithm.hash().replace("-", "");
        Signature check = Signature.getInstance(
                switch (algorithm.scheme()) {
                    case PSS -> "RSASSA-PSS";
                    case PKCS1 -> hash + "withRSA";
                    case ECDSA -> hash + "withECDSA";
                });
        if (algorithm.scheme() == SigningAlgorithm.Scheme.PSS) {
            check.setParameter(new PSSParameterSpec(
                    algorithm.hash(),
                    "MGF1",
                    new MGF1ParameterSpec(algorithm.hash()),
                    algorithm.digestLength(),
                    PSSParameterSpec.TRAILER_FIELD_BC));
        }
        check.initVerify(key);
        check.update(message);
        return check.verify(signature);
    }

    @Test
    void whatIsExportedIsAdoptedAgainOrNothingLeaves() {
        for (KeyShape shape : shapes()) {
            Vault.Made made = made(shape);
            try (Vault.Material material = vault().open(made.key(), made.version(), shape, made.stored())) {
                if (!exports()) {
                    assertThatThrownBy(material::export).isInstanceOf(ProblemException.class);
                } else if (shape.algorithm() != Algorithm.ECDSA) {
                    try (SecretBytes exported = material.export();
                            SecretBytes payload = dek(3)) {
                        Vault.Made again = vault().adopt(
                                        new Vault.Wish(
                                                made.key(),
                                                made.version(),
                                                shape,
                                                "a key",
                                                ProtectionMode.SOFTWARE,
                                                true),
                                        exported);
                        WrappedDek wrapped = material.wrap(Scope.dek(binding), Encryptions.usual(shape), payload);
                        try (Vault.Material adopted =
                                vault().open(again.key(), again.version(), shape, again.stored())) {
                            assertOpens(adopted, Scope.dek(binding), wrapped, 3);
                        }
                        assertThat(again.publicKey()).isEqualTo(made.publicKey());
                    }
                }
            }
        }
    }

    private static void assertOpens(Vault.Material material, Scope scope, WrappedDek wrapped, int seed) {
        try (SecretBytes opened = material.unwrap(scope, wrapped)) {
            byte[] copy = opened.use(byte[]::clone);
            assertThat(copy).isEqualTo(bytesOf(seed));
        }
    }

    private static SecretBytes dek(int seed) {
        return SecretBytes.takeOwnershipOf(bytesOf(seed));
    }

    private static byte[] bytesOf(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return bytes;
    }
}
