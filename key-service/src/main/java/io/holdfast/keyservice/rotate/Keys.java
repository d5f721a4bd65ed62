package io.holdfast.keyservice.rotate;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.KeyVersion.Origin;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.Changed;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.RotationIndex;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.vault.Vault.Made;
import io.holdfast.keyservice.vault.Vault.Wish;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.BiFunction;

/** Makes vaults and keys, and new versions of keys. */
@ApplicationScoped
public class Keys {
    private final KeyStore store;
    private final VaultStore vaultStore;
    private final Vaults vaults;
    private final Destructions destructions;
    private final Ocid.Mint mint;

    public Keys(KeyStore store, VaultStore vaultStore, Vaults vaults, Destructions destructions, Ocid.Mint mint) {
        this.destructions = destructions;
        this.vaultStore = vaultStore;
        this.store = store;
        this.vaults = vaults;
        this.mint = mint;
    }

    /**
     * @param version the version that the request made
     * @param key as it was right afterwards, or now when the request was a repeated one
     */
    public record Rotated(Stored<KeyVersion> version, MasterKey key) {}

    /** @param tenancy of the compartment, whoever asks */
    public Stored<Vault> createVault(
            TenancyId tenancy,
            CompartmentId compartment,
            String displayName,
            String type,
            Tags tags,
            ChangeRequest request) {
        Caller caller = request.caller();
        VaultId id = mint.vault();
        Vault.Active made = new Vault.Active(
                new Vault.Facts(id, tenancy, compartment, displayName, type, mint.key(id), now(), tags));
        return vaultStore.create(made, new KeyEvent.VaultCreated(id, compartment, displayName, caller.id()), request);
    }

    /**
     * What a new key shall be; see {@link MasterKey.Facts}.
     *
     * @param tenancy of the compartment, whoever asks and whichever vault makes it
     */
    public record KeyWish(
            TenancyId tenancy,
            CompartmentId compartment,
            String displayName,
            KeyShape shape,
            ProtectionMode protectionMode,
            Tags tags,
            boolean exportable,
            Optional<RotationSchedule> rotation) {}

    /**
     * An ENABLED key with its first version, made by its vault.
     *
     * @throws ProblemException CONFLICT when the vault changed meanwhile, INVALID_PARAMETER for a shape or protection mode
     *     that the vault does not do
     */
    public Stored<MasterKey> createKey(Stored<Vault> in, KeyWish wish, ChangeRequest request) {
        return make(in, wish, Origin.INTERNAL, request, Making::generate);
    }

    /**
     * An ENABLED key of material that the customer made.
     *
     * @param material of an AES key its bytes, of an RSA key its PKCS#8 form; stays the caller's
     * @throws ProblemException as {@link #createKey}, and INVALID_PARAMETER for material that is not of the shape
     */
    public Stored<MasterKey> importKey(Stored<Vault> in, KeyWish wish, SecretBytes material, ChangeRequest request) {
        return make(in, wish, Origin.EXTERNAL, request, (making, version) -> making.adopt(version, material));
    }

    /** Nothing is made again that an earlier request with the same retry token made. */
    private Stored<MasterKey> make(
            Stored<Vault> in,
            KeyWish wish,
            Origin origin,
            ChangeRequest request,
            BiFunction<Making, Wish, Made> maker) {
        Optional<String> before = request.attempt().get().replay();
        if (before.isPresent()) {
            return store.key(new KeyId(before.get())).orElseThrow(ProblemException::notFound);
        }
        VaultId vaultId = in.value().id();
        if (wish.rotation().isPresent()) {
            vaults.requireLedHere(vaultId);
        }
        Making making = making(vaults.forNew(vaultId, wish.protectionMode()), vaultId, wish.protectionMode());
        return store(in, wish, maker.apply(making, firstOf(vaultId, wish)), origin, request);
    }

    private Making making(MasterKey.Facts key) {
        return making(vaults.of(key), key.vaultId(), key.protectionMode());
    }

