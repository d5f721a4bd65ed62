package io.holdfast.keyservice.mirror;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.KeyVersion.Origin;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.mirror.Following.Move;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Due;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.DueVersion;
import io.holdfast.keyservice.store.DueDeletions.Order;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.store.VaultsElsewhere;
import io.holdfast.keyservice.vault.OpenedMaterial;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.RemoteKeys.Adopted;
import io.holdfast.keyservice.vault.RemoteKeys.Detail;
import io.holdfast.keyservice.vault.RemoteKeys.State;
import io.holdfast.keyservice.vault.RemoteKeys.Summary;
import io.holdfast.keyservice.vault.RemoteKeys.Version;
import io.holdfast.keyservice.vault.VaultUnavailable;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One vault elsewhere and the records of its keys here. {@link #follow} makes the records say what the vault says; each
 * change is one compare-and-swap with its event, so of several replicas one makes it.
 *
 * <p>What one listing tells of all keys is their states. A rotation, and the deletion of a version, show only in a look at the
 * key's versions. Keys that clusters are bound to are looked at each time; of the others a few.
 *
 * <p>For one thread.
 */
final class Mirror {
    private static final Logger LOG = Logger.getLogger(Mirror.class);
    /** Most steps between any two states. */
    private static final int STEPS = 4;
    /** Oracle allows about ten requests a second, and the keys are used meanwhile. */
    private static final int LOOKS = 50;
    /** Of keys that no cluster is bound to: what one listing may cost besides. */
    static final int LOOKS_AT_UNBOUND = 5;
    /** Of keys that give no access: whether they go at another time, or, when they are listed no more, are there at all. */
    private static final int LOOKS_AT_UNUSABLE = 5;

    private final RemoteKeys there;
    private final Supplier<Shown> showing;
    private final KeyStore keys;
    private final VaultStore vaults;
    private final BindingStore bindings;
    private final OpenedMaterial opened;
    private final VaultsElsewhere elsewhere;
    private final Ocid.Mint mint;
    private final TimeSource time;
    private final Duration looking;
    private final Set<KeyId> seenBefore = new HashSet<>();
    /** At keys that give access and are listed no more: they go first. */
    private final Turns looksAtUnlisted = new Turns(LOOKS);

    private final Turns looks = new Turns(LOOKS);
    private final Turns looksAtUnbound = new Turns(LOOKS_AT_UNBOUND);
    private final Turns looksAtUnusable = new Turns(LOOKS_AT_UNUSABLE);
    private Consumer<Transaction.Builder> fence = nothing -> {};

    /**
     * How the vault shows here.
     *
     * @param caller in whose name its records are made
     * @param request without a condition, in that name
     */
    record Shown(CompartmentId compartment, String name, Caller caller, ChangeRequest request) {}

    /** @param looking how long looks may take after one listing: none begins later */
    Mirror(
            RemoteKeys there,
            Supplier<Shown> showing,
            KeyStore keys,
            VaultStore vaults,
            BindingStore bindings,
            OpenedMaterial opened,
            VaultsElsewhere elsewhere,
            Ocid.Mint mint,
            TimeSource time,
            Duration looking) {
        this.time = time;
        this.looking = looking;
        this.elsewhere = elsewhere;
        this.there = there;
        this.showing = showing;
        this.keys = keys;
        this.vaults = vaults;
        this.bindings = bindings;
        this.opened = opened;
        this.mint = mint;
    }

    /**
     * Brings the records up to what the vault says now: first the states, which the listing tells of all keys at once, then
     * what needs a look at a key by itself: at the most {@value #LOOKS} at keys that give access and are not listed any more, as
     * many at others, and after them {@value #LOOKS_AT_UNBOUND} at the versions of keys that no cluster is bound to, and
     * {@value #LOOKS_AT_UNUSABLE} at keys that give no access: whose deletion is recorded, or that are listed no more. When
     * their time is over, the others have their turn in the next call. A look that fails keeps nothing else from being followed.
     *
     * @param still part of every transaction: makes it fail once somebody else follows this vault
     * @param statesRecorded called as soon as the records say of every key what the listing said
     * @return how many changes this call made
     * @throws VaultUnavailable when the vault does not answer the listing
     * @throws ProblemException when somebody else follows this vault
     */
    int follow(Consumer<Transaction.Builder> still, Runnable statesRecorded) {
        fence = still;
        List<Summary> listed = there.list();
        long until = time.monotonicNanos() + looking.toNanos();
        Shown shown = showing.get();
        Stored<Vault> vault = vault(shown);
        seenBefore.retainAll(listed.stream().map(Summary::key).toList());
        Map<KeyId, MasterKey> known = new HashMap<>();
        keys.keysIn(there.vault()).forEach(key -> known.put(key.value().id(), key.value()));
        int changes = 0;
        looksAtUnlisted.begin();
        looks.begin();
        looksAtUnbound.begin();
        looksAtUnusable.begin();
        List<MasterKey> ending = new ArrayList<>();
        for (Summary each : listed) {
            @Nullable MasterKey key = known.remove(each.key());
            if (key == null) {
                if (each.state() == State.ENABLED && !seenBefore.add(each.key())) {
                    looks.wish(each.key(), () -> meet(shown, vault, each.key()));
                }
            } else if (each.state() == State.PENDING_DELETION && key instanceof MasterKey.Enabled) {
                ending.add(key);
            } else {
                changes += keepUp(key, each.state());
            }
        }
        // After the others, which need no call.
        for (MasterKey key : ending) {
            changes += keepUpWithDeletion(key, until);
        }
        statesRecorded.run();
        // Moved to another of the vault's compartments, or out of our sight.
        for (MasterKey key : known.values()) {
            if (!(key instanceof MasterKey.Deleted)) {
                looksAtUnlisted(key).wish(key.id(), () -> keepUpUnlisted(key));
            }
        }
        return changes
                + take(looksAtUnlisted, until)
                + take(looks, until)
                + take(looksAtUnbound, until)
                + take(looksAtUnusable, until);
    }

    private Turns looksAtUnlisted(MasterKey key) {
        return key instanceof MasterKey.Enabled ? looksAtUnlisted : looksAtUnusable;
    }

    /** One in any case: however slow the vault is, each has its turn. */
    private int take(Turns turns, long until) {
        int changes = 0;
        Iterator<IntSupplier> taken = turns.take();
        while (taken.hasNext()) {
            try {
                changes += taken.next().getAsInt();
            } catch (VaultUnavailable e) {
                LOG.warnv(
                        "A key of a vault elsewhere could not be looked at. vault={0} cause={1}",
                        there.vault().value(), e.getMessage());
            }
            if (isPast(until)) {
                break;
            }
        }
        return changes;
    }

    private boolean isPast(long until) {
        return time.monotonicNanos() - until > 0;
    }

    private Stored<Vault> vault(Shown shown) {
        return vaults.vault(there.vault()).orElseGet(() -> {
            // Before the vault is there: a replica that is not configured with it must not take it for one of its own.
            elsewhere.mark(there.vault());
            Vault.Active made = new Vault.Active(new Vault.Facts(
                    there.vault(),
                    shown.caller().tenancyId(),
                    shown.compartment(),
                    shown.name(),
                    "DEFAULT",
                    mint.key(there.vault()),
                    now(),
                    Tags.NONE));
            KeyEvent event = new KeyEvent.VaultCreated(there.vault(), shown.compartment(), shown.name(), actor());
            try {
                return vaults.create(made, event, shown.request());
            } catch (ProblemException lostRace) {
                return vaults.vault(there.vault()).orElseThrow(() -> lostRace);
            }
        });
    }

    /**
     * A key that is not known here yet is recorded when it is ENABLED there and was so at the look before: one that was
     * made through this service is recorded by the request that made it, with what that said of it.
     */
    private int meet(Shown shown, Stored<Vault> vault, KeyId id) {
        Optional<Detail> found = there.find(id).filter(detail -> detail.state() == State.ENABLED);
        if (found.isEmpty()) {
            return 0;
        }
        Detail detail = found.get();
        Adopted first = there.adopt(detail.key(), detail.current());
        Instant now = now();
        MasterKey.Enabled key = new MasterKey.Enabled(new MasterKey.Facts(
                detail.key(),
                there.vault(),
                shown.caller().tenancyId(),
                shown.compartment(),
                detail.displayName(),
                detail.shape(),
                detail.protectionMode(),
                detail.current(),
                1,
                1,
                now,
                Tags.NONE,
                false,
                Optional.empty()));
        try {
            keys.create(
                    key,
                    version(detail.key(), detail.current(), 1, now, first),
                    first.stored(),
                    vault,
                    fence,
                    new KeyEvent.KeyCreated(
                            detail.key(),
                            there.vault(),
                            shown.compartment(),
                            detail.displayName(),
                            detail.shape().algorithm().name(),
                            detail.shape().length(),
                            detail.protectionMode().name(),
                            detail.current(),
                            actor()),
                    shown.request());
        } catch (ProblemException lostRace) {
            if (keys.key(detail.key()).isEmpty()) {
                throw lostRace;
            }
            return 0;
        }
        seenBefore.remove(detail.key());
        LOG.infov(
                "A key of a vault elsewhere is followed from now on. key={0}",
                detail.key().value());
        return 1;
    }

    private int keepUpUnlisted(MasterKey key) {
        Optional<Detail> found = there.find(key.id());
        if (found.isPresent()) {
            int changes = keepUp(key, found.get());
            return found.get().state() == State.ENABLED ? changes + lookAtVersions(key) : changes;
        }
        if (key instanceof MasterKey.PendingDeletion) {
            // It gives no access. Oracle tells "gone" and "not for you" apart in no way, so it stays as it was.
            return 0;
        }
        if (key instanceof MasterKey.Enabled) {
            LOG.warnv(
                    "A key is not shown to us any more by its vault; it counts as disabled. key={0}",
                    key.id().value());
        }
        return move(key, State.DISABLED, Optional.empty());
    }

    private int keepUp(MasterKey key, Detail detail) {
        return move(key, detail.state(), detail.timeOfDeletion()) + rotate(key, detail);
    }

    private int keepUp(MasterKey key, State state) {
        if (state == State.PENDING_DELETION) {
            // When is not in the listing, and may have been moved. It gives no access meanwhile.
            (key instanceof MasterKey.PendingDeletion ? looksAtUnusable : looks).wish(key.id(), () -> find(key));
            return 0;
        }
        if (state == State.ENABLED) {
            // It may have been rotated, or a version of it be about to go.
            (isBound(key) ? looks : looksAtUnbound).wish(key.id(), () -> lookAtVersions(key));
        }
        return move(key, state, Optional.empty());
    }

    private int find(MasterKey key) {
        return there.find(key.id()).map(detail -> keepUp(key, detail)).orElse(0);
    }

    private int lookAtVersions(MasterKey key) {
        List<Version> listed = there.versions(key.id());
        Map<KeyVersionId, KeyVersion> known = new HashMap<>();
        keys.versionsOf(key.id()).forEach(version -> known.put(version.value().id(), version.value()));
        // Who may not list them may still look at the key.
        boolean asRecorded = !listed.isEmpty()
                && listed.stream().allMatch(version -> {
                    @Nullable KeyVersion seen = known.get(version.id());
                    return seen == null
                            ? version.state() != State.ENABLED
                            : Following.next(seen, version, actor()).isEmpty();
                });
        if (asRecorded) {
            return 0;
        }
        // The key after its versions: where it is ENABLED, none of them was listed as going with it.
        Optional<Detail> detail = there.find(key.id());
        int changes = detail.map(found -> keepUp(key, found)).orElse(0);
        if (detail.filter(found -> found.state() == State.ENABLED).isPresent()) {
            for (Version version : listed) {
                changes += move(key.id(), seen -> step(seen, version));
            }
        }
        return changes;
    }

    /** The current version ends by a rotation only, which may not be recorded yet. */
    private Optional<Step<MasterKey>> step(MasterKey seen, Version version) {
        if (!(seen instanceof MasterKey.Kept) || seen.facts().currentVersion().equals(version.id())) {
            return Optional.empty();
        }
        return keys.version(seen.id(), version.id())
                .flatMap(recorded -> Following.next(recorded.value(), version, actor())
                        .map(move -> new Step<>(
                                move.wipes() ? seen.with(seen.facts().withoutOneVersion()) : seen,
                                move.event(),
                                version.id().value(),
                                KeyStore.putVersion(move.next())
                                        .andThen(move.wipes() ? KeyStore.wipe(List.of(move.next())) : nothing -> {})
                                        .andThen(warned(due(recorded.value()), due(move.next())))
                                        .andThen(fence))));
    }

    /** When is not in the listing. If it can't be asked for now, the access ends all the same. */
    private int keepUpWithDeletion(MasterKey key, long until) {
        try {
            Optional<Detail> found = isPast(until) ? Optional.empty() : there.find(key.id());
            // Going at a time that is not told, it is as one that can't be asked for.
            if (found.filter(it -> it.state() != State.PENDING_DELETION
                            || it.timeOfDeletion().isPresent())
                    .isPresent()) {
                return keepUp(key, found.get());
            }
        } catch (VaultUnavailable e) {
            LOG.warnv(
                    "When a key elsewhere is to be deleted can''t be asked; it counts as disabled. key={0} cause={1}",
                    key.id().value(), e.getMessage());
        }
        return move(key, State.DISABLED, Optional.empty());
    }

    private boolean isBound(MasterKey key) {
        return !bindings.heldOfKey(key.id(), "", 1).bindings().isEmpty();
    }

    private int move(MasterKey key, State state, Optional<Instant> timeOfDeletion) {
        return move(
                key.id(),
                seen -> Following.next(seen, state, timeOfDeletion, actor()).map(move -> step(seen, move)));
    }

    /** Takes steps until there is none left to take. */
    private int move(KeyId key, Function<MasterKey, Optional<Step<MasterKey>>> next) {
        int moves = 0;
        while (moves < STEPS) {
            var changed = keys.changeIf(key, next);
            if (changed.isEmpty()) {
                break;
            }
            opened.end(key, changed.get().stateRevision());
            LOG.infov(
                    "Followed a key of a vault elsewhere, or a version of it. key={0} state={1}",
                    key.value(), changed.get().value().lifecycleState());
            moves++;
        }
        return moves;
    }

    private Step<MasterKey> step(MasterKey seen, Move move) {
        KeyId id = move.next().id();
        return new Step<>(
                move.next(),
                move.event(),
                id.value(),
                warned(due(seen), due(move.next()))
                        .andThen(move.wipes() ? KeyStore.wipe(keys.liveVersionsOf(id)) : nothing -> {})
                        .andThen(fence));
    }

    /** What is warned of goes with the record. */
    private static Consumer<Transaction.Builder> warned(Optional<Due> before, Optional<Due> after) {
        return transaction -> {
            before.ifPresent(due -> transaction.with(DueDeletions.remove(Order.ELSEWHERE, due.id(), due.time())));
            after.ifPresent(due -> transaction.with(DueDeletions.put(Order.ELSEWHERE, due)));
        };
    }

    private static Optional<Due> due(MasterKey key) {
        return key instanceof MasterKey.PendingDeletion pending
                ? Optional.of(new DueKey(key.id(), pending.timeOfDeletion(), now()))
                : Optional.empty();
    }

    private static Optional<Due> due(KeyVersion version) {
        return version instanceof KeyVersion.PendingDeletion pending
                ? Optional.of(new DueVersion(version.keyId(), version.id(), pending.timeOfDeletion(), now()))
                : Optional.empty();
    }

    /** @param key as it was recorded before the vault was asked for the detail */
    private int rotate(MasterKey key, Detail detail) {
        if (detail.state() != State.ENABLED
                || detail.current().equals(key.facts().currentVersion())
                || keys.version(key.id(), detail.current()).isPresent()) {
            return 0;
        }
        Adopted made = there.adopt(key.id(), detail.current());
        var changed =
                keys.changeIf(key.id(), seen -> rotated(seen, key.facts().currentVersion(), detail.current(), made));
        changed.ifPresent(done -> LOG.infov(
                "Followed a rotation in a vault elsewhere. key={0} version={1}",
                key.id().value(), detail.current().value()));
        return changed.isPresent() ? 1 : 0;
    }

    /** @param last the current version before the vault was asked: another since then may be newer there than {@code next} */
    private Optional<Step<MasterKey>> rotated(MasterKey seen, KeyVersionId last, KeyVersionId next, Adopted made) {
        if (!(seen instanceof MasterKey.Enabled before)
                || !before.facts().currentVersion().equals(last)
                || keys.version(seen.id(), next).isPresent()) {
            return Optional.empty();
        }
        if (before.facts().liveVersions() >= MasterKey.MAX_VERSIONS) {
            LOG.errorv(
                    "A rotation elsewhere can''t be followed: the key has {0} versions here. key={1}",
                    MasterKey.MAX_VERSIONS, seen.id().value());
            return Optional.empty();
        }
        MasterKey.Enabled rotated = before.rotate(next);
        KeyVersion version = version(seen.id(), next, rotated.facts().currentVersionNumber(), now(), made);
        return Optional.of(new Step<>(
                rotated,
                new KeyEvent.KeyRotated(
                        seen.id(), next, version.number(), before.facts().currentVersion(), actor()),
                next.value(),
                KeyStore.putVersion(version, made.stored()).andThen(fence)));
    }

    private static KeyVersion version(KeyId key, KeyVersionId version, long number, Instant now, Adopted made) {
        return new KeyVersion.Enabled(
                new KeyVersion.Facts(version, key, number, now, Origin.INTERNAL, false, made.publicKey()));
    }

    /** Events name the vault: who acted there, it does not say. */
    private String actor() {
        return there.vault().value();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
