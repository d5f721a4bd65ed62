package io.holdfast.keyservice.crypto;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Means;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.LastUseStore.By;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.usage.LastUses;
import io.holdfast.keyservice.vault.Encryptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients encrypt over REST. The ciphertext is a wrapped DEK of purpose REST: versioned, naming key and key version,
 * and of no use to {@link BindingCrypto}, as nothing of its is to this.
 */
@ApplicationScoped
public class ClientCrypto {
    private final KeyMaterial material;
    private final LastUses lastUses;
    private final SecureRandom random = new SecureRandom();

    public ClientCrypto(KeyMaterial material, LastUses lastUses) {
        this.lastUses = lastUses;
        this.material = material;
    }

    public record Encrypted(Bytes ciphertext, KeyVersionId version, EncryptionAlgorithm algorithm) {}

    /** @param plaintext owned by the receiver */
    public record Decrypted(SecretBytes plaintext, KeyVersionId version, EncryptionAlgorithm algorithm) {}

    /** @param plaintext owned by the receiver */
    public record Generated(Bytes ciphertext, SecretBytes plaintext, KeyVersionId version) {}

    /**
     * @param key as just read
     * @param version null for the current one
     * @param algorithm null for the one that is usual for the key's shape
     * @param plaintext 1 to 4,096 bytes; stays the caller's
     * @throws ProblemException CONFLICT when the key is not ENABLED, INVALID_PARAMETER for a version that is not the key's
     */
    public Encrypted encrypt(
            Stored<MasterKey> key,
            @Nullable KeyVersionId version,
            @Nullable EncryptionAlgorithm algorithm,
            Map<String, String> associatedData,
            SecretBytes plaintext) {
        MasterKey.Enabled enabled = KeyMaterial.requireEnabled(key.value());
        EncryptionAlgorithm by = requireFits(enabled, algorithm);
        KeyVersionId under = version == null ? enabled.facts().currentVersion() : version;
        Scope scope = Scope.rest(canonical(associatedData));
        Encrypted encrypted = material.use(
                key,
                under,
                opened -> new Encrypted(opened.wrap(scope, by, plaintext).encode(), under, by));
        lastUses.note(enabled.id(), under, By.CLIENTS);
        return encrypted;
    }

    /**
     * @param version null, or the version that the ciphertext must be of
     * @throws ProblemException CONFLICT when the key is not ENABLED, INVALID_PARAMETER, with one message for every cause,
     *     when the ciphertext is not of this key, version and associated data
     */
    public Decrypted decrypt(
            Stored<MasterKey> key,
            @Nullable KeyVersionId version,
            @Nullable EncryptionAlgorithm algorithm,
            Map<String, String> associatedData,
            Bytes ciphertext) {
        MasterKey.Enabled enabled = KeyMaterial.requireEnabled(key.value());
        requireFits(enabled, algorithm);
        try {
            WrappedDek wrapped = WrappedDek.parse(ciphertext, Purpose.REST);
            if (!wrapped.keyId().equals(enabled.id())
                    || (version != null && !wrapped.keyVersionId().equals(version))
                    || (algorithm != null && algorithmOf(wrapped) != algorithm)) {
                throw new EnvelopeDamaged();
            }
            Scope scope = Scope.rest(canonical(associatedData));
            Decrypted decrypted = material.use(
                    key,
                    wrapped.keyVersionId(),
                    opened ->
                            new Decrypted(opened.unwrap(scope, wrapped), wrapped.keyVersionId(), algorithmOf(wrapped)),
                    EnvelopeDamaged::new);
            lastUses.note(enabled.id(), wrapped.keyVersionId(), By.CLIENTS);
            return decrypted;
        } catch (EnvelopeDamaged e) {
            throw ProblemException.invalid(
                    "ciphertext", "was not made by this key with this associatedData, or was altered");
        }
    }

    /**
     * A new random key, also encrypted as by {@link #encrypt} under the current version.
     *
     * @param length in bytes
     */
    public Generated generate(Stored<MasterKey> key, int length, Map<String, String> associatedData) {
        byte[] made = new byte[length];
        random.nextBytes(made);
        SecretBytes plaintext = SecretBytes.takeOwnershipOf(made);
        try {
            Encrypted encrypted = encrypt(key, null, null, associatedData, plaintext);
            return new Generated(encrypted.ciphertext(), plaintext, encrypted.version());
        } catch (RuntimeException e) {
            plaintext.close();
            throw e;
        }
    }

    /** The algorithm that was asked for, else the usual one, which keys of this shape must encrypt by. */
    private static EncryptionAlgorithm requireFits(MasterKey key, @Nullable EncryptionAlgorithm asked) {
        EncryptionAlgorithm by = asked == null ? Encryptions.usual(key.facts().shape()) : asked;
        Encryptions.requireFits(key.facts().shape(), by);
        return by;
    }

    /** What is not made by the vault itself is made by AES material in memory. */
    private static EncryptionAlgorithm algorithmOf(WrappedDek wrapped) {
        return wrapped.header().means() instanceof Means.ByVault vault
                ? vault.algorithm()
                : EncryptionAlgorithm.AES_256_GCM;
    }

    /**
     * One encoding of a map, whatever the order of its entries: by key, each key and value as its length in four octets
     * and its UTF-8.
     */
    static Bytes canonical(Map<String, String> associatedData) {
        SortedMap<String, String> sorted = new TreeMap<>(associatedData);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(out)) {
            for (Map.Entry<String, String> entry : sorted.entrySet()) {
                write(data, entry.getKey());
                write(data, entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return Bytes.takeOwnershipOf(out.toByteArray());
    }

    private static void write(DataOutputStream data, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        data.writeInt(utf8.length);
        data.write(utf8);
    }
}
