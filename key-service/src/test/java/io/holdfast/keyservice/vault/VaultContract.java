package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.envelope.EnvelopeDamaged;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link Vault} must do. An adapter's test extends this and gives its vault. */
abstract class VaultContract {
    protected static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final VaultId vaultId = MINT.vault();
    private final KeyId key = MINT.key(vaultId);
    private final KeyVersionId version = MINT.keyVersion(vaultId);
    private final BindingId binding = MINT.binding();

    /** The vault under test; the same one at every call within a test. */
    protected abstract Vault vault();

    @Test
    void whatItWrapsItUnwraps() {
        Bytes stored = vault().generate(key, version);
        try (Vault.Material material = vault().open(key, version, stored);
                SecretBytes dek = dek(1)) {
            WrappedDek wrapped = material.wrap(Scope.dek(binding), dek);

            assertThat(wrapped.keyId()).isEqualTo(key);
            assertThat(wrapped.keyVersionId()).isEqualTo(version);
            assertThat(wrapped.encode().length()).isLessThanOrEqualTo(WrappedDek.MAX_LENGTH);
            assertOpens(material, Scope.dek(binding), wrapped, 1);
        }
    }

    @Test
    void itOpensAgainAfterItWasClosed() {
        Bytes stored = vault().generate(key, version);
        WrappedDek wrapped;
        try (Vault.Material material = vault().open(key, version, stored);
                SecretBytes dek = dek(2)) {
            wrapped = material.wrap(Scope.dek(binding), dek);
        }
        try (Vault.Material again = vault().open(key, version, stored)) {
            assertOpens(again, Scope.dek(binding), wrapped, 2);
        }
    }

    @Test
    void twoWrapsOfOnePayloadDiffer() {
        try (Vault.Material material = vault().open(key, version, vault().generate(key, version));
                SecretBytes dek = dek(3)) {
            assertThat(material.wrap(Scope.dek(binding), dek).encode())
                    .isNotEqualTo(material.wrap(Scope.dek(binding), dek).encode());
        }
    }

    @Test
    void anotherScopeOpensNothing() {
        try (Vault.Material material = vault().open(key, version, vault().generate(key, version));
                SecretBytes dek = dek(4)) {
            WrappedDek wrapped = material.wrap(Scope.dek(binding), dek);
            Bytes context = Bytes.copyOf(binding.value().getBytes(StandardCharsets.UTF_8));
            for (Scope other :
                    List.of(Scope.dek(MINT.binding()), Scope.kek(binding), Scope.ping(binding), Scope.rest(context))) {
                assertThatThrownBy(() -> material.unwrap(other, wrapped)).isInstanceOf(EnvelopeDamaged.class);
            }
        }
    }

    @Test
    void anotherVersionOpensNothing() {
        KeyVersionId next = MINT.keyVersion(vaultId);
        try (Vault.Material first = vault().open(key, version, vault().generate(key, version));
                Vault.Material second = vault().open(key, next, vault().generate(key, next));
                SecretBytes dek = dek(5)) {
            WrappedDek wrapped = first.wrap(Scope.dek(binding), dek);
            WrappedDek relabelled = new WrappedDek(new WrappedDek.Header(key, next), wrapped.sealed());

            assertThatThrownBy(() -> second.unwrap(Scope.dek(binding), wrapped)).isInstanceOf(EnvelopeDamaged.class);
            assertThatThrownBy(() -> second.unwrap(Scope.dek(binding), relabelled))
                    .isInstanceOf(EnvelopeDamaged.class);
        }
    }

    @Test
    void aFlippedBitOpensNothing() {
        try (Vault.Material material = vault().open(key, version, vault().generate(key, version));
                SecretBytes dek = dek(6)) {
            WrappedDek wrapped = material.wrap(Scope.dek(binding), dek);
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
        Bytes stored = vault().generate(key, version);
        KeyId otherKey = MINT.key(vaultId);
        KeyVersionId otherVersion = MINT.keyVersion(vaultId);

        assertThatThrownBy(() -> vault().open(otherKey, version, stored)).isInstanceOf(MaterialUnusable.class);
        assertThatThrownBy(() -> vault().open(key, otherVersion, stored)).isInstanceOf(MaterialUnusable.class);
        assertThatThrownBy(() -> vault().open(key, version, Bytes.copyOf(new byte[0])))
                .isInstanceOf(MaterialUnusable.class);
        byte[] damaged = stored.toArray();
        damaged[damaged.length - 1] ^= 1;
        assertThatThrownBy(() -> vault().open(key, version, Bytes.takeOwnershipOf(damaged)))
                .isInstanceOf(MaterialUnusable.class);
    }

    @Test
    void aPayloadThatIsNoDataKeyIsRefused() {
        try (Vault.Material material = vault().open(key, version, vault().generate(key, version));
                SecretBytes odd = SecretBytes.takeOwnershipOf(new byte[33])) {
            assertThatThrownBy(() -> material.wrap(Scope.dek(binding), odd)).isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void closedMaterialDoesNothing() {
        Vault.Material material = vault().open(key, version, vault().generate(key, version));
        material.close();
        material.close();
        try (SecretBytes dek = dek(7)) {
            assertThatThrownBy(() -> material.wrap(Scope.dek(binding), dek)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void manyThreadsShareOneMaterial() throws Exception {
        try (Vault.Material material = vault().open(key, version, vault().generate(key, version));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                int seed = i;
                tasks.add(() -> {
                    try (SecretBytes dek = dek(seed)) {
                        assertOpens(material, Scope.dek(binding), material.wrap(Scope.dek(binding), dek), seed);
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
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
