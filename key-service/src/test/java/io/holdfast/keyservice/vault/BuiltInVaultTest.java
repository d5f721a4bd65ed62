package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BuiltInVaultTest extends VaultContract {
    private final Vault vault = new BuiltInVault(root(1));

    @Override
    protected Vault vault() {
        return vault;
    }

    static RootKey root(int seed) {
        byte[] bytes = new byte[RootKey.LENGTH];
        Arrays.fill(bytes, (byte) seed);
        return RootKey.takeOwnershipOf(SecretBytes.takeOwnershipOf(bytes));
    }

    @Test
    void anotherRootKeyOpensNothing() {
        VaultId vaultId = MINT.vault();
        KeyId key = MINT.key(vaultId);
        KeyVersionId version = MINT.keyVersion(vaultId);
        Bytes stored = vault.generate(new Vault.Wish(key, version, KeyShape.AES_256, "a key", Optional.empty()))
                .stored();

        assertThatThrownBy(() -> new BuiltInVault(root(2)).open(key, version, KeyShape.AES_256, stored))
                .isInstanceOf(MaterialUnusable.class)
                .hasMessageContaining(version.value());
    }

    @Test
    void nothingPrintsTheRootKey() {
        assertThat(root(1).toString()).isEqualTo("RootKey[redacted]");
    }
}
