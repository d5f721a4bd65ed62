package io.holdfast.keyservice.describe;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.access.AccessEnd;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.RotationIndex;
import io.holdfast.keyservice.store.Step;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.keyservice.vault.Vaults;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Changes what vaults and keys are called, how keys are scheduled, and which compartment's policies decide about them. */
@ApplicationScoped
public class Descriptions {
    private final VaultStore vaults;
    private final KeyStore keys;
    private final Vaults adapters;
    private final AccessEnd end;

    public Descriptions(VaultStore vaults, KeyStore keys, Vaults adapters, AccessEnd end) {
        this.end = end;
        this.adapters = adapters;
        this.vaults = vaults;
        this.keys = keys;
    }

    /** What an update says of a name and tags; what it leaves out stays. */
    public record Wanted(
            Optional<String> displayName,
            Optional<Map<String, String>> freeformTags,
            Optional<Map<String, Map<String, Object>>> definedTags) {

        private String displayName(String before) {
            return displayName.orElse(before);
        }

        private Tags tags(Tags before) {
            return new Tags(freeformTags.orElse(before.freeform()), definedTags.orElse(before.defined()));
        }
    }

    /** What an update says of a rotation schedule. */
    public sealed interface Schedule {
        record AsItIs() implements Schedule {}

        record None() implements Schedule {}

        /** What is not said stays as it is; a first schedule needs an interval, and starts today unless said otherwise. */
        record Every(Optional<Integer> intervalDays, Optional<Instant> start, Instant now) implements Schedule {

            /** @throws ProblemException MISSING_PARAMETER, INVALID_PARAMETER for an interval outside its bounds */
            public RotationSchedule after(Optional<RotationSchedule> before) {
                int interval = intervalDays
                        .or(() -> before.map(RotationSchedule::intervalDays))
                        .orElseThrow(() -> ProblemException.missing("autoKeyRotationDetails.rotationIntervalInDays"));
                Instant day =
                        start.or(() -> before.map(RotationSchedule::start)).orElse(now);
                return before.map(it -> it.changed(interval, day, now))
                        .orElseGet(() -> RotationSchedule.of(interval, day, now));
            }
        }
    }

    /**
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the vault is not ACTIVE
     */
    public Stored<Vault> updateVault(VaultId id, Wanted wanted, ChangeRequest request) {
        return vaults.change(id, request, seen -> {
                    Vault.Facts before = requireActive(seen).facts();
                    Vault.Facts after =
                            before.described(wanted.displayName(before.displayName()), wanted.tags(before.tags()));
                    return new Step<>(
                            new Vault.Active(after),
                            new KeyEvent.VaultUpdated(
                                    id, after.displayName(), request.caller().id()),
                            id.value());
                })
                .stored();
    }

    /**
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is not ENABLED
     */
    public Stored<MasterKey> updateKey(KeyId id, Wanted wanted, Schedule schedule, ChangeRequest request) {
        return keys.change(id, request, seen -> {
                    if (!(seen instanceof MasterKey.Enabled enabled)) {
                        throw conflict("key", seen.lifecycleState(), "only an ENABLED key can be updated");
                    }
                    MasterKey.Facts before = enabled.facts();
                    Optional<RotationSchedule> rotation =
                            switch (schedule) {
                                case Schedule.AsItIs asItIs -> before.rotation();
                                case Schedule.None none -> Optional.empty();
                                case Schedule.Every every -> {
                                    adapters.requireLedHere(before.vaultId());
                                    yield Optional.of(every.after(before.rotation()));
                                }
                            };
                    MasterKey.Facts after = before.described(
                                    wanted.displayName(before.displayName()), wanted.tags(before.tags()))
                            .scheduled(rotation);
                    return new Step<>(
                            enabled.with(after),
                            new KeyEvent.KeyUpdated(
                                    id, after.displayName(), request.caller().id()),
                            id.value(),
                            RotationIndex.move(id, before.rotation(), rotation));
                })
                .stored();
    }

    /**
     * @param tenancy of the compartment
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the vault is not ACTIVE,
     *     INVALID_PARAMETER when the compartment is of another tenancy
     */
    public Stored<Vault> moveVault(VaultId id, TenancyId tenancy, CompartmentId to, ChangeRequest request) {
        return vaults.change(id, request, seen -> {
                    Vault.Facts before = requireActive(seen).facts();
                    requireSame(before.tenancyId(), tenancy);
                    CompartmentId from = before.compartmentId();
                    return new Step<>(
                            new Vault.Active(before.in(to)),
                            new KeyEvent.VaultMoved(
                                    id, to, from, request.caller().id()),
                            id.value(),
                            from.equals(to) ? nothing -> {} : VaultStore.move(id, from, to));
                })
                .stored();
    }

    /**
     * Returns when the policies of the other compartment decide everywhere, and those of the one that it left do no more.
     *
     * @param tenancy of the compartment
     * @throws ProblemException NOT_AUTHORIZED_OR_NOT_FOUND, NO_ETAG_MATCH, CONFLICT when the key is to be deleted,
     *     INVALID_PARAMETER when the compartment is of another tenancy
     */
    public Stored<MasterKey> moveKey(KeyId id, TenancyId tenancy, CompartmentId to, ChangeRequest request) {
        Stored<MasterKey> moved = keys.change(id, request, seen -> {
                    if (!(seen instanceof MasterKey.Kept kept)) {
                        throw conflict("key", seen.lifecycleState(), "only an ENABLED or DISABLED key can be moved");
                    }
                    requireSame(kept.facts().tenancyId(), tenancy);
                    CompartmentId from = kept.facts().compartmentId();
                    return new Step<>(
                            kept.with(kept.facts().in(to)),
                            new KeyEvent.KeyMoved(id, to, from, request.caller().id()),
                            id.value(),
                            from.equals(to) ? nothing -> {} : KeyStore.move(id, from, to));
                })
                .stored();
        end.await(moved.modRevision());
        return moved;
    }

    /** What protects a tenancy's Secrets never becomes another's: neither counted nor decided about there. */
    private static void requireSame(TenancyId own, TenancyId other) {
        if (!own.equals(other)) {
            throw ProblemException.invalid("compartmentId", "is a compartment of another tenancy");
        }
    }

    private static Vault.Active requireActive(Vault vault) {
        if (vault instanceof Vault.Active active) {
            return active;
        }
        throw conflict("vault", vault.lifecycleState(), "only an ACTIVE vault can be changed");
    }

    private static ProblemException conflict(String what, String state, String why) {
        return new ProblemException(ProblemCode.CONFLICT, "The " + what + " is " + state + ": " + why + ".");
    }
}
