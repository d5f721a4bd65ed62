package io.holdfast.keyservice.bindings;

import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.contracts.access.v1.Grant;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.BindingStore.Bound;
import io.holdfast.keyservice.store.BindingStore.Snapshot;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultReach;
import io.holdfast.keyservice.vault.Vaults;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Decides how bindings stand. An answer is kept for as long as the state revision does not move, and no longer than it
 * holds by its own conditions of time. Whether it has moved every call asks etcd, callers that come together with one read;
 * only a yes may rest on a read of a moment ago.
 *
 * <p>Binding, key and state revision come from one etcd transaction; the policy's answer carries the revision it rests on.
 * Where they differ the answer claims the older: whoever knows of the newer revision will not use it.
 */
@ApplicationScoped
public class BindingDecisions implements BindingAccess {
    private static final int ATTEMPTS = 3;

    private final BindingStore store;
    private final StateRevision state;
    private final Authorizer authorizer;
    private final Vaults vaults;
    private final VaultReach reach;
    private final TimeSource time = TimeSource.system();
    private final AtomicReference<KeptStandings> kept = new AtomicReference<>(new KeptStandings(-1, time));

    public BindingDecisions(
            BindingStore store, StateRevision state, Authorizer authorizer, Vaults vaults, VaultReach reach) {
        this.vaults = vaults;
        this.reach = reach;
        this.store = store;
        this.state = state;
        this.authorizer = authorizer;
    }

    @Override
    public Grants decide(List<BindingId> bindings) {
        Map<BindingId, Standing> standings = standings(bindings);
        long revision = standings.values().stream()
                .mapToLong(Standing::stateRevision)
                .min()
                .orElseGet(state::current);
        return new Grants(
                revision,
                bindings.stream().map(id -> grant(id, standings.get(id))).toList());
    }

    /**
     * How one binding stands: allowed by what this replica holds of the state, or else as of now.
     *
     * @see StateRevision#held
     */
    public Standing standing(BindingId id) {
        return keptAt(state.held())
                .of(id)
                .filter(Standing.Allowed.class::isInstance)
                .orElseGet(() -> standingNow(id));
    }

    /** What {@link #standing} answers where this replica has nothing to ask, and so does not wait; else empty. */
    public Optional<Standing.Allowed> standingAtHand(BindingId id) {
        OptionalLong revision = state.atHand();
        return revision.isEmpty()
                ? Optional.empty()
                : keptAt(revision.getAsLong())
                        .of(id)
                        .filter(Standing.Allowed.class::isInstance)
                        .map(Standing.Allowed.class::cast);
    }

    /** How one binding stands now. */
    public Standing standingNow(BindingId id) {
        Standing standing = standings(List.of(id)).get(id);
        if (standing == null) {
            throw new IllegalStateException("no standing of " + id.value());
        }
        return standing;
    }

    private Map<BindingId, Standing> standings(List<BindingId> ids) {
        Map<BindingId, Standing> answer = new HashMap<>();
        for (int attempt = 1; ; attempt++) {
            long revision = state.current();
            KeptStandings now = keptAt(revision);
            answer.clear();
            List<BindingId> missing = new ArrayList<>();
            for (BindingId id : new LinkedHashSet<>(ids)) {
                now.of(id).ifPresentOrElse(known -> answer.put(id, known), () -> missing.add(id));
            }
            boolean still = true;
            for (Snapshot snapshot : store.snapshots(missing)) {
                for (Map.Entry<BindingId, Standing> entry : decide(snapshot).entrySet()) {
                    still &= now.keep(entry.getKey(), entry.getValue());
                    answer.put(entry.getKey(), entry.getValue());
                }
            }
            missing.forEach(id -> answer.putIfAbsent(id, new Standing.Unknown(revision)));
            if (still || attempt == ATTEMPTS) {
                return answer;
            }
        }
    }

    /** What is kept at this revision; a caller that is late gets an empty one that nobody else sees. */
    private KeptStandings keptAt(long revision) {
        KeptStandings now =
                kept.updateAndGet(old -> old.revision() >= revision ? old : new KeptStandings(revision, time));
        return now.revision() == revision ? now : new KeptStandings(revision, time);
    }

    /** Side by side: the policy's answers each need a linearizable read, and those that come together share one. */
    private Map<BindingId, Standing> decide(Snapshot snapshot) {
        Map<BindingId, Standing> standings = new HashMap<>();
        if (snapshot.bound().size() == 1) {
            snapshot.bound().forEach((id, bound) -> standings.put(id, decide(bound, snapshot.stateRevision())));
            return standings;
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<BindingId, Future<Standing>> asked = new HashMap<>();
            snapshot.bound()
                    .forEach((id, bound) ->
                            asked.put(id, threads.submit(() -> decide(bound, snapshot.stateRevision()))));
            for (Map.Entry<BindingId, Future<Standing>> entry : asked.entrySet()) {
                standings.put(entry.getKey(), entry.getValue().get());
            }
            return standings;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new StoreUnavailable("the policies could not be asked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while the policies were asked", e);
        }
    }

