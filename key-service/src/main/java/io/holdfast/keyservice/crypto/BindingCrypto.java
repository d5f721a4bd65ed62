package io.holdfast.keyservice.crypto;

import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.Means;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.bindings.BindingDecisions;
import io.holdfast.keyservice.bindings.Standing;
import io.holdfast.keyservice.crypto.KeyMaterial.Found;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.LastUseStore.By;
import io.holdfast.keyservice.usage.LastUses;
import io.holdfast.keyservice.vault.Encryptions;
import io.holdfast.keyservice.vault.Lending.Seen;
import io.holdfast.keyservice.vault.MaterialUnusable;
import io.holdfast.keyservice.vault.Vaults;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Wraps and unwraps data encryption keys of a binding: by the master key itself where its vault wraps in memory (direct
 * mode), else by a key-encryption key (hierarchical mode). One decision about the binding covers a whole batch.
 */
@ApplicationScoped
public class BindingCrypto {
    private final BindingDecisions decisions;
    private final KeyMaterial material;
    private final KeyEncryptionKeys keks;
    private final Vaults vaults;
    private final LastUses lastUses;

    public BindingCrypto(
            BindingDecisions decisions,
            KeyMaterial material,
            KeyEncryptionKeys keks,
            Vaults vaults,
            LastUses lastUses) {
        this.lastUses = lastUses;
        this.decisions = decisions;
        this.material = material;
        this.keks = keks;
        this.vaults = vaults;
    }

    /** The binding is unknown, or the asker is neither its custodian nor its subject, or access is withheld. */
    public sealed interface Refusal {
        record UnknownBinding() implements Refusal {}

        record NotServed() implements Refusal {}

        record Withheld(Denial denial, String reason) implements Refusal {}
    }

    /** Carries a {@link Refusal} to the edge. */
    public static final class Refused extends RuntimeException {
        private final transient Refusal refusal;

        Refused(Refusal refusal) {
            super(refusal.getClass().getSimpleName());
            this.refusal = refusal;
        }

        public Refusal refusal() {
            return refusal;
        }
    }

    /** @param wrapped in the order asked */
    public record Wrapped(KeyVersionId version, long versionNumber, long stateRevision, List<Bytes> wrapped) {
        public Wrapped {
            wrapped = List.copyOf(wrapped);
        }
    }

    /** One of a batch. */
    public sealed interface Item {
        /** @param bytes owned by the receiver */
        record Payload(SecretBytes bytes) implements Item {}

        record Damaged() implements Item {}

        record VersionUnavailable() implements Item {}
    }

    /** @param items in the order asked */
    public record Unwrapped(long stateRevision, List<Item> items) {
        public Unwrapped {
            items = List.copyOf(items);
        }
    }

    /**
     * Wraps under the key's current version.
     *
     * @param mayAsk whether the asker is served for this binding
     * @param payloads stay the caller's
     * @throws Refused see {@link Refusal}
     * @throws io.holdfast.kernel.ProblemException INVALID_PARAMETER for a payload that is no data encryption key
     */
    public Wrapped wrap(BindingId id, Predicate<Binding.Facts> mayAsk, List<SecretBytes> payloads) {
        Standing.Allowed standing = require(decisions.standing(id), mayAsk);
        try {
            return wrap(id, standing, payloads);
        } catch (MaterialUnusable unusable) {
            return wrap(id, newer(id, mayAsk, standing).orElseThrow(() -> unusable), payloads);
        }
    }

    /**
     * What {@link #wrap} answers, where that needs nothing but this process's memory, and so no wait; else empty, and nothing
     * is done.
     */
    public Optional<Wrapped> wrapAtHand(BindingId id, Predicate<Binding.Facts> mayAsk, List<SecretBytes> payloads) {
        return allowedAtHand(id, mayAsk).flatMap(standing -> {
            KeyVersionId version = standing.key().facts().currentVersion();
            Map<KeyVersionId, Found> found = material.atHand(standing.key(), List.of(version), seen(standing));
            return found.get(version) instanceof Found.Usable usable
                    ? Optional.of(wrapped(standing, direct(id, standing, usable, payloads)))
                    : Optional.empty();
        });
    }

    private Optional<Standing.Allowed> allowedAtHand(BindingId id, Predicate<Binding.Facts> mayAsk) {
        return decisions
                .standingAtHand(id)
                .filter(standing -> mayAsk.test(standing.binding().facts()))
                .filter(standing -> wrapsInMemory(standing.key()));
    }

    private Wrapped wrap(BindingId id, Standing.Allowed standing, List<SecretBytes> payloads) {
        return wrapped(
                standing,
                wrapsInMemory(standing.key())
                        ? direct(id, standing, payloads)
                        : keks.wrap(id, standing.key(), seen(standing), payloads));
    }

