package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import org.junit.jupiter.api.Test;

class BuiltInVaultTest extends VaultContract {
    private final Vault vault = new BuiltInVault(TestRootKeys.of(1));

    @Override
    protected Vault vault() {
        return vault;
    }

    @Test
    void anotherRootKeyOpensNothing() {
        VaultId vaultId = MINT.vault();
        KeyId key = MINT.key(vaultId);
        KeyVersionId version = MINT.keyVersion(vaultId);
        Bytes stored = vault.generate(
                        new Vault.Wish(key, version, KeyShape.AES_256, "a key", ProtectionMode.SOFTWARE, true))
                .stored();

        assertThatThrownBy(() -> new BuiltInVault(TestRootKeys.of(2)).open(key, version, KeyShape.AES_256, stored))
                .isInstanceOf(MaterialUnusable.class)
                .hasMessageContaining(version.value());
    }

    @Test
    void nothingPrintsTheRootKey() {
        assertThat(TestRootKeys.key(1).toString()).isEqualTo("RootKey[redacted]");
        assertThat(TestRootKeys.of(1).toString()).isEqualTo("RootKeys[redacted]");
    }
}
