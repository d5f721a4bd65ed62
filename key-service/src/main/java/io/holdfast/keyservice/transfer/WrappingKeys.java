package io.holdfast.keyservice.transfer;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.WrappingKeyStore;
import io.holdfast.keyservice.store.WrappingKeyStore.WrappingKey;
import io.holdfast.keyservice.vault.Vault.Made;
import io.holdfast.keyservice.vault.Vault.Wish;
import io.holdfast.keyservice.vault.Vaults;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The key under which customers wrap the material that they bring (OCI KMS, getWrappingKey): RSA of 4,096 bits, made when it
 * is first asked for. Its private half is software, sealed under the root key.
 *
 * <p>One per tenancy, which all its vaults show as theirs: neither getWrappingKey nor importKey names a vault, so a key per
 * vault would leave a client guessing which one the two requests mean.
 */
@ApplicationScoped
public class WrappingKeys {
    /** Bytes in its modulus. */
    static final int LENGTH = 512;

    private static final KeyShape SHAPE = new KeyShape(KeyShape.Algorithm.RSA, LENGTH);

    private final WrappingKeyStore store;
    private final Vaults vaults;
    private final Ocid.Mint mint;

    public WrappingKeys(WrappingKeyStore store, Vaults vaults, Ocid.Mint mint) {
        this.store = store;
        this.vaults = vaults;
        this.mint = mint;
    }

    /** The wrapping key of a vault's tenancy. Of several requests that make the first one, one is recorded and all answer it. */
    public WrappingKey of(Vault vault) {
        return store.find(vault.facts().tenancyId()).orElseGet(() -> make(vault));
    }

    private WrappingKey make(Vault vault) {
        KeyId key = mint.key(vault.id());
        KeyVersionId version = mint.keyVersion(vault.id());
        Made made =
                vaults.builtIn().generate(new Wish(key, version, SHAPE, "wrapping key", ProtectionMode.SOFTWARE, true));
        return store.recordFirst(
                vault.facts().tenancyId(),
                new WrappingKey(
                        key,
                        version,
                        made.stored(),
                        made.publicKey().orElseThrow(),
                        Instant.now().truncatedTo(ChronoUnit.MILLIS)),
                made.alongside());
    }

    /** The private half in PKCS#8 form, owned by the caller. */
    SecretBytes privateHalf(Vault vault) {
        WrappingKey key = of(vault);
        Bytes stored = key.stored();
        try (var material = vaults.builtIn().open(key.id(), key.version(), SHAPE, stored)) {
            return material.export();
        }
    }
}
