package io.holdfast.keyservice.crypto;

import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.envelope.EnvelopeDamaged;
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
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.vault.Encryptions;
import io.holdfast.keyservice.vault.MaterialUnusable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Wraps and unwraps data encryption keys of a binding, in direct mode: the master key itself wraps. One decision about the
 * binding, on one linearizable read, covers a whole batch.
 */
@ApplicationScoped
public class BindingCrypto {
    private final BindingDecisions decisions;
    private final KeyMaterial material;

    public BindingCrypto(BindingDecisions decisions, KeyMaterial material) {
        this.decisions = decisions;
        this.material = material;
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
        Standing.Allowed standing = require(id, mayAsk);
        MasterKey.Facts key = standing.key().facts();
        KeyVersionId version = key.currentVersion();
        switch (material.open(standing.key(), version, standing.stateRevision())) {
            case Found.Usable usable -> {
                try (var loan = usable.loan()) {
                    Scope scope = Scope.dek(id);
                    List<Bytes> wrapped = new ArrayList<>(payloads.size());
                    for (SecretBytes payload : payloads) {
                        wrapped.add(loan.material()
                                .wrap(scope, Encryptions.usual(key.shape()), payload)
                                .encode());
                    }
                    return new Wrapped(version, key.currentVersionNumber(), standing.stateRevision(), wrapped);
                }
            }
            // A deletion can have come between the decision and the read of the material; else etcd is damaged.
            case Found.Unavailable unavailable -> throw new MaterialUnusable(version);
            case Found.NoSuchVersion none -> throw new MaterialUnusable(version);
        }
    }

    /**
     * Unwraps, each item by itself.
     *
     * @throws Refused see {@link Refusal}
     */
    public Unwrapped unwrap(BindingId id, Predicate<Binding.Facts> mayAsk, List<Bytes> wrapped) {
        Standing.Allowed standing = require(id, mayAsk);
        List<@Nullable WrappedDek> parsed = new ArrayList<>(wrapped.size());
        for (Bytes each : wrapped) {
            parsed.add(parse(each, standing.key()));
        }
        List<KeyVersionId> versions = parsed.stream()
                .filter(Objects::nonNull)
                .map(WrappedDek::keyVersionId)
                .distinct()
                .toList();
        Map<KeyVersionId, Found> found = material.open(standing.key(), versions, standing.stateRevision());
        List<Item> items = new ArrayList<>(parsed.size());
        try {
            Scope scope = Scope.dek(id);
            for (WrappedDek each : parsed) {
                items.add(each == null ? new Item.Damaged() : unwrap(scope, each, found.get(each.keyVersionId())));
            }
            return new Unwrapped(standing.stateRevision(), items);
        } catch (RuntimeException e) {
            wipe(items);
            throw e;
        } finally {
            KeyMaterial.giveBack(found);
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

    private static Item unwrap(Scope scope, WrappedDek wrapped, @Nullable Found found) {
        return switch (found) {
            case Found.Usable usable -> {
                try {
                    yield new Item.Payload(usable.loan().material().unwrap(scope, wrapped));
                } catch (EnvelopeDamaged e) {
                    yield new Item.Damaged();
                }
            }
            case Found.Unavailable unavailable -> new Item.VersionUnavailable();
            case Found.NoSuchVersion none -> new Item.Damaged();
            case null -> new Item.Damaged();
        };
    }

    /** Null when it has not the form, or names another key than the binding's. */
    private static @Nullable WrappedDek parse(Bytes wrapped, MasterKey key) {
        try {
            WrappedDek parsed = WrappedDek.parse(wrapped, Purpose.DEK);
            return parsed.keyId().equals(key.id()) ? parsed : null;
        } catch (EnvelopeDamaged e) {
            return null;
        }
    }

    private Standing.Allowed require(BindingId id, Predicate<Binding.Facts> mayAsk) {
        return switch (decisions.standing(id)) {
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