    private Making making(io.holdfast.keyservice.vault.Vault vault, VaultId id, ProtectionMode mode) {
        return new Making(vault, id, mode, destructions);
    }

    private Wish firstOf(VaultId vault, KeyWish wish) {
        return new Wish(
                mint.key(vault), mint.keyVersion(vault), wish.shape(), wish.displayName(), wish.protectionMode(), true);
    }

    private Stored<MasterKey> store(Stored<Vault> in, KeyWish wish, Made made, Origin origin, ChangeRequest request) {
        Caller caller = request.caller();
        VaultId vaultId = in.value().id();
        Instant now = now();
        MasterKey.Enabled key = new MasterKey.Enabled(new MasterKey.Facts(
                made.key(),
                vaultId,
                wish.tenancy(),
                wish.compartment(),
                wish.displayName(),
                wish.shape(),
                wish.protectionMode(),
                made.version(),
                1,
                1,
                now,
                wish.tags(),
                wish.exportable(),
                wish.rotation()));
        return store.create(
                key,
                new KeyVersion.Enabled(
                        new KeyVersion.Facts(made.version(), made.key(), 1, now, origin, false, made.publicKey())),
                made.stored(),
                in,
                RotationIndex.move(made.key(), Optional.empty(), wish.rotation())
                        .andThen(made.alongside()),
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
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is not ENABLED, or is in a
     *     vault elsewhere and another rotation of it was recorded meanwhile,
     *     LIMIT_EXCEEDED when it has {@value MasterKey#MAX_VERSIONS} versions
     */
    public Rotated rotate(KeyId id, ChangeRequest request) {
        return rotate(id, Origin.INTERNAL, request, Making::generate);
    }

    /**
     * Judges the request before anything is made, and the transaction does so again: what a vault elsewhere makes stays
     * there. One version per request, however many races it takes.
     */
    private Rotated rotate(KeyId id, Origin origin, ChangeRequest request, BiFunction<Making, Wish, Made> maker) {
        Stored<MasterKey> seen = store.key(id).orElseThrow(ProblemException::notFound);
        Optional<KeyVersionId> before = request.attempt().get().replay().map(KeyVersionId::new);
        if (before.isPresent()) {
            return new Rotated(store.version(id, before.get()).orElseThrow(ProblemException::notFound), seen.value());
        }
        seen.requireMatch(request.ifMatch());
        MasterKey.Enabled key = requireEnabled(seen.value());
        request.requireAllowedIn(key.facts().compartmentId());
        var unused = request.right().get();
        requireRoom(key);
        return makeCurrent(key.facts(), maker.apply(making(key.facts()), nextOf(key.facts())), origin, request);
    }

    private static void requireRoom(MasterKey.Enabled key) {
        if (key.facts().liveVersions() >= MasterKey.MAX_VERSIONS) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "The key has " + MasterKey.MAX_VERSIONS
                            + " versions, the most that a key can have; delete old ones first.");
        }
    }

    private Wish nextOf(MasterKey.Facts key) {
        return new Wish(
                key.id(), mint.keyVersion(key.vaultId()), key.shape(), key.displayName(), key.protectionMode(), false);
    }

    /**
     * The same with material that the customer made.
     *
     * @param material as for {@link #importKey}
     * @throws ProblemException as {@link #rotate}, and INVALID_PARAMETER for material that is not of the key's shape
     */
    public Rotated importVersion(KeyId id, SecretBytes material, ChangeRequest request) {
        return rotate(id, Origin.EXTERNAL, request, (making, version) -> making.adopt(version, material));
    }

    private Rotated makeCurrent(MasterKey.Facts key, Made made, Origin origin, ChangeRequest request) {
        KeyId id = key.id();
        Changed<MasterKey> changed = store.change(
                id,
                request,
                seen -> isOnRecord(key, made)
                        // By whoever follows a vault elsewhere, which names its versions; or by this very request, when
                        // its first try was applied and the answer lost.
                        ? new Step<>(seen, Optional.empty(), made.version().value(), nothing -> {})
                        : rotation(
                                requireOrder(requireEnabled(seen), key),
                                made,
                                origin,
                                false,
                                now(),
                                request.caller().id()));
        KeyVersionId current = changed.replayed().map(KeyVersionId::new).orElse(made.version());
        return new Rotated(store.version(id, current).orElseThrow(ProblemException::notFound), changed.value());
    }

    /**
     * Which of two versions that were made at the same time is the current one, a vault elsewhere decides: the first is
     * recorded, and whoever follows the vault records the second if that is the one.
     *
     * @param before as it was when the version was asked for
     */
    private MasterKey.Enabled requireOrder(MasterKey.Enabled seen, MasterKey.Facts before) {
        if (vaults.isElsewhere(before.vaultId())
                && !seen.facts().currentVersion().equals(before.currentVersion())) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The key was rotated twice at the same time. Which version is current its own vault says; this"
                            + " service follows at its next look.");
        }
        return seen;
    }

    private boolean isOnRecord(MasterKey.Facts key, Made made) {
        return store.version(key.id(), made.version()).isPresent();
    }

    private static Step<MasterKey> rotation(
            MasterKey.Enabled before, Made made, Origin origin, boolean auto, Instant now, String actor) {
        requireRoom(before);
        MasterKey.Enabled rotated = before.rotate(made.version());
        Optional<RotationSchedule> schedule = before.facts().rotation();
        Optional<RotationSchedule> next = auto ? schedule.map(each -> each.rotated(now)) : schedule;
        long number = rotated.facts().currentVersionNumber();
        KeyVersion version = new KeyVersion.Enabled(
                new KeyVersion.Facts(made.version(), before.id(), number, now, origin, auto, made.publicKey()));
        return new Step<>(
                rotated.with(rotated.facts().scheduled(next)),
                new KeyEvent.KeyRotated(
                        before.id(), made.version(), number, before.facts().currentVersion(), actor),
                made.version().value(),
                KeyStore.putVersion(version, made.stored())
                        .andThen(RotationIndex.move(before.id(), schedule, next))
                        .andThen(made.alongside()));
    }

    /**
     * Rotates a key whose schedule is due; does nothing when it is not due any more, as when another replica was first.
     *
     * @throws ProblemException CONFLICT when the key is not ENABLED, LIMIT_EXCEEDED as for {@link #rotate}
     */
    void rotateBySchedule(KeyId id, Instant now) {
        MasterKey key = store.key(id).orElseThrow(ProblemException::notFound).value();
        if (!isDue(key, now)) {
            return;
        }
        MasterKey.Enabled enabled = requireEnabled(key);
        requireRoom(enabled);
        MasterKey.Facts facts = enabled.facts();
        Made made = making(facts).generate(nextOf(facts));
        store.changeIf(
                id,
                seen -> isDue(seen, now)
                        ? Optional.of(rotation(requireEnabled(seen), made, Origin.INTERNAL, true, now, id.value()))
                        : Optional.empty());
    }

    /** Records that a scheduled rotation failed, and when it is tried again; a key that is gone has no schedule any more. */
    void rotationFailed(KeyId id, Instant now, String why) {
        store.changeIf(id, seen -> {
            if (!isDue(seen, now)) {
                return Optional.empty();
            }
            Optional<RotationSchedule> before = seen.facts().rotation();
            Optional<RotationSchedule> after = seen instanceof MasterKey.Deleted
                    ? Optional.empty()
                    : before.map(schedule -> schedule.failed(now, why));
            return Optional.of(new Step<>(
                    seen.with(seen.facts().scheduled(after)),
                    Optional.empty(),
                    id.value(),
                    RotationIndex.move(id, before, after)));
        });
    }

    private static boolean isDue(MasterKey key, Instant now) {
        return key.facts().rotation().map(schedule -> schedule.isDue(now)).orElse(false);
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
