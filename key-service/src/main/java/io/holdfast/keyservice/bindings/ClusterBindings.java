package io.holdfast.keyservice.bindings;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.BindingStore.BeforeBind;
import io.holdfast.keyservice.store.BindingStore.BindingPage;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Binds clusters to master keys, and lets them go. */
@ApplicationScoped
public class ClusterBindings {
    /** The service that wraps and unwraps for the clusters that Holdfast serves. */
    public static final String CUSTODIAN = "secret-service";

    private static final int ATTEMPTS = 12;
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final BindingStore store;
    private final VaultStore vaultStore;
    private final Authorizer authorizer;
    private final Ocid.Mint mint;
    private final Vaults vaults;

    public ClusterBindings(
            BindingStore store, VaultStore vaultStore, Authorizer authorizer, Ocid.Mint mint, Vaults vaults) {
        this.vaultStore = vaultStore;
        this.vaults = vaults;
        this.store = store;
        this.authorizer = authorizer;
        this.mint = mint;
    }

    /**
     * @param tenancy of the cluster's compartment
     * @param requestedBy the user whose request it is
     * @param requestedByTenancy the user's, which may be another
     */
    public record Request(
            ClusterId cluster,
            CompartmentId clusterCompartment,
            TenancyId tenancy,
            KeyId key,
            UserId requestedBy,
            TenancyId requestedByTenancy) {}

    /** How a bind ended. */
    public sealed interface Outcome {
        record Bound(Binding binding) implements Outcome {}

        /** @param message a sentence for the user */
        record Refused(Why why, String message) implements Outcome {}

        /** The cluster holds a binding to another key. */
        record OtherKey(Binding binding) implements Outcome {}
    }

    public enum Why {
        KEY_NOT_FOUND,
        KEY_NOT_ENABLED,
        NOT_PERMITTED,
        KEY_UNSUITABLE
    }

