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
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MeteredVaultTest {
    private static final KeyShape RSA = new KeyShape(KeyShape.Algorithm.RSA, 256);
    private static final KeyId KEY = Samples.MINT.key(Samples.VAULT);
    private static final KeyVersionId VERSION = Samples.MINT.keyVersion(Samples.VAULT);
    private static final Bytes STORED = Bytes.copyOf(new byte[] {1});

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Device device = new Device();
    private final Vault vault = new MeteredVault(MeteredVault.Kind.PKCS11, device, meters);

    /** Does nothing, or fails as it is told; wraps AES in memory. */
    private static final class Device implements Vault {
        private Optional<RuntimeException> failure = Optional.empty();

        private <T> T answer(T answer) {
            failure.ifPresent(e -> {
                throw e;
            });
            return answer;
        }

        @Override
        public Made generate(Wish wish) {
            return answer(new Made(wish.key(), wish.version(), STORED, Optional.empty()));
        }

        @Override
        public Made adopt(Wish wish, SecretBytes material) {
            return generate(wish);
        }

        @Override
        public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
            return answer(new Opened(this));
        }

        @Override
        public void destroy(KeyVersionId version) {
            answer(version);
        }

        @Override
        public boolean holdsMaterial() {
            return true;
        }

        @Override
        public boolean wrapsInMemory(KeyShape shape) {
            return shape.algorithm() == KeyShape.Algorithm.AES;
        }
    }

    private record Opened(Device device) implements Vault.Material {
        @Override
        public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
            return device.answer(new WrappedDek(new WrappedDek.Header(KEY, VERSION), STORED));
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            return device.answer(SecretBytes.copyOf(new byte[] {2}));
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            return device.answer(STORED);
        }

        @Override
        public SecretBytes export() {
            return device.answer(SecretBytes.copyOf(new byte[] {3}));
        }

        @Override
        public void close() {}
    }

    private long calls(String operation, String outcome) {
        return Optional.ofNullable(meters.find("holdfast.vault.calls")
                        .tags("vault", "pkcs11", "operation", operation, "outcome", outcome)
                        .timer())
                .map(Timer::count)
                .orElse(0L);
    }

    private static Vault.Wish wish() {
        return new Vault.Wish(KEY, VERSION, RSA, "a key", ProtectionMode.SOFTWARE, true);
    }

    @Test
    void everyCallIsMeasuredByOperation() {
        try (SecretBytes material = SecretBytes.copyOf(new byte[] {4})) {
            vault.generate(wish());
            vault.adopt(wish(), material);
            try (Vault.Material opened = vault.open(KEY, VERSION, RSA, STORED)) {
                WrappedDek wrapped =
                        opened.wrap(Scope.dek(Samples.MINT.binding()), EncryptionAlgorithm.RSA_OAEP_SHA_256, material);
                opened.unwrap(Scope.dek(Samples.MINT.binding()), wrapped).close();
                opened.sign(SigningAlgorithm.values()[0], new byte[32]);
            }
            vault.destroy(VERSION);
        }
        for (String operation : List.of("generate", "adopt", "open", "wrap", "unwrap", "sign", "destroy")) {
            assertThat(calls(operation, "ok")).as(operation).isEqualTo(1);
        }
        assertThat(meters.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTags())
                        .extracting(Tag::getKey)
                        .containsExactlyInAnyOrder("vault", "operation", "outcome"));
    }

    @Test
    void whatWrapsInMemoryIsHandedOnAsItIs() {
        try (Vault.Material opened = vault.open(KEY, VERSION, KeyShape.AES_256, STORED)) {
            assertThat(opened).isInstanceOf(Opened.class);
        }
        assertThat(calls("open", "ok")).isEqualTo(1);
    }

    static List<Arguments> failures() {
        return List.of(
                Arguments.of(new VaultUnavailable("no answer", null), "unavailable"),
                Arguments.of(ProblemException.invalid("keyShape", "is not for this vault"), "refused"),
                Arguments.of(new EnvelopeDamaged(), "damaged"),
                Arguments.of(new MaterialUnusable(VERSION), "damaged"),
                Arguments.of(new IllegalStateException("a fault"), "error"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failuresPassAndAreMeasuredByOutcome(RuntimeException failure, String outcome) {
        Vault.Material opened = vault.open(KEY, VERSION, RSA, STORED);
        WrappedDek wrapped = new WrappedDek(new WrappedDek.Header(KEY, VERSION), STORED);
        device.failure = Optional.of(failure);

        assertThatThrownBy(() -> opened.unwrap(Scope.dek(Samples.MINT.binding()), wrapped))
                .isSameAs(failure);
        assertThatThrownBy(() -> vault.generate(wish())).isSameAs(failure);

        assertThat(calls("unwrap", outcome)).isEqualTo(1);
        assertThat(calls("generate", outcome)).isEqualTo(1);
    }
}
