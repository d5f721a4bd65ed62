package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.describe.Descriptions.Schedule;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.http.Details.AutoKeyRotationDetails;
import io.holdfast.keyservice.http.Details.KeyShapeDetails;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.VaultStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the requests that make keys have in common: where the key goes, and what it is to be. */
@ApplicationScoped
public class NewKeys {
    /**
     * The freeform tag with which a key must be created for its material to be exported while clusters are bound to it.
     * Added later it changes nothing.
     */
    static final String EXPORTABLE = "holdfast-exportable";

    private final Operations operations;
    private final VaultStore vaults;

    public NewKeys(Operations operations, VaultStore vaults) {
        this.operations = operations;
        this.vaults = vaults;
    }

    enum Mode {
        HSM,
        SOFTWARE,
        EXTERNAL
    }

    /**
     * The vault for a new key: as {@link #anyVault}, and of the tenancy of the key's compartment, so that no key's owner
     * depends on what another tenancy does to a vault.
     *
     * @throws ProblemException also INVALID_PARAMETER for a vault of another tenancy
     */
    Stored<Vault> vault(
            String operation,
            String permission,
            @Nullable String vaultId,
            TenancyId tenancy,
            CompartmentId compartment) {
        Stored<Vault> vault = anyVault(operation, permission, vaultId, tenancy, compartment);
        if (!vault.value().facts().tenancyId().equals(tenancy)) {
            throw ProblemException.invalid(
                    "compartmentId", "must be a compartment of the tenancy that the vault belongs to");
        }
        return vault;
    }

    /**
     * The vault that the request names, else the newest ACTIVE one of the compartment or tenancy.
     *
     * @param permission of the vault that the operation needs
     * @param tenancy of the compartment
     * @throws ProblemException RELATED_RESOURCE_NOT_FOUND for one that is absent and one that is forbidden alike, CONFLICT for
     *     one that is not ACTIVE
     */
    Stored<Vault> anyVault(
            String operation,
            String permission,
            @Nullable String vaultId,
            TenancyId tenancy,
            CompartmentId compartment) {
        Stored<Vault> vault = vaultId == null
                ? vaults.defaultVault(compartment, tenancy).orElseThrow(Operations::relatedNotFound)
                : Optional.of(Fields.ocid(vaultId, "vaultId", VaultId::new))
                        .flatMap(vaults::vault)
                        .orElseThrow(Operations::relatedNotFound);
        operations.requireRelated(
                operation,
                List.of(permission),
                vault.value().facts().compartmentId(),
                Map.of("target.vault.id", vault.value().id().value()));
        if (!(vault.value() instanceof Vault.Active)) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The vault is " + vault.value().lifecycleState() + "; only in an ACTIVE vault can keys be made.");
        }
        return vault;
    }

    static KeyShape shape(@Nullable KeyShapeDetails shape) {
        if (shape == null) {
            throw ProblemException.missing("keyShape");
        }
        KeyShape.Algorithm algorithm = Fields.oneOf(shape.algorithm(), "keyShape.algorithm", KeyShape.Algorithm.class)
                .orElseThrow(() -> ProblemException.missing("keyShape.algorithm"));
        Integer length = shape.length();
        if (length == null) {
            throw ProblemException.missing("keyShape.length");
        }
        KeyShape.Curve curve = Fields.oneOf(shape.curveId(), "keyShape.curveId", KeyShape.Curve.class)
                .orElse(null);
        return KeyShape.of(algorithm, length, curve);
    }

    /** OCI's default is HSM: an absent value is no wish for a software key. */
    static ProtectionMode protectionMode(@Nullable String name) {
        return switch (Fields.oneOf(name, "protectionMode", Mode.class).orElse(Mode.HSM)) {
            case HSM -> ProtectionMode.HSM;
            case SOFTWARE -> ProtectionMode.SOFTWARE;
            case EXTERNAL -> throw externalKeyManagers();
        };
    }

    static ProblemException externalKeyManagers() {
        return new ProblemException(ProblemCode.METHOD_NOT_IMPLEMENTED, "External key managers are not implemented.");
    }

    static boolean exportable(Tags tags) {
        return "true".equals(tags.freeform().get(EXPORTABLE));
    }

    /** The schedule of a new key; empty when it is not to be rotated by itself. */
    static Optional<RotationSchedule> rotation(
            @Nullable Boolean enabled, @Nullable AutoKeyRotationDetails details, Instant now) {
        return Boolean.TRUE.equals(enabled)
                ? Optional.of(schedule(details, now).after(Optional.empty()))
                : Optional.empty();
    }

    /** What is said of a schedule. */
    static Schedule.Every schedule(@Nullable AutoKeyRotationDetails details, Instant now) {
        Optional<AutoKeyRotationDetails> said = Optional.ofNullable(details);
        return new Schedule.Every(
                said.map(AutoKeyRotationDetails::rotationIntervalInDays),
                said.map(AutoKeyRotationDetails::timeOfScheduleStart)
                        .map(time -> Fields.time(time, "autoKeyRotationDetails.timeOfScheduleStart")),
                now);
    }
}