    private Standing decide(Bound bound, long revision) {
        Binding binding = bound.binding().value();
        Optional<MasterKey> key = bound.key().map(Stored::value);
        if (binding instanceof Binding.Released) {
            return new Standing.Withheld(
                    binding,
                    key,
                    Denial.BINDING_RELEASED,
                    "The binding of the cluster to its key is released.",
                    revision,
                    Validity.UNTIL_CHANGE);
        }
        if (key.isEmpty()) {
            return new Standing.Withheld(
                    binding,
                    key,
                    // Not KEY_DELETED, which is for good: a deleted key leaves a record that says so.
                    Denial.VAULT_UNAVAILABLE,
                    "The master key is not in the store. Restore key-service's etcd from a backup.",
                    revision,
                    Validity.UNTIL_CHANGE);
        }
        return switch (key.get()) {
            case MasterKey.Enabled enabled
            when isOutOfReach(enabled) ->
                new Standing.Withheld(
                        binding,
                        key,
                        Denial.VAULT_UNAVAILABLE,
                        "The vault of the master key, which is elsewhere, has been out of reach for too long to say that"
                                + " the key may still be used.",
                        revision,
                        Validity.UNTIL_CHANGE);
            case MasterKey.Enabled enabled ->
                underPolicy(binding, enabled, bound.key().get().modRevision(), revision);
            case MasterKey.Disabled disabled ->
                new Standing.Withheld(
                        binding,
                        key,
                        Denial.KEY_DISABLED,
                        "The master key is DISABLED. Enable it to restore access.",
                        revision,
                        Validity.UNTIL_CHANGE);
            case MasterKey.PendingDeletion pending ->
                new Standing.Withheld(
                        binding,
                        key,
                        Denial.KEY_PENDING_DELETION,
                        "The master key is PENDING_DELETION and will be deleted at " + pending.timeOfDeletion()
                                + ". Cancel the deletion before then to restore access.",
                        revision,
                        Validity.UNTIL_CHANGE);
            case MasterKey.Deleted deleted ->
                new Standing.Withheld(
                        binding,
                        key,
                        Denial.KEY_DELETED,
                        "The master key is DELETED. What it protects is permanently inaccessible.",
                        revision,
                        Validity.UNTIL_CHANGE);
        };
    }

    /** Read after the key: the mark's coming and going raise the state revision, so an answer never outlives it. */
    private boolean isOutOfReach(MasterKey key) {
        return vaults.isElsewhere(key.facts().vaultId())
                && reach.isOutOfReach(key.facts().vaultId());
    }

    private Standing underPolicy(Binding binding, MasterKey.Enabled key, long keyRevision, long revision) {
        Decision decision = KeyUse.mayUse(authorizer, KeyUse.principalOf(binding.facts()), key);
        long restsOn = Math.min(revision, decision.stateRevision());
        return decision.allowed()
                ? new Standing.Allowed(binding, key, keyRevision, restsOn, decision.holdsUntil())
                : new Standing.Withheld(
                        binding,
                        Optional.of(key),
                        Denial.POLICY,
                        "No policy lets the cluster use the master key. "
                                + KeyUse.adviceWithin(binding.facts().tenancyId(), key),
                        restsOn,
                        decision.holdsUntil());
    }

    private static Grant grant(BindingId id, @Nullable Standing standing) {
        Grant.Builder grant = Grant.newBuilder().setBindingId(id.value());
        if (standing == null) {
            return grant.setDenial(Denial.BINDING_RELEASED).build();
        }
        grant.setHoldsUntilMillis(standing.holdsUntil().millis());
        return switch (standing) {
            case Standing.Allowed allowed ->
                withKey(grant.setAllowed(true), allowed.key()).build();
            case Standing.Withheld withheld -> {
                grant.setDenial(withheld.denial()).setReason(withheld.reason());
                withheld.key().ifPresent(key -> withKey(grant, key));
                yield grant.build();
            }
            case Standing.Unknown unknown ->
                grant.setDenial(Denial.BINDING_RELEASED)
                        .setReason("There is no such binding.")
                        .build();
        };
    }

    private static Grant.Builder withKey(Grant.Builder grant, MasterKey key) {
        return grant.setKeyId(key.id().value())
                .setKeyState(key.lifecycleState())
                .setTimeOfDeletionMillis(
                        key.deletionTime().map(Instant::toEpochMilli).orElse(0L))
                .setCurrentKeyVersionId(key.facts().currentVersion().value())
                .setCurrentKeyVersionNumber(key.facts().currentVersionNumber());
    }
}