    private boolean wrapsInMemory(MasterKey key) {
        return vaults.of(key.facts()).wrapsInMemory(key.facts().shape());
    }

    private Wrapped wrapped(Standing.Allowed standing, List<Bytes> wrapped) {
        MasterKey.Facts key = standing.key().facts();
        KeyVersionId version = key.currentVersion();
        lastUses.note(key.id(), version, By.CLUSTERS);
        return new Wrapped(version, key.currentVersionNumber(), standing.stateRevision(), wrapped);
    }

    private List<Bytes> direct(BindingId id, Standing.Allowed standing, List<SecretBytes> payloads) {
        KeyVersionId version = standing.key().facts().currentVersion();
        return switch (material.open(standing.key(), version, seen(standing))) {
            case Found.Usable usable -> direct(id, standing, usable, payloads);
            // A deletion can have come between the decision and the read of the material; else etcd is damaged.
            case Found.Unavailable unavailable -> throw new MaterialUnusable(version);
            case Found.NotEnabled ended -> throw new MaterialUnusable(version);
            case Found.NoSuchVersion none -> throw new MaterialUnusable(version);
        };
    }

    /** Gives back what is lent. */
    private static List<Bytes> direct(
            BindingId id, Standing.Allowed standing, Found.Usable usable, List<SecretBytes> payloads) {
        KeyShape shape = standing.key().facts().shape();
        try (var loan = usable.loan()) {
            Scope scope = Scope.dek(id);
            List<Bytes> wrapped = new ArrayList<>(payloads.size());
            for (SecretBytes payload : payloads) {
                wrapped.add(loan.thing()
                        .wrap(scope, Encryptions.usual(shape), payload)
                        .encode());
            }
            return wrapped;
        }
    }

    /**
     * Unwraps, each item by itself.
     *
     * @throws Refused see {@link Refusal}
     */
    public Unwrapped unwrap(BindingId id, Predicate<Binding.Facts> mayAsk, List<Bytes> wrapped) {
        Standing.Allowed standing = require(decisions.standing(id), mayAsk);
        Unwrapped first = unwrap(id, standing, wrapped);
        if (isWhole(first)) {
            return first;
        }
        Optional<Standing.Allowed> newer;
        try {
            newer = newer(id, mayAsk, standing);
        } catch (RuntimeException e) {
            wipe(first.items());
            throw e;
        }
        if (newer.isEmpty()) {
            return first;
        }
        wipe(first.items());
        return unwrap(id, newer.get(), wrapped);
    }

    /**
     * What {@link #unwrap} answers, where every item is unwrapped by what is in this process's memory, and so without a wait;
     * else empty.
     */
    public Optional<Unwrapped> unwrapAtHand(BindingId id, Predicate<Binding.Facts> mayAsk, List<Bytes> wrapped) {
        return allowedAtHand(id, mayAsk).flatMap(standing -> {
            List<@Nullable WrappedDek> parsed = parse(wrapped, standing.key());
            if (!parsed.stream().allMatch(BindingCrypto::isDirect)) {
                return Optional.empty();
            }
            Map<KeyVersionId, Found> found = material.atHand(standing.key(), versions(parsed), seen(standing));
            Unwrapped answer = unwrap(id, standing, parsed, found);
            if (isWhole(answer)) {
                return Optional.of(answer);
            }
            wipe(answer.items());
            return Optional.empty();
        });
    }

    private static boolean isWhole(Unwrapped answer) {
        return answer.items().stream().allMatch(Item.Payload.class::isInstance);
    }

    private Unwrapped unwrap(BindingId id, Standing.Allowed standing, List<Bytes> wrapped) {
        List<@Nullable WrappedDek> parsed = parse(wrapped, standing.key());
        return unwrap(id, standing, parsed, material.open(standing.key(), versions(parsed), seen(standing)));
    }

    /** Null for each that has not the form, or names another key than the binding's. */
    private static List<@Nullable WrappedDek> parse(List<Bytes> wrapped, MasterKey key) {
        List<@Nullable WrappedDek> parsed = new ArrayList<>(wrapped.size());
        for (Bytes each : wrapped) {
            parsed.add(parse(each, key));
        }
        return parsed;
    }

    /** The versions that wrapped these themselves. */
    private static Set<KeyVersionId> versions(List<@Nullable WrappedDek> parsed) {
        Set<KeyVersionId> versions = new LinkedHashSet<>();
        for (WrappedDek each : parsed) {
            if (each != null && isDirect(each)) {
                versions.add(each.keyVersionId());
            }
        }
        return versions;
    }

