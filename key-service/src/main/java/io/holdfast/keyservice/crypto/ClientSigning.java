package io.holdfast.keyservice.crypto;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.LastUseStore.By;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.usage.LastUses;
import io.holdfast.keyservice.vault.PublicKeys;
import io.holdfast.keyservice.vault.Signatures;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Signatures that clients ask for over REST, made by the vault and verified with the version's public key. */
@ApplicationScoped
public class ClientSigning {
    private final KeyMaterial material;
    private final KeyStore store;
    private final LastUses lastUses;

    public ClientSigning(KeyMaterial material, KeyStore store, LastUses lastUses) {
        this.lastUses = lastUses;
        this.material = material;
        this.store = store;
    }

    public record Signed(Bytes signature, KeyVersionId version) {}

    /**
     * @param key as just read
     * @param version null for the current one
     * @param digest as long as the algorithm's hash makes it
     * @throws ProblemException CONFLICT when key or version is not ENABLED, INVALID_PARAMETER for a version that is not the
     *     key's, or an algorithm that is not for keys of its shape
     */
    public Signed sign(
            Stored<MasterKey> key, @Nullable KeyVersionId version, SigningAlgorithm algorithm, byte[] digest) {
        MasterKey.Enabled enabled = KeyMaterial.requireEnabled(key.value());
        Signatures.requireFits(enabled.facts().shape(), algorithm);
        KeyVersionId under = version == null ? enabled.facts().currentVersion() : version;
        Signed signed = material.use(key, under, opened -> new Signed(opened.sign(algorithm, digest), under));
        lastUses.note(enabled.id(), under, By.CLIENTS);
        return signed;
    }

    /**
     * Whether the signature is that version's over this digest.
     *
     * @throws ProblemException as {@link #sign}
     */
    public boolean verify(
            Stored<MasterKey> key, KeyVersionId version, SigningAlgorithm algorithm, byte[] digest, byte[] signature) {
        MasterKey.Enabled enabled = KeyMaterial.requireEnabled(key.value());
        Signatures.requireFits(enabled.facts().shape(), algorithm);
        KeyVersion found =
                store.version(enabled.id(), version).map(Stored::value).orElseThrow(KeyMaterial::noSuchVersion);
        if (!(found instanceof KeyVersion.Enabled)) {
            throw KeyMaterial.notEnabled(found, enabled);
        }
        String publicKey = found.facts()
                .publicKey()
                .orElseThrow(() -> new IllegalStateException("a version that signs has no public key"));
        lastUses.note(enabled.id(), version, By.CLIENTS);
        return Signatures.verify(
                PublicKeys.parse(publicKey, enabled.facts().shape().algorithm()), algorithm, digest, signature);
    }
}
