package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.TestStore;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.health.HsmReadiness;
import io.holdfast.keyservice.vault.Vault.Made;
import io.holdfast.keyservice.vault.Vault.Wish;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PKCS#11 vault on a SoftHSM token. */
class Pkcs11VaultTest extends VaultContract {
    private static TestStore etcd;
    private static Pkcs11Device device;
    private static Pkcs11Vault vault;

    private final VaultId vaultId = MINT.vault();
    private final KeyId key = MINT.key(vaultId);

    @BeforeAll
    static void open() {
        etcd = TestStore.open();
        device = Pkcs11Device.open(
                new Config(SoftHsm.token().library(), SoftHsm.token().pinFile()));
        vault = new Pkcs11Vault(device, new UseBudget(etcd.store()));
    }

    /** The token of this JVM. */
    static Pkcs11Device openDevice() {
        return Pkcs11Device.open(
                new Config(SoftHsm.token().library(), SoftHsm.token().pinFile()));
    }

    @AfterAll
    static void close() {
        device.close();
        etcd.close();
    }

    private record Config(Path file, Path pin, Duration timeout) implements KeysConfig.Hsm {
        Config(Path file, Path pin) {
            this(file, pin, Duration.ofMinutes(1));
        }

        @Override
        public Optional<Path> library() {
            return Optional.of(file);
        }

        @Override
        public OptionalLong slot() {
            return OptionalLong.empty();
        }

        @Override
        public int slotListIndex() {
            return 0;
        }

        @Override
        public Optional<Path> pinFile() {
            return Optional.of(pin);
        }

        @Override
        public int threads() {
            return 2;
        }
    }

    @Override
    protected Vault vault() {
        return vault;
    }

    @Override
    protected boolean exports() {
        return false;
    }

    @Test
    void nothingThatIsMadeInsideCanBeReadOut() throws Exception {
        for (KeyShape shape : shapes()) {
            KeyVersionId version = MINT.keyVersion(vaultId);
            vault.generate(wish(version, shape));
            assertStaysInside(version, shape);
        }
    }

    private void assertStaysInside(KeyVersionId version, KeyShape shape) throws Exception {
        Key found = device.call(() -> shape.algorithm() == Algorithm.AES
                ? device.secretKey(version.value()).orElseThrow()
                : device.privateKey(version.value()).orElseThrow());
        assertThat(found.getEncoded()).isNull();
        assertThat(found.toString()).contains("token object").contains("sensitive, unextractable");
    }

