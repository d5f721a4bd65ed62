package io.holdfast.keyservice.rotate;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.KeyVersion.Origin;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.KeyStore.Changed;
import io.holdfast.keyservice.store.KeyStore.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.vault.Vault.Made;
import io.holdfast.keyservice.vault.Vault.Wish;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Makes vaults and keys, and new versions of keys. */
@ApplicationScoped
public class Keys {
    private final KeyStore store;
    private final Vaults vaults;
    private final Ocid.Mint mint;

    public Keys(KeyStore store, Vaults vaults, Ocid.Mint mint) {
        this.store = store;
        this.vaults = vaults;
        this.mint = mint;
    }

    /**
     * @param version the version that the request made
     * @param key as it was right afterwards, or now when the request was a repeated one
     */
    public record Rotated(Stored<KeyVersion> version, MasterKey key) {}

    public Stored<Vault> createVault(
            CompartmentId compartment, String displayName, String type, Tags tags, ChangeRequest request) {
        Caller caller = request.caller();
        VaultId id = mint.vault();
        Vault.Active made = new Vault.Active(
                new Vault.Facts(id, caller.tenancyId(), compartment, displayName, type, mint.key(id), now(), tags));
        return store.create(made, new KeyEvent.VaultCreated(id, compartment, displayName, caller.id()), request);
    }

    /** What a new key shall be. */
    public record KeyWish(
            CompartmentId compartment, String displayName, KeyShape shape, ProtectionMode protectionMode, Tags tags) {}

    /**
     * An ENABLED key with its first version, made by its vault.
     *
     * @throws ProblemException CONFLICT when the vault changed meanwhile, INVALID_PARAMETER for a shape or protection mode
     *     that the vault does not do
     */
    public Stored<MasterKey> createKey(Stored<Vault> in, KeyWish wish, ChangeRequest request) {
        VaultId vaultId = in.value().id();
        io.holdfast.keyservice.vault.Vault vault = vaults.forNew(vaultId, wish.protectionMode());
        Made made = vault.generate(firstOf(vaultId, wish));
        return store(in, wish, made, Origin.INTERNAL, request);
    }

    private Wish firstOf(VaultId vault, KeyWish wish) {
        return new Wish(mint.key(vault), mint.keyVersion(vault), wish.shape(), wish.displayName(), Optional.empty());
    }

    private Stored<MasterKey> store(Stored<Vault> in, KeyWish wish, Made made, Origin origin, ChangeRequest request) {
        Caller caller = request.caller();
        VaultId vaultId = in.value().id();
        Instant now = now();
        MasterKey.Enabled key = new MasterKey.Enabled(new MasterKey.Facts(
                made.key(),
                vaultId,
                caller.tenancyId(),
                wish.compartment(),
                wish.displayName(),
                wish.shape(),
                wish.protectionMode(),
                made.version(),
                1,
                now,
                wish.tags()));
        return store.create(
                key,
                new KeyVersion.Enabled(
                        new KeyVersion.Facts(made.version(), made.key(), 1, now, origin, false, made.publicKey())),
                made.stored(),
                in,
                new KeyEvent.KeyCreated(
                        made.key(),
                        vaultId,
                        wish.compartment(),
                        wish.displayName(),
                        wish.shape().algorithm().name(),
                        wish.shape().length(),
                        wish.protectionMode().name(),
                        made.version(),
                        caller.id()),
                request);
    }

    /**
     * Makes a new version of an ENABLED key current. Concurrent rotations each make one, in some order.
     *
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is not ENABLED,
     *     LIMIT_EXCEEDED when it has {@value MasterKey#MAX_VERSIONS} versions
     */
    public Rotated rotate(KeyId id, ChangeRequest request) {
        MasterKey.Facts facts =
                store.key(id).orElseThrow(ProblemException::notFound).value().facts();
        // One version per request, however many races it takes: a lost race leaves nothing of it behind.
        Made made = vaults.of(facts).generate(nextOf(facts));
        return makeCurrent(facts, made, Origin.INTERNAL, request);
    }

    private Wish nextOf(MasterKey.Facts key) {
        KeyVersionId current = key.currentVersion();
        return new Wish(
                key.id(),
                mint.keyVersion(key.vaultId()),
                key.shape(),
                key.displayName(),
                store.material(key.id(), List.of(current)).getOrDefault(current, Optional.empty()));
    }

    private Rotated makeCurrent(MasterKey.Facts key, Made made, Origin origin, ChangeRequest request) {
        KeyId id = key.id();
        KeyVersionId next = made.version();
        Changed changed = store.change(id, request, seen -> {
            MasterKey.Enabled before = requireEnabled(seen);
            if (before.facts().currentVersionNumber() >= MasterKey.MAX_VERSIONS) {
                throw new ProblemException(
                        ProblemCode.LIMIT_EXCEEDED,
                        "The key has " + MasterKey.MAX_VERSIONS + " versions, the most that a key can have.");
            }
            MasterKey.Enabled after = before.rotate(next);
            long number = after.facts().currentVersionNumber();
            KeyVersion version = new KeyVersion.Enabled(
                    new KeyVersion.Facts(next, id, number, now(), origin, false, made.publicKey()));
            return new Step(
                    after,
                    new KeyEvent.KeyRotated(
                            id,
                            next,
                            number,
                            before.facts().currentVersion(),
                            request.caller().id()),
                    next.value(),
                    KeyStore.putVersion(version, made.stored()));
        });
        KeyVersionId current = changed.replayed().map(KeyVersionId::new).orElse(next);
        return new Rotated(
                store.version(id, current).orElseThrow(ProblemException::notFound),
                changed.key().value());
    }

    private static MasterKey.Enabled requireEnabled(MasterKey key) {
        if (key instanceof MasterKey.Enabled enabled) {
            return enabled;
        }
        throw new ProblemException(
                ProblemCode.CONFLICT, "The key is " + key.lifecycleState() + "; only an ENABLED key can be rotated.");
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