    /**
     * Records a RESERVED binding, atomically, if and only if the key is ENABLED and the policies let the new cluster's
     * principal use it. Key, policies and the cluster's lack of a binding are compared in the transaction that writes, so
     * none of them can change in between; a lost race decides anew, a bounded number of times. Idempotent by cluster.
     *
     * @throws StoreUnavailable when every race was lost
     */
    public Outcome bind(Request request) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            BeforeBind seen = store.beforeBind(request.cluster(), request.key());
            if (seen.bound().isPresent()) {
                Optional<Stored<Binding>> existing = store.binding(seen.bound().get());
                if (existing.isPresent() && existing.get().value() instanceof Binding.Held) {
                    Binding binding = existing.get().value();
                    return binding.facts().keyId().equals(request.key())
                            ? new Outcome.Bound(binding)
                            : new Outcome.OtherKey(binding);
                }
                // Released between the two reads: look again.
                continue;
            }
            if (seen.key().isEmpty()) {
                return notFound();
            }
            Stored<MasterKey> key = seen.key().get();
            Binding.Reserved binding = new Binding.Reserved(new Binding.Facts(
                    mint.binding(),
                    request.cluster(),
                    request.clusterCompartment(),
                    request.tenancy(),
                    request.key(),
                    mode(key.value().facts()),
                    CUSTODIAN,
                    Instant.now().truncatedTo(ChronoUnit.MILLIS)));
            Decision permitted = KeyUse.mayUse(authorizer, KeyUse.principalOf(binding.facts()), key.value());
            if (permitted.stateRevision() < seen.stateRevision()) {
                // The policies that decided are older than the key that was read; they will have caught up soon.
                pause(attempt);
                continue;
            }
            Optional<Outcome> refusal = refusal(request, key.value(), permitted);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            try {
                Optional<Stored<Binding>> made = store.create(
                        binding,
                        seen,
                        key,
                        new KeyEvent.BindingCreated(
                                binding.id(),
                                request.cluster(),
                                request.key(),
                                binding.facts().mode()));
                if (made.isPresent()) {
                    return new Outcome.Bound(made.get().value());
                }
            } catch (OutcomeUnknown unknown) {
                // Reading again shows whether the cluster has its binding.
            }
            pause(attempt);
        }
        throw new StoreUnavailable(
                "the state changes too fast to bind " + request.cluster().value(), null);
    }

    private String mode(MasterKey.Facts key) {
        return key.shape().algorithm().encrypts() && !vaults.of(key).wrapsInMemory(key.shape())
                ? Binding.Facts.HIERARCHICAL
                : Binding.Facts.DIRECT;
    }

    private Optional<Outcome> refusal(Request request, MasterKey key, Decision permitted) {
        if (!key.facts().shape().algorithm().encrypts()) {
            return Optional.of(refuse(
                    request,
                    key,
                    Why.KEY_UNSUITABLE,
                    "The key " + key.id().value() + " is an "
                            + key.facts().shape().algorithm() + " key and can't encrypt; choose an AES or RSA key."));
        }
        if (!(key instanceof MasterKey.Enabled)) {
            return Optional.of(refuse(
                    request,
                    key,
                    Why.KEY_NOT_ENABLED,
                    "The key " + key.id().value() + " is " + key.lifecycleState() + "; it must be ENABLED."));
        }
        // Read after the state revision that the transaction compares: what ends a vault raises that.
        Optional<Vault> vault = vaultStore.vault(key.facts().vaultId()).map(Stored::value);
        if (vault.filter(Vault.Active.class::isInstance).isEmpty()) {
            return Optional.of(refuse(
                    request,
                    key,
                    Why.KEY_NOT_ENABLED,
                    "The vault of the key " + key.id().value() + " is to be deleted, and the key with it."));
        }
        if (!permitted.allowed()) {
            return Optional.of(refuse(
                    request,
                    key,
                    Why.NOT_PERMITTED,
                    "No policy lets the new cluster use the key. " + KeyUse.advice(request.tenancy(), key)));
        }
        return Optional.empty();
    }

    /** Says more than "not found" only to a user who can see the key. */
    private Outcome refuse(Request request, MasterKey key, Why why, String message) {
        Caller user = new Caller(
                "user", request.requestedBy().value(), request.requestedBy().value(), request.requestedByTenancy(), "");
        boolean visible = authorizer
                .decide(user, "GetKey", List.of("KEY_READ"), key.facts().compartmentId(), KeyUse.variables(key))
                .allowed();
        return visible ? new Outcome.Refused(why, message) : notFound();
    }

    private static Outcome notFound() {
        return new Outcome.Refused(Why.KEY_NOT_FOUND, "The key was not found, or you are not authorized to see it.");
    }

    /**
     * RESERVED to ACTIVE; ACTIVE stays as it is.
     *
     * @return empty for an unknown binding; a {@link Binding.Released} is answered unchanged
     */
    public Optional<Binding> activate(BindingId id) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Stored<Binding>> seen = store.binding(id);
            if (seen.isEmpty()) {
                return Optional.empty();
            }
            switch (seen.get().value()) {
                case Binding.Active active -> {
                    return Optional.of(active);
                }
                case Binding.Released released -> {
                    return Optional.of(released);
                }
                case Binding.Reserved reserved -> {
                    Binding.Active next = reserved.activate();
                    if (store.activate(seen.get(), next)) {
                        return Optional.of(next);
                    }
                }
            }
            pause(attempt);
        }
        throw new StoreUnavailable("the binding changes too fast: " + id.value(), null);
    }

    /** To RELEASED, from any state; empty for an unknown binding. */
    public Optional<Binding> release(BindingId id) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Stored<Binding>> seen = store.binding(id);
            if (seen.isEmpty()) {
                return Optional.empty();
            }
            switch (seen.get().value()) {
                case Binding.Released released -> {
                    return Optional.of(released);
                }
                case Binding.Held held -> {
                    Binding.Released next = held.release();
                    KeyEvent event = new KeyEvent.BindingReleased(
                            id, held.facts().clusterId(), held.facts().keyId());
                    if (store.release(seen.get(), next, event)) {
                        return Optional.of(next);
                    }
                }
            }
            pause(attempt);
        }
        throw new StoreUnavailable("the binding changes too fast: " + id.value(), null);
    }

    public Optional<Binding> get(BindingId id) {
        return store.binding(id).map(Stored::value);
    }

    /** Held bindings behind a cluster (empty for the first page), in the order of cluster ids. */
    public BindingPage list(String afterCluster, int limit) {
        return store.heldAfter(afterCluster, limit);
    }

    /** Held bindings of a key behind a binding (empty for the first page). */
    public BindingPage listOfKey(KeyId key, String afterBinding, int limit) {
        return store.heldOfKey(key, afterBinding, limit);
    }

    private static void pause(int attempt) {
        long bound = Math.min(LONGEST_PAUSE.toNanos(), TimeUnit.MILLISECONDS.toNanos(2L << Math.min(attempt, 6)));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(bound / 2, bound));
    }
}