    @Test
    void whatACustomerBringsDoesWhatItDidOutsideAndStaysInside() throws Exception {
        SecretBytes aes = SecretBytes.takeOwnershipOf(new byte[32]);
        KeyVersionId version = MINT.keyVersion(vaultId);
        Made adopted = vault.adopt(wish(version, KeyShape.AES_256), aes);
        assertWorks(version, KeyShape.AES_256, adopted.stored());
        assertStaysInside(version, KeyShape.AES_256);

        KeyShape rsa = new KeyShape(Algorithm.RSA, 256);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var pair = generator.generateKeyPair();
        KeyVersionId second = MINT.keyVersion(vaultId);
        Made brought = vault.adopt(
                wish(second, rsa), SecretBytes.takeOwnershipOf(pair.getPrivate().getEncoded()));
        assertThat(brought.publicKey()).contains(PublicKeys.pem(pair.getPublic()));
        assertWorks(second, rsa, brought.stored());
        assertStaysInside(second, rsa);

        // SunPKCS11 would rename the first one's object.
        SecretBytes again = SecretBytes.takeOwnershipOf(pair.getPrivate().getEncoded());
        assertThatThrownBy(() -> vault.adopt(wish(MINT.keyVersion(vaultId), rsa), again))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ProblemCode.CONFLICT));
        assertWorks(second, rsa, brought.stored());

        try (SecretBytes odd = SecretBytes.takeOwnershipOf(new byte[31])) {
            assertThatThrownBy(() -> vault.adopt(wish(MINT.keyVersion(vaultId), KeyShape.AES_256), odd))
                    .isInstanceOf(ProblemException.class);
        }
    }

    private void assertWorks(KeyVersionId version, KeyShape shape, Bytes stored) {
        Scope scope = Scope.kek(MINT.binding());
        try (Vault.Material material = vault.open(key, version, shape, stored);
                SecretBytes payload = SecretBytes.takeOwnershipOf(new byte[32])) {
            WrappedDek wrapped = material.wrap(scope, Encryptions.usual(shape), payload);
            try (SecretBytes opened = material.unwrap(scope, wrapped)) {
                assertThat(opened.<byte[]>use(byte[]::clone)).containsOnly(0);
            }
        }
    }

    @Test
    void anotherProcessFindsWhatThisOneMadeAndNotWhatItDestroyed() {
        Pkcs11Device before = openDevice();
        try {
            Vault other = new Pkcs11Vault(before, new UseBudget(etcd.store()));
            for (KeyShape shape : new KeyShape[] {KeyShape.AES_256, new KeyShape(Algorithm.ECDSA, 32)}) {
                KeyVersionId version = MINT.keyVersion(vaultId);
                Bytes stored = vault.generate(wish(version, shape)).stored();
                other.open(key, version, shape, stored).close();

                vault.destroy(version);
                vault.destroy(version);

                assertThatThrownBy(() -> vault.open(key, version, shape, stored))
                        .isInstanceOf(MaterialUnusable.class);
            }
        } finally {
            before.close();
        }
    }

    @Test
    void aVersionEncryptsNoMoreThanItsBudgetAndDecryptsStill() {
        Vault strict = new Pkcs11Vault(device, new UseBudget(etcd.store(), UseBudget.BLOCK + 2));
        KeyVersionId version = MINT.keyVersion(vaultId);
        Bytes stored = strict.generate(wish(version, KeyShape.AES_256)).stored();
        UseBudget elsewhere = new UseBudget(etcd.store(), UseBudget.BLOCK + 2);
        elsewhere.take(version); // Takes all but two.
        Scope scope = Scope.kek(MINT.binding());
        try (Vault.Material material = strict.open(key, version, KeyShape.AES_256, stored);
                SecretBytes payload = SecretBytes.takeOwnershipOf(new byte[32])) {
            WrappedDek wrapped = material.wrap(scope, EncryptionAlgorithm.AES_256_GCM, payload);
            material.wrap(scope, EncryptionAlgorithm.AES_256_GCM, payload);

            assertThatThrownBy(() -> material.wrap(scope, EncryptionAlgorithm.AES_256_GCM, payload))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("rotate the key");
            material.unwrap(scope, wrapped).close();
        }
    }

    @Test
    void aDeviceThatDoesNotAnswerInTimeIsUnavailableAndServesAgain() throws Exception {
        Pkcs11Device slow = Pkcs11Device.open(
                new Config(SoftHsm.token().library(), SoftHsm.token().pinFile(), Duration.ofMillis(200)));
        CountDownLatch held = new CountDownLatch(1);
        try {
            assertThatThrownBy(() -> slow.call(() -> {
                        try {
                            return held.await(30, java.util.concurrent.TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            return false;
                        }
                    }))
                    .isInstanceOf(VaultUnavailable.class);
            Await.atMostSeconds(30)
                    .until(
                            "it serves again",
                            () -> slow.<String>call(() -> "again").equals("again"));
        } finally {
            held.countDown();
            slow.close();
        }
    }

    @Test
    void aSecretThatComesTooLateIsWiped() {
        Pkcs11Device slow = Pkcs11Device.open(
                new Config(SoftHsm.token().library(), SoftHsm.token().pinFile(), Duration.ofMillis(200)));
        Semaphore held = new Semaphore(0);
        byte[] late = {1, 2, 3};
        try {
            assertThatThrownBy(() -> slow.call(() -> {
                        held.acquireUninterruptibly();
                        return SecretBytes.takeOwnershipOf(late);
                    }))
                    .isInstanceOf(VaultUnavailable.class);
            held.release();
            Await.atMostSeconds(30).until("the secret is wiped", () -> late[0] == 0 && late[1] == 0 && late[2] == 0);
        } finally {
            held.release();
            slow.close();
        }
    }

    @Test
    void aLookFindsADeviceThatDoesNotAnswerAndIsReadyAllTheSame() {
        Pkcs11Device slow = Pkcs11Device.open(
                new Config(SoftHsm.token().library(), SoftHsm.token().pinFile(), Duration.ofMillis(200)));
        HsmReadiness readiness = readiness(slow);
        Semaphore held = new Semaphore(0);
        try {
            awaitAnswer(readiness);
            AtomicInteger threads = new AtomicInteger();
            Await.atMostSeconds(30).until("both threads are held", () -> {
                assertThatThrownBy(() -> slow.call(() -> {
                            threads.incrementAndGet();
                            held.acquireUninterruptibly();
                            return held;
                        }))
                        .isInstanceOf(VaultUnavailable.class);
                return threads.get() == 2;
            });
            assertAway(readiness.call());
            held.release(2);
            awaitAnswer(readiness);
        } finally {
            held.release(2);
            slow.close();
        }
    }

    @Test
    void aLookFindsThatTheLoginIsLostAndBringsItBack() throws Exception {
        HsmReadiness readiness = readiness(device);
        awaitAnswer(readiness);
        // As a token that was restarted.
        ((AuthProvider) device.provider()).logout();
        assertAway(readiness.call());
        awaitAnswer(readiness);
    }

    /** Not at the first look in any case: this machine may stand still for longer than a look may take. */
    private static void awaitAnswer(HsmReadiness readiness) {
        Await.atMostSeconds(30)
                .until("the device answers", () -> readiness.call().getData().isEmpty());
    }

    private static HsmReadiness readiness(Pkcs11Device device) {
        return new HsmReadiness(new VaultStart.Hsm(Optional.of(device)));
    }

    private static void assertAway(HealthCheckResponse answer) {
        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(answer.getData()).contains(Map.of("trouble", "HSM_UNAVAILABLE"));
    }

    @Test
    void aWrongPinOrLibraryIsRefusedWithWhatToDo(@TempDir Path directory) throws Exception {
        Path wrong = Files.writeString(directory.resolve("pin"), "0000\n");
        Path none = directory.resolve("none");

        assertThatThrownBy(() -> Pkcs11Device.open(new Config(none, wrong)))
                .isInstanceOf(HsmRefused.class)
                .hasMessageContaining("holdfast.keys.hsm.library");
        assertThatThrownBy(() -> Pkcs11Device.open(new Config(SoftHsm.token().library(), none)))
                .isInstanceOf(HsmRefused.class)
                .hasMessageContaining("holdfast.keys.hsm.pin-file");
    }

    @Test
    void whatTheSoftwareVaultWrapsIsNotTheHsms() {
        KeyVersionId version = MINT.keyVersion(vaultId);
        Bytes stored = vault.generate(wish(version, KeyShape.AES_256)).stored();
        Vault software = new BuiltInVault(TestRootKeys.of(1));
        Scope scope = Scope.kek(MINT.binding());
        try (Vault.Material inside = vault.open(key, version, KeyShape.AES_256, stored);
                Vault.Material outside = software.open(
                        key,
                        version,
                        KeyShape.AES_256,
                        software.generate(wish(version, KeyShape.AES_256)).stored());
                SecretBytes payload = SecretBytes.takeOwnershipOf(new byte[32])) {
            WrappedDek ours = inside.wrap(scope, EncryptionAlgorithm.AES_256_GCM, payload);
            WrappedDek theirs = outside.wrap(scope, EncryptionAlgorithm.AES_256_GCM, payload);

            assertThatThrownBy(() -> outside.unwrap(scope, ours)).isInstanceOf(EnvelopeDamaged.class);
            assertThatThrownBy(() -> inside.unwrap(scope, theirs)).isInstanceOf(EnvelopeDamaged.class);
        }
    }

    private Wish wish(KeyVersionId version, KeyShape shape) {
        return new Wish(key, version, shape, "a key", ProtectionMode.HSM, true);
    }
}
