package io.holdfast.keyservice.rotate;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.KeyStore.Changed;
import io.holdfast.keyservice.store.KeyStore.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Makes vaults and keys, and new versions of keys. */
@ApplicationScoped
public class Keys {
    private final KeyStore store;
    private final io.holdfast.keyservice.vault.Vault vault;
    private final Ocid.Mint mint;

    public Keys(KeyStore store, io.holdfast.keyservice.vault.Vault vault, Ocid.Mint mint) {
        this.store = store;
        this.vault = vault;
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

    /**
     * An ENABLED key with its first version.
     *
     * @throws ProblemException CONFLICT when the vault changed meanwhile
     */
    public Stored<MasterKey> createKey(
            Stored<Vault> in,
            CompartmentId compartment,
            String displayName,
            KeyShape shape,
            Tags tags,
            ChangeRequest request) {
        Caller caller = request.caller();
        VaultId vaultId = in.value().id();
        KeyId id = mint.key(vaultId);
        KeyVersionId first = mint.keyVersion(vaultId);
        Instant now = now();
        MasterKey.Enabled key = new MasterKey.Enabled(new MasterKey.Facts(
                id,
                vaultId,
                caller.tenancyId(),
                compartment,
                displayName,
                shape,
                ProtectionMode.SOFTWARE,
                first,
                1,
                now,
                tags));
        return store.create(
                key,
                new KeyVersion(first, id, 1, now),
                vault.generate(id, first),
                in,
                new KeyEvent.KeyCreated(
                        id,
                        vaultId,
                        compartment,
                        displayName,
                        shape.algorithm().name(),
                        shape.length(),
                        ProtectionMode.SOFTWARE.name(),
                        first,
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
        // One version per request, however many races it takes: a lost race leaves nothing of it behind.
        KeyVersionId next = mint.keyVersion(vaultOf(id));
        Bytes material = vault.generate(id, next);
        Changed changed = store.change(id, request, seen -> {
            MasterKey.Enabled before = requireEnabled(seen);
            if (before.facts().currentVersionNumber() >= MasterKey.MAX_VERSIONS) {
                throw new ProblemException(
                        ProblemCode.LIMIT_EXCEEDED,
                        "The key has " + MasterKey.MAX_VERSIONS + " versions, the most that a key can have.");
            }
            MasterKey.Enabled after = before.rotate(next);
            long number = after.facts().currentVersionNumber();
            return new Step(
                    after,
                    new KeyEvent.KeyRotated(
                            id,
                            next,
                            number,
                            before.facts().currentVersion(),
                            request.caller().id()),
                    next.value(),
                    KeyStore.putVersion(new KeyVersion(next, id, number, now()), material));
        });
        KeyVersionId made = changed.replayed().map(KeyVersionId::new).orElse(next);
        return new Rotated(
                store.version(id, made).orElseThrow(ProblemException::notFound),
                changed.key().value());
    }

    private VaultId vaultOf(KeyId id) {
        return store.key(id)
                .orElseThrow(ProblemException::notFound)
                .value()
                .facts()
                .vaultId();
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
