package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Which adapter a key's material lives in: a remote vault's own, or the one of its protection mode. */
public final class Vaults {
    private final Map<ProtectionMode, Vault> local;
    private final Map<VaultId, Vault> remote;
    private final Predicate<VaultId> onRecordElsewhere;

    /** For an installation that has never had a vault elsewhere. */
    public Vaults(Map<ProtectionMode, Vault> local) {
        this(local, Map.of(), vault -> false);
    }

    /**
     * @param local what this installation has
     * @param remote vaults that are elsewhere, each with the adapter that reaches it
     * @param onRecordElsewhere whether a vault that exists is on record as one that is elsewhere: without its adapter its keys
     *     are out of reach, and never local ones
     */
    public Vaults(Map<ProtectionMode, Vault> local, Map<VaultId, Vault> remote, Predicate<VaultId> onRecordElsewhere) {
        this.onRecordElsewhere = onRecordElsewhere;
        this.local = Map.copyOf(local);
        this.remote = Map.copyOf(remote);
    }

    /**
     * For a new key.
     *
     * @throws ProblemException INVALID_PARAMETER when this installation has no vault for that protection mode
     * @throws VaultUnavailable when the vault is elsewhere and no longer configured
     */
    public Vault forNew(VaultId vault, ProtectionMode mode) {
        if (isElsewhere(vault) && !remote.containsKey(vault)) {
            throw notConfigured();
        }
        return find(vault, mode)
                .orElseThrow(() -> ProblemException.invalid(
                        "protectionMode",
                        mode + " is not available: this installation has no HSM. Ask for SOFTWARE (the default is"
                                + " HSM)"));
    }

    /**
     * For a key that exists.
     *
     * @throws VaultUnavailable when its vault is no longer configured
     */
    public Vault of(MasterKey.Facts key) {
        return find(key.vaultId(), key.protectionMode()).orElseThrow(Vaults::notConfigured);
    }

    private static VaultUnavailable notConfigured() {
        return new VaultUnavailable("The vault of the key is not configured here.", null);
    }

    /** Where this service keeps material of its own, such as wrapping keys. */
    public Vault builtIn() {
        return find(ProtectionMode.SOFTWARE)
                .orElseThrow(() -> new IllegalStateException("every installation has the built-in vault"));
    }

    /** For what a vault must destroy; empty when it is no longer configured. */
    public Optional<Vault> holding(VaultId vault, ProtectionMode mode) {
        return find(vault, mode);
    }

    /** Whether the lives of this vault's keys are led elsewhere. */
    public boolean isElsewhere(VaultId vault) {
        return remote.containsKey(vault) || onRecordElsewhere.test(vault);
    }

    /**
     * @throws ProblemException CONFLICT when the lives of this vault's keys are led elsewhere
     */
    public void requireLedHere(VaultId vault) {
        if (isElsewhere(vault)) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "The vault is Oracle's, where the lives of its keys are led: do it there. Holdfast follows within"
                            + " seconds.");
        }
    }

    private Optional<Vault> find(ProtectionMode mode) {
        return Optional.ofNullable(local.get(mode));
    }

    private Optional<Vault> find(VaultId vault, ProtectionMode mode) {
        return isElsewhere(vault) ? Optional.ofNullable(remote.get(vault)) : find(mode);
    }
}