    private static boolean isDirect(@Nullable WrappedDek wrapped) {
        return wrapped != null && wrapped.header().means() instanceof Means.Direct;
    }

    /** @param found is given back */
    private Unwrapped unwrap(
            BindingId id,
            Standing.Allowed standing,
            List<@Nullable WrappedDek> parsed,
            Map<KeyVersionId, Found> found) {
        List<Item> items = new ArrayList<>(parsed.size());
        try {
            for (WrappedDek each : parsed) {
                items.add(each == null ? new Item.Damaged() : unwrap(id, standing, each, found));
            }
            note(standing.key(), parsed, items);
            return new Unwrapped(standing.stateRevision(), items);
        } catch (RuntimeException e) {
            wipe(items);
            throw e;
        } finally {
            KeyMaterial.giveBack(found);
        }
    }

    /** Once for each run of items under one version: most batches have one. */
    private void note(MasterKey key, List<@Nullable WrappedDek> parsed, List<Item> items) {
        @Nullable KeyVersionId noted = null;
        for (int i = 0; i < items.size(); i++) {
            @Nullable WrappedDek wrapped = parsed.get(i);
            if (wrapped != null
                    && items.get(i) instanceof Item.Payload
                    && !wrapped.keyVersionId().equals(noted)) {
                noted = wrapped.keyVersionId();
                lastUses.note(key.id(), noted, By.CLUSTERS);
            }
        }
    }

    /** Wipes what was unwrapped. */
    public static void wipe(List<Item> items) {
        for (Item item : items) {
            if (item instanceof Item.Payload payload) {
                payload.bytes().close();
            }
        }
    }

    private Item unwrap(BindingId id, Standing.Allowed standing, WrappedDek wrapped, Map<KeyVersionId, Found> found) {
        try {
            return switch (wrapped.header().means()) {
                case Means.Direct direct -> unwrapDirect(Scope.dek(id), wrapped, found.get(wrapped.keyVersionId()));
                case Means.Hierarchical hierarchical ->
                    new Item.Payload(keks.unwrap(id, standing.key(), seen(standing), wrapped));
                // No data key is ever wrapped by the vault itself.
                case Means.ByVault vault -> new Item.Damaged();
            };
        } catch (EnvelopeDamaged e) {
            return new Item.Damaged();
        } catch (MaterialUnusable e) {
            return new Item.VersionUnavailable();
        }
    }

    private static Item unwrapDirect(Scope scope, WrappedDek wrapped, @Nullable Found found) {
        return switch (found) {
            case Found.Usable usable -> new Item.Payload(usable.loan().thing().unwrap(scope, wrapped));
            case Found.Unavailable unavailable -> new Item.VersionUnavailable();
            case Found.NotEnabled ended -> new Item.VersionUnavailable();
            case Found.NoSuchVersion none -> new Item.Damaged();
            case null -> new Item.Damaged();
        };
    }

    private static @Nullable WrappedDek parse(Bytes wrapped, MasterKey key) {
        try {
            WrappedDek parsed = WrappedDek.parse(wrapped, Purpose.DEK);
            return parsed.keyId().equals(key.id()) ? parsed : null;
        } catch (EnvelopeDamaged e) {
            return null;
        }
    }

    private static Seen seen(Standing.Allowed standing) {
        return new Seen(standing.stateRevision(), standing.keyRevision());
    }

    /**
     * How the binding stands now, if that differs from what a failure rests on: another replica may have given the key a
     * version of which this one has not heard yet.
     */
    private Optional<Standing.Allowed> newer(BindingId id, Predicate<Binding.Facts> mayAsk, Standing.Allowed restedOn) {
        Standing.Allowed now = require(decisions.standingNow(id), mayAsk);
        return now.stateRevision() == restedOn.stateRevision() ? Optional.empty() : Optional.of(now);
    }

    private static Standing.Allowed require(Standing standing, Predicate<Binding.Facts> mayAsk) {
        return switch (standing) {
            case Standing.Unknown unknown -> throw new Refused(new Refusal.UnknownBinding());
            case Standing.Withheld withheld -> {
                requireServed(withheld.binding(), mayAsk);
                throw new Refused(new Refusal.Withheld(withheld.denial(), withheld.reason()));
            }
            case Standing.Allowed allowed -> {
                requireServed(allowed.binding(), mayAsk);
                yield allowed;
            }
        };
    }

    private static void requireServed(Binding binding, Predicate<Binding.Facts> mayAsk) {
        if (!mayAsk.test(binding.facts())) {
            throw new Refused(new Refusal.NotServed());
        }
    }
}
